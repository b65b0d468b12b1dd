"""What leaves a list and comes back to it: the sender's form, packages for other instances, their answers."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from xinheng.core.errors import Kind, XinhengError
from xinheng.evidence.intake.incoming import Incoming
from xinheng.faces.web.access import AnySession, OwnForm, check_token, signed_in
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk.cases_reach import actor
from xinheng.faces.web.desk.receiving import receive
from xinheng.faces.web.desk.suspicions import attempted, list_page
from xinheng.faces.web.desk.suspicions_lines import PATH, office, shelf, uuid_of
from xinheng.faces.web.errors import ParameterError
from xinheng.faces.web.pages import PRIVATE
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Session
from xinheng.outward.suspicions import lists, packages, returning
from xinheng.outward.suspicions.errors import AnswerRefused

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
MERGE: Final = f"{PATH}/merge"
TYPES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "zip": "application/zip",
}


@router.post(PATH + "/lists/{list_id}/export")
def export(web: House, session: AnySession, list_id: UUID, form: OwnForm) -> Response:
    """The list in the sender's form, as it stands; a zip has the scans too."""
    kind = form.get("kind", "")
    if kind not in TYPES:
        raise ParameterError(found="没有选格式", expected="xlsx、csv 或 zip", todo="选一种再导出")
    with web.turns.turn(), Incoming(web.app.incoming).work() as folder, web.transaction() as tx:
        one = lists.held_by(tx, list_id, office(session))
        what = returning.returned(tx, one)
        if kind == "zip":
            target = folder / "back.zip"
            returning.as_zip(one, what, one.kind, shelf(web).read, target)
            content = target.read_bytes()
        else:
            content = returning.WRITERS[kind](one, what)
        count = (len(what.rows), what.open)
        returning.note(tx, one, kind, returning.digest(content), count, actor(session), web.app.clock)
    return download(content, kind, f"{one.title}-反馈.{kind}")


def download(content: bytes, kind: str, name: str) -> Response:
    """A file that is saved, never shown."""
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "cache-control": PRIVATE,
        "x-sha256": returning.digest(content),
    }
    return Response(content, media_type=TYPES.get(kind, kind), headers=headers)


# -- between instances -------------------------------------------------------------------------------


@router.post(PATH + "/lists/{list_id}/package")
def hand_on(web: House, session: AnySession, list_id: UUID, form: OwnForm) -> Response:
    """What a body below has in hand, as a package for its own platform."""
    try:
        with Incoming(web.app.incoming).work() as folder:
            target = folder / "handed.zip"
            with web.transaction() as tx:
                one = lists.held_by(tx, list_id, office(session))
                to = agencies.by_code(tx, form.get("to", ""))
                packages.hand_on(tx, one, to, actor(session), web.app.clock, target)
            content = target.read_bytes()
    except XinhengError as refusal:
        if refusal.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        return list_page(web, session, list_id, {}, 1, refusal=refusal)
    return download(content, "zip", f"{one.title}-下发-{to.name}.zip")


@router.post(PATH + "/lists/{list_id}/package/back")
def take_back(web: House, session: AnySession, list_id: UUID, form: OwnForm) -> Response:
    """Lines that are still out come back into the hand of the body here."""

    def act() -> str:
        with web.transaction() as tx:
            lists.held_by(tx, list_id, office(session))
            package = lists.package(tx, list_id, uuid_of(form.get("package", "")) or UUID(int=0))
            return f"said=back&n={packages.take_back(tx, package, actor(session), web.app.clock)}"

    return attempted(web, session, list_id, act)


@router.post(PATH + "/lists/{list_id}/give")
def give(web: House, session: AnySession, list_id: UUID, _: OwnForm) -> Response:
    """The settled answers of a list that came as a package, with their scans."""
    try:
        with web.turns.turn(), Incoming(web.app.incoming).work() as folder:
            target: Path = folder / "answers.zip"
            with web.transaction() as tx:
                one = lists.held_by(tx, list_id, office(session))
                packages.give(tx, one, shelf(web).read, actor(session), web.app.clock, target)
            content = target.read_bytes()
    except XinhengError as refusal:
        if refusal.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        return list_page(web, session, list_id, {}, 1, refusal=refusal)
    return download(content, "zip", f"{one.title}-答复.zip")


@router.post(MERGE)
async def merge(request: Request, web: House, session: AnySession) -> Response:
    """Take a return package in: field `list`, then the file."""
    office(session)
    token = web.uploads.begin()
    try:
        got = await receive(
            request.headers.get("content-type", ""),
            request.stream(),
            web.uploads.file(token),
            lambda fields: check_token(session, fields),
        )
        return await run_in_threadpool(
            _merged, web, session, got.fields.get("list", ""), token, got.file_name
        )
    finally:
        web.uploads.discard(token)


def _merged(web: Web, session: Session, text: str, token: str, name: str | None) -> Response:
    try:
        list_id = UUID(text)
    except ValueError:
        raise ParameterError(
            found="没有说明合并到哪份清单", expected="清单的编号", todo="从清单页面上传"
        ) from None
    if name is None:
        refused = AnswerRefused(
            found="没有选文件", expected="对方平台的答复包", todo="选择文件后再提交", where="package"
        )
        return list_page(web, session, list_id, {}, 1, refusal=refused)

    def act() -> str:
        with web.turns.turn(), web.transaction() as tx:
            one = lists.held_by(tx, list_id, office(session))
            path, put = web.uploads.file(token), shelf(web).put
            done = packages.merge(tx, one, path, put, actor(session), web.app.clock)
        return f"said=merged&n={done.taken}"

    return attempted(web, session, list_id, act)
