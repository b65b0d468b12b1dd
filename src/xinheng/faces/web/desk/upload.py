"""Sending a file: choose, preview, send. Nothing is kept of it before it is sent but the file itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from xinheng.core.errors import Kind, XinhengError
from xinheng.evidence.intake import preview as dry
from xinheng.evidence.intake import store as receipts
from xinheng.evidence.intake.model import Limits
from xinheng.evidence.intake.model import Request as Submission
from xinheng.evidence.submissions import service as submissions
from xinheng.evidence.submissions.model import Handed
from xinheng.faces.web.access import OwnForm, Sender, check_token, scope, sender, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk.handing import after_handing_in, behalves, for_whom, publish, takeable
from xinheng.faces.web.desk.preview_views import preview_view, refused_view
from xinheng.faces.web.desk.receiving import receive
from xinheng.faces.web.desk.uploads import Upload
from xinheng.faces.web.desk.views import PreviewView, UploadForm
from xinheng.faces.web.errors import ParameterError, status_of
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import FormError, bytes_text
from xinheng.office.access.model import Session

PATH: Final = "/desk/upload"
router = APIRouter(include_in_schema=False, dependencies=[Depends(sender)])
LINE_LIMIT: Final = 100  # constants


def _blank(web: Web, session: Session) -> UploadForm:
    items = tuple(
        (i.id, i.name, f"{i.edition}，{i.provider}报送") for i in takeable(web.app.pack, web.today())
    )
    with web.transaction() as tx:
        lower = behalves(tx, session, web.today())
        before = receipts.asked_for(tx, receipts.Asked(agencies=scope(session)), 1)
    return UploadForm(
        behalves=tuple((b.code, b.name) for b in lower),
        items=items,
        item=before[0].item if before else "",  # what the agency sent last is likely what it sends now
        limit=bytes_text(min(web.app.settings.upload_bytes, Limits().file_bytes)),
    )


@router.get(PATH)
def show_form(web: House, session: Sender) -> Response:
    """Which file, as what."""
    return web.render.private("desk/upload.html", "upload", form=_blank(web, session), who=who(session))


@router.post(PATH)
async def take_file(request: Request, web: House, session: Sender) -> Response:
    """Receive the file into a private folder, then show what would become of it."""
    await run_in_threadpool(web.uploads.sweep, web.app.clock)
    token = web.uploads.begin()
    try:
        upload = await _received(request, web, session, token)
    except BaseException:
        web.uploads.discard(token)
        raise
    if isinstance(upload, UploadForm):
        web.uploads.discard(token)
        return web.render.private("desk/upload.html", "upload", 400, form=upload, who=who(session))
    web.uploads.save(upload)
    return RedirectResponse(f"{PATH}/{token}", 303, {"cache-control": PRIVATE})


async def _received(request: Request, web: Web, session: Session, token: str) -> Upload | UploadForm:
    """The upload, or the form again with what is wrong."""
    got = await receive(
        request.headers.get("content-type", ""),
        request.stream(),
        web.uploads.file(token),
        lambda fields: check_token(session, fields),
    )
    said = got.fields
    form = replace(
        _blank(web, session),
        behalf=said.get("for", ""),
        item=said.get("item", ""),
        profile=said.get("profile", ""),
        constants=said.get("constants", ""),
    )
    if form.item not in web.app.pack.items:
        return replace(form, errors=(FormError("请选择目录事项", "item"),))
    try:
        constants = constants_of(form.constants)
    except ParameterError as refusal:
        return replace(form, errors=(FormError(refusal.found, "constants"),))
    if got.file_name is None or not got.size:
        told = "请选择文件" if got.file_name is None else "文件是空的"
        return replace(form, file_error=told, errors=(FormError(told, "file"),))
    return Upload(
        token=token,
        account=str(session.account.account),
        file_name=got.file_name,
        size=got.size,
        item=web.app.pack.item(form.item).id,
        profile=form.profile,
        behalf=form.behalf,
        constants=constants,
    )


def constants_of(text: str) -> dict[str, str]:
    """`名称=值`, one a line. Raises ParameterError."""
    found: dict[str, str] = {}
    for line in text.splitlines()[:LINE_LIMIT]:
        if not line.strip():
            continue
        name, equals, value = line.replace("＝", "=").partition("=")
        if not equals or not name.strip() or not value.strip():
            raise ParameterError(
                found=f"全表常量里有一行不是“数据项=值”：{line.strip()[:60]}",
                expected="每行一项，如 处罚机关=某某局",
                todo="改正这一行",
                where="constants",
            )
        found[name.strip()] = value.strip()
    return found


def _submission(web: Web, session: Session, upload: Upload) -> Submission:
    return Submission(
        path=web.uploads.file(upload.token),
        file_name=upload.file_name,
        item_id=upload.item,
        profile=upload.profile,
        constants=upload.constants,
        mapping=upload.mapping,
        source=session.agency.code if session.agency else None,
        account=session.account.account,
    )


def _preview(web: Web, session: Session, upload: Upload) -> PreviewView:
    item = web.app.pack.item(upload.item)
    bench = dry.Bench(web.app.engine, web.app.pack, web.app.clock, web.app.incoming)
    try:
        with web.turns.turn(), dry.looked_through(bench, _submission(web, session, upload)) as look:
            with web.transaction() as tx:
                names = {b.code: b.name for b in behalves(tx, session, web.today())}
            lower = names.get(upload.behalf, "") if upload.behalf else ""
            return preview_view(upload, item, look.receipt, look.rows, look.cells, look.samples, lower)
    except XinhengError as refusal:
        if refusal.kind is not Kind.INVALID:
            raise
        return refused_view(upload, item, refusal)


@router.get(PATH + "/{token}")
def show_preview(web: House, session: Sender, token: str) -> Response:
    """What would become of the file; an upload that was sent already leads to its receipt."""
    upload = web.uploads.load(token, session.account.account)
    if sent := web.uploads.sent(token):
        with web.transaction() as tx:
            return after_handing_in(web, submissions.by_id(tx, sent), now=False)
    view = _preview(web, session, upload)
    return web.render.private("desk/preview.html", "upload", preview=view, who=who(session))


@router.post(PATH + "/{token}/preview")
def change_preview(web: House, session: Sender, token: str, form: OwnForm) -> Response:
    """Keep another mapping or other constants, and look again."""
    upload = web.uploads.load(token, session.account.account)
    try:
        constants = constants_of(form.get("constants", ""))
    except ParameterError as refusal:
        view = replace(
            _preview(web, session, upload),
            constants=form.get("constants", ""),
            errors=(FormError(refusal.found, "constants"),),
        )
        return web.render.private(
            "desk/preview.html", "upload", status_of(refusal), preview=view, who=who(session)
        )
    web.uploads.save(replace(upload, mapping=mapping_of(form, upload.mapping), constants=constants))
    return RedirectResponse(f"{PATH}/{token}", 303, {"cache-control": PRIVATE})


def mapping_of(form: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    """The overrides after this form: `header.N` with `map.N`, where an empty choice takes one back."""
    after = dict(before)
    for name, header in form.items():
        place = name.removeprefix("header.")
        if place == name:
            continue
        chosen = form.get(f"map.{place}", "")
        if chosen:
            after[header] = chosen
        else:
            after.pop(header, None)
    return after


@router.post(PATH + "/{token}/send")
def send(web: House, session: Sender, token: str, _: OwnForm) -> Response:
    """Hand in. A second click waits for the first and finds the same submission (decision 8)."""
    upload = web.uploads.load(token, session.account.account)
    with web.uploads.turn(token):
        known = web.uploads.sent(token)
        if known is not None:
            with web.transaction() as tx:
                sent = submissions.by_id(tx, known)
        else:
            with web.turns.turn():
                sent = submissions.hand_in(web.app, _handed(web, session, upload))
            web.uploads.finish(token, sent.id)
            publish(web, sent)
    return after_handing_in(web, sent)


def _handed(web: Web, session: Session, upload: Upload) -> Handed:
    source, behalf = for_whom(session, upload.behalf)
    return Handed(
        content=web.uploads.file(upload.token),
        file_name=upload.file_name,
        item_id=upload.item,
        source=source,
        profile=upload.profile,
        constants=upload.constants,
        mapping=upload.mapping,
        behalf=behalf,
        account=session.account.account,
        idempotency_key=f"upload:{upload.token}",
        actor=session.account.login,
    )


@router.post(PATH + "/{token}/discard")
def discard(web: House, session: Sender, token: str, _: OwnForm) -> Response:
    """Give up: the file is deleted."""
    web.uploads.load(token, session.account.account)
    web.uploads.discard(token)
    return RedirectResponse(PATH, 303, {"cache-control": PRIVATE})
