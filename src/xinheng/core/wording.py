"""Words a person types that are kept or published as they stand: names of agencies, reasons, laws."""

from __future__ import annotations

import unicodedata
from typing import Final

from xinheng.core.identity import mask

# Control, format (U+202E turns a line round), surrogate, private, unassigned; line and paragraph separators.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def fault(text: str, least: int, most: int) -> str | None:
    """What is wrong with a one-line text of `least` to `most` characters, in Chinese; None where nothing is.

    The answer never repeats the text: it may hold an identity number.
    """
    length = len(text.strip())
    if length < least:
        return "为空" if length == 0 else f"只有 {length} 个字"
    if length > most:
        return f"有 {length} 个字"
    if any(unicodedata.category(c) in _UNSEEN for c in text):
        return "含有换行、制表符或其他不可见的字符"
    if mask(text)[1]:
        return "含有身份证号码"
    return None
