"""Taking a list in: choose the file, look at what its columns mean, keep it; and merging a return package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from xinheng.core import cells
from xinheng.core.errors import Kind, XinhengError
from xinheng.evidence.intake.incoming import Incoming
from xinheng.faces.web.access import AnySession, OwnForm, check_token, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import suspicions_lines as reach
from xinheng.faces.web.desk import suspicions_views as views
from xinheng.faces.web.desk.cases_reach import actor
from xinheng.faces.web.desk.receiving import receive
from xinheng.faces.web.desk.uploads import Upload
from xinheng.faces.web.errors import ParameterError, status_of
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import Figure, FormError, Pair, bytes_text, grouped
from xinheng.law.headers import DROPPED
from xinheng.office.access.model import Session
from xinheng.outward.suspicions import lists, packages, reading
from xinheng.outward.suspicions.model_lists import COLUMNS, Column, NewList, Sheet
from xinheng.outward.suspicions.package_file import is_package

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
PATH: Final = f"{reach.PATH}/import"
PROFILE: Final = "suspicions"
FIELDS: Final = ("title", "sender", "number", "received_on", "due_on", "days_back")
SEEN: Final = 3  # rows whose cells are shown column by column
CELL: Final = 40


def _blank(web: Web, given: Mapping[str, str], errors: tuple[FormError, ...] = ()) -> views.ImportForm:
    items = tuple((i.id, i.name) for i in web.app.pack.items.values() if "document" in i.roles)
    return views.ImportForm(
        items=items,
        limit=bytes_text(min(web.app.settings.upload_bytes, reading.LIMITS.file_bytes)),
        given=views.typed(
            {"item": "penalty", "received_on": web.today().isoformat(), "days_back": "3", **given}
        ),
        errors=errors,
    )


@router.get(PATH)
def show_form(web: House, session: AnySession) -> Response:
    """Which file, from whom, until when."""
    reach.office(session)
    return web.render.private(
        "desk/suspicions_import.html", "suspicions", form=_blank(web, {}), who=who(session)
    )


@router.post(PATH)
async def take_file(request: Request, web: House, session: AnySession) -> Response:
    """Receive the file into a private folder, then show what its columns were taken for."""
    reach.office(session)
    await run_in_threadpool(web.uploads.sweep, web.app.clock)
    token = web.uploads.begin()
    try:
        got = await receive(
            request.headers.get("content-type", ""),
            request.stream(),
            web.uploads.file(token),
            lambda fields: check_token(session, fields),
        )
        said = {name: got.fields.get(name, "").strip() for name in FIELDS}
        item = got.fields.get("item", "")
        errors = _wrong(web, said, item, got.file_name, got.size, web.uploads.file(token))
        if errors:
            web.uploads.discard(token)
            form = _blank(web, {**said, "item": item}, errors)
            return web.render.private(
                "desk/suspicions_import.html", "suspicions", 400, form=form, who=who(session)
            )
    except BaseException:
        web.uploads.discard(token)
        raise
    web.uploads.save(
        Upload(
            token, str(session.account.account), got.file_name or "", got.size, item, PROFILE, constants=said
        )
    )
    return RedirectResponse(f"{PATH}/{token}", 303, {"cache-control": PRIVATE})


def _wrong(
    web: Web, said: Mapping[str, str], item: str, name: str | None, size: int, file: Path
) -> tuple[FormError, ...]:
    """What is wrong with the form. A package says itself what it is: only the file is asked for."""
    if name is None or not size:
        return (FormError("请选择文件", "file"),)
    if is_package(file):
        return ()
    found = []
    if len(said["title"]) < 2:
        found.append(FormError("请写清单名称", "title"))
    if len(said["sender"]) < 2:
        found.append(FormError("请写下发单位", "sender"))
    if item not in web.app.pack.items:
        found.append(FormError("请选择目录事项", "item"))
    for field, text in (("received_on", "收到日"), ("due_on", "期限")):
        if said[field] and cells.date(said[field]) is None:
            found.append(FormError(f"{text}不是日期", field))
    if said["days_back"] and not (said["days_back"].isascii() and said["days_back"].isdigit()):
        found.append(FormError("留给汇总的天数应为整数", "days_back"))
    return tuple(found)


def _new(web: Web, upload: Upload) -> NewList:
    said = upload.constants

    def day(name: str) -> date | None:
        found = cells.date(said.get(name, ""))
        return date.fromisoformat(found) if found else None

    return NewList(
        title=said["title"],
        sender=said["sender"],
        item=upload.item,
        received_on=day("received_on") or web.today(),
        due_on=day("due_on"),
        number=said.get("number") or None,
        days_back=int(said.get("days_back") or 0),
        file_name=upload.file_name,
    )


def _read(web: Web, upload: Upload) -> tuple[Sheet, NewList, Mapping[int, UUID]]:
    """The sheet as it would be kept, with what is said of it. Raises refusals of reading and of packages."""
    path = web.uploads.file(upload.token)
    if is_package(path):
        return packages.read_handed(path, web.today())
    item = web.app.pack.item(upload.item)
    with web.turns.turn(), Incoming(web.app.incoming).work() as folder:
        return reading.read(path, folder, item, web.app.engine, upload.mapping), _new(web, upload), {}


def _loaded(web: Web, session: Session, token: str) -> Upload:
    reach.office(session)
    upload = web.uploads.load(token, session.account.account)
    if upload.profile != PROFILE:
        raise ParameterError(
            found="这次上传不是清单", expected="从导入清单页面上传的文件", todo="重新选择文件"
        )
    return upload


@router.get(PATH + "/{token}")
def show_preview(web: House, session: AnySession, token: str) -> Response:
    """What the columns were taken for, and how many rows about persons there are."""
    upload = _loaded(web, session, token)
    if there := web.uploads.sent(token):
        return RedirectResponse(f"{reach.PATH}/lists/{there}", 303, {"cache-control": PRIVATE})
    return _preview(web, session, upload)


def _preview(web: Web, session: Session, upload: Upload, refusal: XinhengError | None = None) -> Response:
    file = (Pair("文件", f"{upload.file_name}，{bytes_text(upload.size)}"),)
    view = views.PreviewView(upload.token, file)
    try:
        sheet, new, ids = _read(web, upload)
        view = _shown(view, sheet, new, package=bool(ids))
    except XinhengError as found:
        if found.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        refusal = refusal or found
    if refusal is not None:
        text = f"{refusal.title}：{refusal.found}。{refusal.todo}"
        view = replace(view, errors=(FormError(text, None),), keepable=False)
    status = status_of(refusal) if refusal else 200
    return web.render.private(
        "desk/suspicions_preview.html", "suspicions", status, view=view, who=who(session)
    )


def _shown(view: views.PreviewView, sheet: Sheet, new: NewList, *, package: bool) -> views.PreviewView:
    about = (
        Pair("清单名称", new.title),
        Pair("下发单位", new.sender),
        Pair("上级要求的期限", new.due_on.isoformat() if new.due_on else None),
        Pair("摘要（SHA-256）", sheet.file_sha256, mono=True, wide=True),
    )
    samples = [row.cells for row in sheet.rows if row.cells is not None][:SEEN]
    return replace(
        view,
        file=(*view.file, *about),
        figures=(
            Figure("行数", grouped(len(sheet.rows))),
            Figure("其中自然人（只留文号）", grouped(sheet.persons)),
            Figure("已隐去的证件号码", grouped(sheet.masked)),
        ),
        above=tuple("　".join(filter(None, row)) for row in sheet.above),
        columns=tuple(
            views.ColumnLine(
                header=column.header,
                text=COLUMNS[Column(column.target)]
                if column.target in set(Column)
                else _plain(column.target),
                target=column.target,
                sample="；".join(row[at][:CELL] for row in samples if row[at]),
                fixed=column.target == DROPPED,
            )
            for at, column in enumerate(sheet.columns)
        ),
        targets=views.TARGETS,
        notes=sheet.notes,
        keepable=True,
        package=package,
    )


def _plain(target: str) -> str:
    return "不留存（个人信息）" if target == DROPPED else "照原样保留"


@router.post(PATH + "/{token}/preview")
def change_preview(web: House, session: AnySession, token: str, form: OwnForm) -> Response:
    """Keep another mapping, and look again."""
    upload = _loaded(web, session, token)
    chosen = {
        header: form.get(f"map.{name.removeprefix('header.')}", "")
        for name, header in form.items()
        if name.startswith("header.")
    }
    known = {value for value, _ in views.TARGETS}
    web.uploads.save(replace(upload, mapping={h: to for h, to in chosen.items() if to in known}))
    return RedirectResponse(f"{PATH}/{token}", 303, {"cache-control": PRIVATE})


@router.post(PATH + "/{token}/keep")
def keep(web: House, session: AnySession, token: str, _: OwnForm) -> Response:
    """Keep the list. A second click waits for the first and finds the same list."""
    upload = _loaded(web, session, token)
    with web.uploads.turn(token):
        there = web.uploads.sent(token)
        if there is None:
            try:
                sheet, new, ids = _read(web, upload)
                with web.transaction() as tx:
                    made = lists.keep(
                        tx,
                        sheet,
                        new,
                        reach.office(session),
                        actor(session),
                        web.app.clock,
                        web.app.pack,
                        ids,
                    )
            except XinhengError as refusal:
                if refusal.kind not in (Kind.INVALID, Kind.CONFLICT):
                    raise
                return _preview(web, session, upload, refusal)
            there = made.list_id
            web.uploads.finish(token, there)
    return RedirectResponse(f"{reach.PATH}/lists/{there}?said=kept", 303, {"cache-control": PRIVATE})


@router.post(PATH + "/{token}/discard")
def discard(web: House, session: AnySession, token: str, _: OwnForm) -> Response:
    """Give up: the file is deleted."""
    _loaded(web, session, token)
    web.uploads.discard(token)
    return RedirectResponse(reach.PATH, 303, {"cache-control": PRIVATE})
