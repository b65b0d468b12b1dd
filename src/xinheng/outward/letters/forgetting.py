"""What the law erases goes from letters too: the row about it, and the files in which it was printed."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from xinheng.core.times import Clock
from xinheng.ground.store.transaction import Transaction
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import PLATFORM
from xinheng.outward.letters import store, store_ties
from xinheng.outward.letters.composing import UNKNOWN
from xinheng.outward.letters.model import Act, Body, Letter
from xinheng.outward.letters.steps import note

ERASED = "内容已依法删除"
SAID = "一件事项的内容已依法删除：表中改为“内容已依法删除”，docx、PDF 由删后的内容重写，发出时的摘要仍保留"


def forget(tx: Transaction, record: UUID, clock: Clock) -> int:
    """Take what cases say of a record out of all letters about them; how many letters.

    Called before the cases themselves forget. The number, date and digest of a letter stay; its files are
    written anew from what is left when they are asked for. What people typed elsewhere is theirs to look at.
    """
    about = {case.case: case.title for case in cases.by_ref(tx, f"record:{record}")}
    titles = frozenset(about.values())
    named = store_ties.naming(tx, record)
    letters = dict.fromkeys((*store_ties.ever_about(tx, list(about)), *named))
    for one in letters:
        if (letter := store.by_id(tx, one, lock=True)) is not None:
            _forget(tx, letter, titles, named.get(one), clock)
    return len(letters)


def _forget(tx: Transaction, letter: Letter, titles: frozenset[str], row: int | None, clock: Clock) -> None:
    table = letter.body.table
    if table is not None:
        rows = [tuple(ERASED if cell in titles else cell for cell in cells) for cells in table.rows]
        if row is not None:
            number, *rest = rows[row]
            rows[row] = (number, ERASED, *(UNKNOWN for _ in rest[1:]))
        table = replace(table, rows=tuple(rows))
    texts = tuple(_without(text, titles) for text in letter.body.paragraphs)
    body = Body(texts, table, letter.body.note)
    store.scrub(tx, replace(letter, title=_without(letter.title, titles), body=body))
    note(tx, letter, Act.ERASE, SAID, PLATFORM, clock)


def _without(text: str, titles: frozenset[str]) -> str:
    for title in titles:
        text = text.replace(title, ERASED)
    return text
