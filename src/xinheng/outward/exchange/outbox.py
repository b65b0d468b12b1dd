"""The agency's outbox: which of its columns are read, how rows are claimed, how they come out.

Rows are claimed by a mark (`taken_batch`), not by a high-water mark over row ids. Sequence numbers are given
when a row is inserted, and rows become visible when their transaction commits: a transaction that takes 101
to 200 and commits late shows its rows after those up to 300 were read. Whoever remembers “read up to 300”
never sees them again. A mark on the row itself asks only whether this row was taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    Inspector,
    LargeBinary,
    String,
    Table,
    Text,
    cast,
    column,
    func,
    inspect,
    select,
    table,
    update,
)
from sqlalchemy import DateTime as Moment
from sqlalchemy.dialects.mysql import BIT, CHAR, FLOAT
from sqlalchemy.exc import NoSuchTableError
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import TableClause
from sqlalchemy.types import TypeEngine

from xinheng.evidence.intake.headers import Dictionary, dictionary
from xinheng.evidence.intake.model import DROPPED, IGNORED, UNMAPPED
from xinheng.law.headers import normalise
from xinheng.law.model import Item
from xinheng.outward.exchange import tables
from xinheng.outward.exchange.errors import TablesWrong
from xinheng.outward.exchange.link import STREAM
from xinheng.outward.exchange.tables import ROW_ID, TAKEN

MARKED_AT_ONCE = 1_000
_UNREAD = (UNMAPPED, DROPPED, IGNORED)
LEAST_FIELDS = 2  # as for any file: with fewer nothing tells that it is this item at all


@dataclass(frozen=True)
class Outbox:
    """An outbox as it was found: its own names of the columns, and the name each has for the intake."""

    name: str
    row_id: str
    taken: str
    columns: tuple[tuple[str, str, TypeEngine[Any]], ...]  # column, header, type

    @property
    def headers(self) -> tuple[str, ...]:
        return tuple(header for _, header, _ in self.columns)

    @property
    def clause(self) -> TableClause:
        """The table with the two columns of the claim."""
        return table(self.name, column(self.row_id), column(self.taken))


def found(link: Connection, name: str, item: Item) -> Outbox:
    """The outbox of this name. Raises TablesWrong: no such table, wrong, missing or unreadable columns.

    Columns of identity numbers, and those that the catalogue knows and does not use, are never asked for.
    """
    inspector = inspect(link)
    try:
        there = inspector.get_columns(name)
    except NoSuchTableError:
        raise _wrong(
            name, "没有这张表，或账号看不到它", "用 xinheng exchange ddl 输出的语句建表并授权"
        ) from None
    own = {c["name"].lower(): c["name"] for c in there}
    for needed in (ROW_ID, TAKEN):
        if needed not in own:
            raise _wrong(name, f"没有 {needed} 列", "加上这一列")
    if not _is_key(inspector, name, own[ROW_ID]):
        raise _wrong(name, f"{ROW_ID} 既不是主键，也没有唯一约束", "把它设为主键：同一编号只能有一行")
    known = dictionary(item)
    headers = [(c["name"], _header(c["name"], known), c["type"]) for c in there]
    strange = [called for called, header, _ in headers if header == UNMAPPED]
    kept = tuple((called, header, kind) for called, header, kind in headers if header not in _UNREAD)
    for called, _, kind in kept:
        _refuse_inexact(name, called, kind)
    if strange:
        raise _wrong(
            name,
            f"目录中没有这些列：{'、'.join(strange[:10])[:300]}",
            "改用数据项代码（如 cf_wsh）或中文名称作列名；不报送的列移到别的表",
        )
    if len(kept) < LEAST_FIELDS:
        raise _wrong(name, f"只认出 {len(kept)} 个数据项", "按 xinheng exchange ddl 的输出建列")
    return Outbox(name, own[ROW_ID], own[TAKEN], kept)


def _header(called: str, known: Dictionary) -> str:
    """The name that a column has for the intake, or why it is not read."""
    if called.lower() in {ROW_ID, TAKEN, *tables.EXTRA}:
        return IGNORED
    if platform := tables.PLATFORM.get(called.lower()):
        return platform
    target = known.read(called).target
    return target if target in _UNREAD or normalise(called) == normalise(target) else called


def check_answers(link: Connection) -> None:
    """That the two tables that the platform writes are there. Raises TablesWrong."""
    inspector = inspect(link)
    for wanted in (tables.receipts(), tables.results()):
        _check_columns(inspector, wanted)


def _check_columns(inspector: Inspector, wanted: Table) -> None:
    try:
        there = {c["name"].lower() for c in inspector.get_columns(wanted.name)}
    except NoSuchTableError:
        raise _wrong(
            wanted.name, "没有这张表，或账号看不到它", "用 xinheng exchange ddl 输出的语句建表并授权"
        ) from None
    missing = [c.name for c in wanted.columns if c.name not in there]
    if missing:
        raise _wrong(wanted.name, f"缺少列：{'、'.join(missing)}", "补上这些列")


def waiting(link: Connection, outbox: Outbox, limit: int) -> list[Any]:
    """Ids of up to `limit` rows that nobody took yet, ascending. Takes no lock."""
    rows = outbox.clause
    asked = select(rows.c[outbox.row_id]).where(rows.c[outbox.taken].is_(None))
    return list(link.scalars(asked.order_by(rows.c[outbox.row_id]).limit(limit)))


def mark(link: Connection, outbox: Outbox, ids: list[Any], batch: UUID) -> int:
    """Mark rows as taken by `batch`; how many were free to be marked.

    By their ids alone, so that no index over the marks is locked: agencies go on inserting meanwhile.
    """
    rows, done = outbox.clause, 0
    given = iter(ids)
    free = func.coalesce(rows.c[outbox.taken], "") == ""
    while part := list(islice(given, MARKED_AT_ONCE)):
        marking = update(rows).where(rows.c[outbox.row_id].in_(part), free)
        done += link.execute(marking.values({outbox.taken: str(batch)})).rowcount
    return done


def is_marked(link: Connection, outbox: Outbox, batch: UUID) -> bool:
    """Whether any row carries the mark of this batch."""
    rows = outbox.clause
    asked = select(rows.c[outbox.row_id]).where(rows.c[outbox.taken] == str(batch)).limit(1)
    return link.execute(asked).first() is not None


def claimed(link: Connection, outbox: Outbox, batch: UUID) -> Iterator[tuple[str, tuple[str | None, ...]]]:
    """(row id, values in the order of `outbox.headers`) of a batch, by row id; a stream on either side.

    Every value is the text that the database itself makes of it: nothing passes through a float, dates are
    ISO, instants are Beijing time.
    """
    names = [column(n, k) for n, _, k in outbox.columns]
    rows = table(outbox.name, column(outbox.row_id), column(outbox.taken), *names)
    read = [_as_text(rows.c[n], k) for n, _, k in outbox.columns]
    order = rows.c[outbox.row_id]
    asked = select(order, *read).where(rows.c[outbox.taken] == str(batch)).order_by(order)
    result = link.execution_options(stream_results=True, yield_per=STREAM).execute(asked)
    for row in result:
        yield str(row[0]), tuple(row[1:])


def _as_text(given: ColumnElement[Any], kind: TypeEngine[Any]) -> ColumnElement[Any]:
    if isinstance(kind, (String, Text)):
        return given
    if isinstance(kind, BIT):
        given = given + 0
    if isinstance(kind, Moment) and kind.timezone:
        given = cast(given, Moment(timezone=False))
    return cast(given, String().with_variant(CHAR(), "mysql", "mariadb"))


def _refuse_inexact(name: str, called: str, kind: TypeEngine[Any]) -> None:
    if isinstance(kind, LargeBinary):
        raise _wrong(name, f"列 {called} 是二进制类型", "改为文本、数值或日期类型")
    if isinstance(kind, FLOAT):  # MariaDB writes six digits of it, whatever it holds
        raise _wrong(name, f"列 {called} 是单精度浮点类型，取出时会丢失位数", "改为 DECIMAL 或文本类型")


def _is_key(inspector: Inspector, name: str, row_id: str) -> bool:
    alone = [row_id]
    if inspector.get_pk_constraint(name)["constrained_columns"] == alone:
        return True
    if any(u["column_names"] == alone for u in inspector.get_unique_constraints(name)):
        return True
    return any(i["unique"] and i["column_names"] == alone for i in inspector.get_indexes(name))


def _wrong(name: str, found_: str, todo: str) -> TablesWrong:
    return TablesWrong(
        found=found_,
        expected=f"待报表含 {ROW_ID}、{TAKEN} 和目录中的数据项；回执表与结果表按约定",
        todo=todo,
        where=name[:100],
    )
