"""Anything with a clock and an owner: what waits, for whom, until when, and what was done about it."""
