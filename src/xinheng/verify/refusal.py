"""What the checker says when something does not hold: in Chinese, and in English."""

from __future__ import annotations


class Refused(Exception):
    """It does not hold, or cannot be read."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(english)
        self.chinese = chinese
        self.english = english


class Unreadable(Refused):
    """A file is not there, or is not what it should be at all."""
