"""The independent checker of the log: standard library and `cryptography`, nothing of the writer's.

`python -m xinheng.verify --help`; `main(argv)` is the same as a function. It is small enough to be read in an
hour, and may be copied out of this project as it is.
"""

from xinheng.verify.command import main

__all__ = ["main"]
