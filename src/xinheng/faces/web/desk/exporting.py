"""Sending a list as a file or as a page to print, each written into the log.

A list page asks for `Wanted`; where `wanted.form` is not empty it answers with `send` instead of its page:

    if wanted.form:
        return send(web, session, wanted, Sheet("回执", COLUMNS, read))

Its template puts `c.export_buttons()` into the form of its filters, so that what is exported is what was
filtered for; a page without filters takes `c.export_form(address)`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Annotated, Final
from urllib.parse import quote, urlencode

from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from xinheng.core.times import Known
from xinheng.faces.web.access import who
from xinheng.faces.web.context import Web
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import moment
from xinheng.office.access.model import Session
from xinheng.outward.reports import exports
from xinheng.outward.reports.exports import Sheet

__all__ = ["Sheet", "Wanted", "WantedForm", "send"]

TYPES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
CHUNK: Final = 1 << 18


@dataclass(frozen=True)
class WantedForm:
    """Which form of the list was asked for ('': the page), what for, and what it was narrowed to."""

    form: str
    purpose: str
    filters: str


def _wanted(
    request: Request,
    form: Annotated[str, Query(alias="format", max_length=10)] = "",
    purpose: Annotated[str, Query(max_length=400)] = "",
) -> WantedForm:
    left = [(k, v) for k, v in request.query_params.items() if v and k not in ("format", "purpose", "page")]
    return WantedForm(form, purpose, urlencode(left))


Wanted = Annotated[WantedForm, Depends(_wanted)]


def send(web: Web, session: Session, wanted: WantedForm, sheet: Sheet) -> Response:
    """The list in the form that was asked for, noted in the log. Raises ExportRefused."""
    if wanted.form == "print":
        return _print(web, session, wanted, sheet)
    web.app.incoming.mkdir(mode=0o700, exist_ok=True)
    file: IO[bytes] = tempfile.TemporaryFile(dir=web.app.incoming)  # noqa: SIM115 - closed when it was sent
    try:
        with web.transaction() as tx:
            written = exports.write(tx, sheet, wanted.form, file)
            exports.note(
                tx,
                session.account,
                session.agency,
                sheet.what,
                written.rows,
                wanted.purpose,
                web.app.clock,
                wanted.filters,
                wanted.form,
                written.digest,
            )
    except BaseException:
        file.close()
        raise
    name = f"{sheet.what}-{web.today().isoformat()}.{wanted.form}"
    headers = {
        "cache-control": PRIVATE,
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "x-sha256": written.digest,
    }
    return StreamingResponse(_chunks(file), media_type=TYPES[wanted.form], headers=headers)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


@dataclass(frozen=True)
class PrintView:
    what: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    filters: str
    purpose: str
    when: str


def _print(web: Web, session: Session, wanted: WantedForm, sheet: Sheet) -> Response:
    with web.transaction() as tx:
        rows = exports.printed(tx, sheet)
        exports.note(
            tx,
            session.account,
            session.agency,
            sheet.what,
            len(rows),
            wanted.purpose,
            web.app.clock,
            wanted.filters,
            "print",
        )
    view = PrintView(
        sheet.what,
        sheet.columns,
        tuple(tuple(row) for row in rows),
        wanted.filters,
        wanted.purpose,
        moment(Known(web.app.clock.now().at)),
    )
    return web.render.private("desk/print.html", "", view=view, who=who(session))
