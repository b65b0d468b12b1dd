"""Tables, sections and citations of a reference page, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xinheng.law.model import Basis, Span
from xinheng.law.packs import Pack


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; nothing where there are no rows."""
    body = ["| " + " | ".join(_cell(text) for text in row) + " |" for row in rows]
    if not body:
        return ""
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *body])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def section(title: str, table: str, level: int = 2) -> str:
    """A heading and what stands under it; nothing where that is nothing."""
    return f"{'#' * level} {title}\n\n{table}" if table else ""


def spanned(span: Span | None) -> str:
    """From when until when, in words."""
    if span is None:
        return "未核"
    return f"{span.start} 起" if span.to is None else f"{span.start} 至 {span.to}（不含）"


def cited(pack: Pack, basis: Basis) -> str:
    """The citation of a basis with its note."""
    told = basis.note and basis.instrument and basis.note != "条款号未核"  # the citation says that itself
    note = f"；{basis.note}" if told else ""
    return pack.cite(basis) + note


def yes(flag: bool) -> str:
    """是 or 否."""
    return "是" if flag else "否"
