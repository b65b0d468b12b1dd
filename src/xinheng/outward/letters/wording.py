"""What may stand in a letter or an answer: read as typed, so nothing unseen and no identity number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xinheng.core.wording import fault
from xinheng.outward.letters.errors import LetterRefused, ReplyRefused
from xinheng.outward.letters.model import TEXT_LENGTH, TITLE_LENGTH

REPLY_LENGTH: Final = 2_000


def drafted(title: str, paragraphs: Sequence[str], note: str | None) -> None:
    """Raises LetterRefused for what no letter may say."""
    if wrong := fault(title, 4, TITLE_LENGTH):
        raise _refused(f"标题{wrong}", f"4 至 {TITLE_LENGTH} 个字的一行文字", "title")
    if not any(text.strip() for text in paragraphs):
        raise _refused("没有正文", "至少一段正文", "text")
    if (length := sum(map(len, paragraphs))) > TEXT_LENGTH:
        raise _refused(f"正文有 {length} 个字", f"至多 {TEXT_LENGTH} 个字", "text")
    for text in paragraphs:
        if wrong := fault(text, 1, TEXT_LENGTH):
            raise _refused(f"正文有一段{wrong}", "看得见的文字，不含证件号码", "text")
    if note and (wrong := fault(note, 1, 200)):
        raise _refused(f"附注{wrong}", "至多 200 个字的一行文字", "note")


def paragraphs_of(text: str) -> tuple[str, ...]:
    """The paragraphs of what was typed: one a line, without blank ones and without typed indents."""
    return tuple(line for raw in text.splitlines() if (line := raw.strip().strip("\u3000").strip()))


def answered(text: str, least: int = 4, most: int = REPLY_LENGTH) -> str:
    """An answer or a reason as it is kept, line by line. Raises ReplyRefused."""
    lines = paragraphs_of(text)
    length = sum(map(len, lines))
    wrong = None if least <= length <= most else f"有 {length} 个字" if length else "为空"
    wrong = wrong or next((found for line in lines if (found := fault(line, 1, most))), None)
    if wrong:
        raise ReplyRefused(
            found=f"文字{wrong}",
            expected=f"{least} 至 {most} 个字，不含证件号码",
            todo="改写后再提交",
            where="text",
        )
    return "\n".join(lines)


def _refused(found: str, expected: str, where: str) -> LetterRefused:
    return LetterRefused(found=found, expected=expected, todo="改写后再保存", where=where)
