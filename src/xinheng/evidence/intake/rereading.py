"""Whether a record's row and its organisation still say what its content says, as intake once wrote them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq

from xinheng.core.cells import sql_text
from xinheng.evidence.intake.split import marks_sql
from xinheng.evidence.ledger.rereading import Reread
from xinheng.evidence.subjects import identities
from xinheng.ground.engine import Engine
from xinheng.ground.store.transaction import Transaction
from xinheng.law.model import Item

COLUMNS = "列表和检索所用的文号、机关或决定日期与日志所载内容不符"
MARK = "“公示”标记与按日志所载内容和规则包得出的不符"
CODE = "主体的统一社会信用代码与日志所载内容不符"
NAME = "主体的名称被改动，或各名称中没有日志所载的名称"


def differing(
    tx: Transaction, engine: Engine, folder: Path, item: Item, page: Sequence[Reread]
) -> list[tuple[str, UUID]]:
    """(what is wrong, record) of each record of one item that says something else than its content."""
    marks = _marks(engine, folder, item, page)
    known = identities.of(tx, {each.subject for each in page})
    names = [each.fields.get(item.roles["party_name"]) or "" for each in page]
    spelt = list({*names, *(one.name for one in known.values())})
    folded = dict(zip(spelt, identities.folded(spelt), strict=True))
    found = []
    for each, name in zip(page, names, strict=True):
        if (each.document, each.authority, each.decided_on) != _columns(item, each):
            found.append((COLUMNS, each.record))
        if marks[each.record] != each.shown_mark:
            found.append((MARK, each.record))
        identity = known.get(each.subject)
        if identity is None or each.fields.get(item.roles["party_code"]) not in identity.codes:
            found.append((CODE, each.record))
        if identity is not None and not {folded[name], folded[identity.name]} <= identity.folded:
            found.append((NAME, each.record))
    return found


def _columns(item: Item, each: Reread) -> tuple[str | None, str | None, date | None]:
    document, authority, decided = (
        each.fields.get(item.roles.get(role, "")) for role in ("document", "authority", "decided")
    )
    try:
        return document, authority, date.fromisoformat(decided or "")
    except ValueError:
        return document, authority, None


def _marks(engine: Engine, folder: Path, item: Item, page: Sequence[Reread]) -> dict[UUID, bool]:
    """The mark *shown* of each record, from its content, by the rules that intake asked."""
    codes = [f.code for f in item.fields]
    columns = {code: pa.array([each.fields.get(code) for each in page], pa.string()) for code in codes}
    columns |= {
        "place": pa.array(range(len(page)), pa.int32()),
        "report_date": pa.array([each.received_on.isoformat() for each in page], pa.string()),
    }
    file = folder / "reread.parquet"
    pq.write_table(pa.table(columns), file)
    days = sorted({each.received_on for each in page})
    queries = [
        f"SELECT place, {marks_sql(item, day)[0]} FROM read_parquet({sql_text(str(file.resolve()))}) "  # noqa: S608
        f"WHERE report_date = {sql_text(day.isoformat())}"
        for day in days
    ]
    try:
        return {page[n].record: bool(mark) for rows in engine.run(folder, [], queries) for n, mark in rows}
    finally:
        file.unlink()
