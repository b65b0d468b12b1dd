"""Scans that prove an answer: saved, never shown inside the house's pages; taken away with a reason."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from xinheng.core.errors import Kind, XinhengError
from xinheng.faces.web.access import AnySession, OwnForm, signed_in
from xinheng.faces.web.context import House
from xinheng.faces.web.desk import suspicions_giving as giving
from xinheng.faces.web.desk import suspicions_lines as reach
from xinheng.faces.web.desk.cases_reach import actor
from xinheng.faces.web.desk.suspicions_acting import one_page, own_line, to
from xinheng.outward.suspicions import answering

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
MEDIA: Final = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}


@router.get(reach.PATH + "/{suspicion}/files/{attachment}")
def download(web: House, session: AnySession, suspicion: UUID, attachment: UUID) -> Response:
    """A scan, to be saved: never shown or run inside the house's own pages."""
    with web.transaction() as tx:
        own_line(tx, session, suspicion)
        found = answering.attachment(tx, attachment, suspicion)
    content = reach.shelf(web).read(found.sha256)
    stem = found.name.rpartition(".")[0] or found.name
    return giving.download(content, MEDIA[found.media], f"{stem}.{found.media}")


@router.post(reach.PATH + "/{suspicion}/files/{attachment}/remove")
def remove(web: House, session: AnySession, suspicion: UUID, attachment: UUID, form: OwnForm) -> Response:
    """The office takes a scan away; its name and the reason stay."""
    reach.office(session)
    try:
        with web.transaction() as tx:
            own_line(tx, session, suspicion)
            found = answering.attachment(tx, attachment, suspicion)
            gone = answering.remove(tx, found, form.get("reason", ""), actor(session), web.app.clock)
    except XinhengError as refusal:
        if refusal.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        return one_page(web, session, suspicion, refusal=refusal)
    if gone:
        reach.shelf(web).remove(found.sha256)
    return to(f"{reach.PATH}/{suspicion}?said=done")
