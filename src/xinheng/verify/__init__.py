"""The independent checker of the log: standard library and `cryptography`, nothing of the writer's."""
