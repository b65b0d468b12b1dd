"""A form that may carry one file as proof: read, judged, kept by its content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request

from xinheng.faces.web.access import check_token
from xinheng.faces.web.context import Web
from xinheng.faces.web.desk.receiving import receive
from xinheng.office.access.model import Session
from xinheng.outward.documents.attachments import LIMIT, Attachments

ROOM = "appraisal"


@dataclass(frozen=True)
class Paper:
    """What came with a form: its fields, and the file's name and content where there was one."""

    fields: Mapping[str, str]
    name: str | None = None
    content: bytes = b""

    def text(self, name: str) -> str:
        """A field without blanks around it."""
        return self.fields.get(name, "").strip()


async def take(request: Request, web: Web, session: Session) -> Paper:
    """The form of this session's own page with its one file, of which a little more than LIMIT bytes are
    read. Raises ForeignFormError, ParameterError."""
    token = web.uploads.begin()
    try:
        got = await receive(
            request.headers.get("content-type", ""),
            request.stream(),
            web.uploads.file(token),
            lambda fields: check_token(session, fields),
        )
        if got.file_name is None or not got.size:
            return Paper(got.fields)
        with web.uploads.file(token).open("rb") as file:
            return Paper(got.fields, got.file_name, file.read(LIMIT + 1))
    finally:
        web.uploads.discard(token)


def shelf(web: Web) -> Attachments:
    """Where this room's proofs lie: another room's digest is never taken for one of ours."""
    web.app.home.attachments.mkdir(mode=0o700, exist_ok=True)
    return Attachments(web.app.home.attachments / ROOM)


def kept(web: Web, paper: Paper) -> tuple[tuple[str, str], ...]:
    """The file put in place, as (digest, name); nothing where none came. Raises AttachmentRefused."""
    if paper.name is None:
        return ()
    found = shelf(web).put(paper.content, paper.name)
    return ((found.digest, found.name),)
