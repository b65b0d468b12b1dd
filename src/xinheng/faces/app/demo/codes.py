"""Codes of the demo: they hold every check of GB 32100, and no register can have issued them.

The division 9999xx belongs to no province and was never listed, so each of these codes is `valid` with the
warning that its division is unknown: exactly what the platform says of 3.7 % of real codes.
"""

from __future__ import annotations

from typing import Final

from xinheng.core.uscc import ALPHABET, check_character, organisation_check

DIVISION: Final = "9999"  # no province begins with 99
_LETTERS: Final = "ABCDEFGHJKLMNPQRTUWXY"


def code(prefix: str, county: str, serial: int, *, old: bool = False) -> str:
    """A code that holds. `prefix`: authority and category; `county`: two digits; `serial` below 10⁵.

    `old`: an organisation part of digits alone, as those issued before 2015.
    """
    part = f"{70_000_000 + serial}" if old else _part(serial)
    first = f"{prefix}{DIVISION}{county}{part}{organisation_check(part)}"
    return first + check_character(first)


def _part(serial: int) -> str:
    return f"MA{_LETTERS[serial % len(_LETTERS)]}{serial:05d}"


def implausible(prefix: str, county: str, serial: int) -> str:
    """A code whose outer check alone holds: with a division never listed, the sender must confirm it."""
    part = _part(serial)
    right = organisation_check(part)
    first = f"{prefix}{DIVISION}{county}{part}{'1' if right != '1' else '2'}"
    return first + check_character(first)


def mistyped(right: str, at: int) -> str:
    """The code with the character at `at` (0 … 16) replaced by the next one of the alphabet."""
    wrong = ALPHABET[(ALPHABET.index(right[at]) + 1) % len(ALPHABET)]
    return right[:at] + wrong + right[at + 1 :]
