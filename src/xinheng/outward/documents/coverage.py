"""Which characters the font of the project can print, and what is printed in the place of the others.

PDF/A forbids a glyph that is no glyph, so a text with a character outside the font could not be printed at
all. The mark 〓 stands for it, with its code point: the reader sees that something is missing, and what.
"""

from __future__ import annotations

import struct
import unicodedata
from bisect import bisect_right
from functools import cache
from pathlib import Path
from typing import Final

FONT: Final = Path(__file__).resolve().parent / "fonts" / "XinhengSong-Regular.otf"
GETA: Final = "〓"
_FULL_REPERTOIRE: Final = 12  # format of the cmap subtable that knows all planes (OpenType, cmap)


def printable(text: str) -> str:
    """The text as the font can print it: what nobody sees is left out, what is missing becomes 〓〔U+…〕."""
    return "".join(c if covered(c) else _instead(c) for c in text)


def missing(text: str) -> tuple[str, ...]:
    """The characters of a text that the font does not have, each once, in order."""
    return tuple(dict.fromkeys(c for c in text if _instead(c).startswith(GETA) and not covered(c)))


def _instead(char: str) -> str:
    if char in "\t\r":
        return " "
    unseen = unicodedata.category(char) in ("Cf", "Mn") or "\ufe00" <= char <= "\ufe0f"
    return "" if unseen else f"{GETA}〔U+{ord(char):04X}〕"


def covered(char: str) -> bool:
    """Whether the font prints this character; the line break counts as printed."""
    starts, ends = _ranges()
    at = bisect_right(starts, ord(char)) - 1
    return char == "\n" or (at >= 0 and ord(char) <= ends[at])


@cache
def _ranges() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """First and last code points of the ranges that the font has, ascending."""
    with FONT.open("rb") as file:
        count = struct.unpack(">4xH6x", file.read(12))[0]
        entries = [struct.unpack(">4s4xII", file.read(16)) for _ in range(count)]
        start, length = next((at, length) for tag, at, length in entries if tag == b"cmap")
        file.seek(start)
        cmap = file.read(length)
    for at in range(struct.unpack_from(">H", cmap, 2)[0]):
        offset = struct.unpack_from(">I", cmap, 4 + 8 * at + 4)[0]
        if struct.unpack_from(">H", cmap, offset)[0] == _FULL_REPERTOIRE:
            groups = struct.unpack_from(">I", cmap, offset + 12)[0]
            found = [struct.unpack_from(">III", cmap, offset + 16 + 12 * n) for n in range(groups)]
            return tuple(group[0] for group in found), tuple(group[1] for group in found)
    raise ValueError(f"{FONT.name} has no cmap of format 12")
