"""A run's ranks as a paper to be edited or printed; who took it is noted."""

from __future__ import annotations

import hashlib
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from xinheng.core.times import SHANGHAI
from xinheng.faces.web.access import AnySession, signed_in
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import appraisal as desk
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Session
from xinheng.outward.appraisal import ranking, service
from xinheng.outward.documents import docx, pdf, xlsx
from xinheng.outward.reports import exports

router = APIRouter(include_in_schema=False)
WRITERS: Final = {
    "docx": (docx.write, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    "pdf": (pdf.write, "application/pdf", "print"),
    "xlsx": (xlsx.write, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
}


def noted(
    web: Web, tx: Transaction, session: Session, what: str, rows: int, content: bytes, form: str
) -> None:
    """Write into the log that a paper was taken; a PDF counts as a print."""
    exports.note(
        tx,
        session.account,
        session.agency,
        what,
        rows,
        None,
        web.app.clock,
        "",
        form,
        hashlib.sha256(content).hexdigest(),
    )


@router.get(desk.PATH + "/{run}/report.{kind}", dependencies=[Depends(signed_in)])
def send_report(web: House, session: AnySession, run: UUID, kind: str) -> Response:
    """The ranks with every objection, for whoever sees all cards of the run."""
    if kind not in WRITERS:
        raise desk.absent(kind)
    write, media, form = WRITERS[kind]
    with web.transaction() as tx:
        there = service.by_id(tx, run)
        if not desk.reads(session, there):
            raise desk.absent(run)
        pack = desk.pack_of(web, tx, there)
        found = service.opened(tx, pack, there)
        names = agencies.by_ids(tx, [card.agency for card in found.cards])
        head = agencies.by_ids(tx, [there.head] if there.head else [])
        issuer = next((a.name for a in head.values()), web.app.settings.site_name)
        dated = (there.finished or there.created).astimezone(SHANGHAI).date()
        document = ranking.document(found, names, issuer, dated, pack.cite(found.card.basis))
        content = write(document)
        noted(web, tx, session, document.title, len(found.cards), content, form)
    return desk.saved(content, f"{document.title}.{kind}", media)
