"""导出记录: who took which list out of the house, when and what for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from xinheng.core.times import Known
from xinheng.faces.web.access import AnySession, scope, signed_in, who
from xinheng.faces.web.context import House
from xinheng.faces.web.desk.exporting import Sheet, Wanted, send
from xinheng.faces.web.views import Turn, grouped, moment
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import service as agencies
from xinheng.outward.reports import exports

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
PATH: Final = "/desk/exports"
SIZE: Final = 50
COLUMNS: Final = ("时间", "操作人", "单位", "清单", "筛选", "形式", "行数", "用途", "SHA-256")


@dataclass(frozen=True)
class ExportsView:
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    turn: Turn


@router.get(PATH)
def show_exports(
    web: House, session: AnySession, wanted: Wanted, before: Annotated[int | None, Query(ge=1)] = None
) -> Response:
    """The agency's own; an office's those of its place; all of them for the auditor."""
    mine = scope(session)
    if wanted.form:
        return send(web, session, wanted, Sheet("导出记录", COLUMNS, _reader(mine)))
    with web.transaction() as tx:
        entries = exports.entries(tx, mine, SIZE, before)
        rows = _rows(tx, entries)
    turn = Turn(
        1, PATH if before else None, f"{PATH}?before={entries[-1].export}" if len(entries) == SIZE else None
    )
    view = ExportsView(COLUMNS[:-1], tuple(row[:-1] for row in rows), turn)
    return web.render.private("desk/exports.html", "exports", view=view, who=who(session))


def _reader(mine: frozenset[UUID] | None) -> exports.Reader:
    """Read from where the last page ended: the log grows while it is read."""
    last: list[int | None] = [None]

    def read(tx: Transaction, limit: int, offset: int) -> list[tuple[str, ...]]:
        entries = exports.entries(tx, mine, limit, last[0])
        last[0] = entries[-1].export if entries else last[0]
        return _rows(tx, entries)

    return read


def _rows(tx: Transaction, entries: list[exports.Entry]) -> list[tuple[str, ...]]:
    names = agencies.by_ids(tx, {e.agency for e in entries if e.agency})
    return [
        (
            moment(Known(e.at)),
            e.actor,
            names[e.agency].name if e.agency and e.agency in names else "—",
            e.what,
            "；".join(f"{name}={value}" for name, value in parse_qsl(e.filters)) or "—",
            exports.FORMS[e.form],
            grouped(e.rows),
            e.purpose or "—",
            e.digest or "—",
        )
        for e in entries
    ]
