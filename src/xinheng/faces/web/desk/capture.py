"""抓取草稿: what was read from an agency's public lists, until the agency confirms or discards it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from xinheng.core.errors import Kind, XinhengError
from xinheng.core.times import Known
from xinheng.evidence.submissions.model import State as Sent
from xinheng.evidence.submissions.model import Submission
from xinheng.faces.web.access import AnySession, OwnForm, Sender, oversees, scope, sender, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.errors import ParameterError
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import FormError, Pages, Tag, grouped, moment, page_number, pages
from xinheng.law.model import Item
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Role, Session
from xinheng.outward.capture import service
from xinheng.outward.capture.model import Capture, Draft, State

router = APIRouter(include_in_schema=False)
PATH: Final = "/desk/capture"
SIZE: Final = 50
MARK: Final = "draft."
SAID: Final = {
    "discarded": "已放弃所选草稿",
    "saved": "修改已保存；确认后才会报送",
    "waiting": "已提交，等待本单位同事审核",
    "queued": "已提交，正在排队校核",
}


@dataclass(frozen=True)
class CaptureLine:
    capture: UUID
    name: str
    agency: str
    item: str
    last_run: str | None
    tag: Tag
    waiting: str
    confirmed: str
    discarded: str


@dataclass(frozen=True)
class CapturesView:
    lines: tuple[CaptureLine, ...]
    with_agency: bool


@dataclass(frozen=True)
class DraftLine:
    draft: UUID
    title: str
    pairs: tuple[tuple[str, str], ...]
    advice: tuple[str, ...]
    source: str
    fetched: str
    digest: str
    edited: bool


@dataclass(frozen=True)
class DraftsView:
    line: CaptureLine
    last_said: str | None
    drafts: tuple[DraftLine, ...]
    may_decide: bool
    said: str | None = None
    errors: tuple[FormError, ...] = ()
    pages: Pages | None = None


@dataclass(frozen=True)
class EditView:
    capture: UUID
    name: str
    draft: DraftLine
    fields: tuple[tuple[str, str, str, bool], ...]  # code, name, value, long
    errors: tuple[FormError, ...] = ()


class SubmissionNotTaken(XinhengError):
    """The intake did not take the drafts; its own refusal stands in `found`."""

    code = "XH968"
    kind = Kind.INVALID
    title = "草稿没有报送成功"


@router.get(PATH, dependencies=[Depends(signed_in)])
def show_captures(web: House, session: AnySession) -> Response:
    """Every capture with the number of its drafts: all for the office, an agency's own for itself."""
    with web.transaction() as tx:
        found = service.listed(tx, scope(session))
        names = agencies.by_ids(tx, {c.agency for c, _ in found})
    lines = tuple(_line(web, c, counts, names[c.agency].name) for c, counts in found)
    view = CapturesView(lines, oversees(session))
    return web.render.private("desk/captures.html", "capture", view=view, who=who(session))


@router.get(PATH + "/{capture}", dependencies=[Depends(signed_in)])
def show_drafts(
    web: House,
    session: AnySession,
    capture: UUID,
    page: Annotated[str, Query()] = "",
    said: Annotated[str, Query()] = "",
) -> Response:
    """The drafts that wait."""
    view = _drafts(web, session, capture, page_number(page), SAID.get(said))
    return web.render.private("desk/capture.html", "capture", view=view, who=who(session))


@router.post(PATH + "/{capture}", dependencies=[Depends(sender)])
def decide(web: House, session: Sender, capture: UUID, form: OwnForm) -> Response:
    """Confirm or discard those that are ticked. Raises DraftAbsent, SubmissionNotTaken."""
    with web.transaction() as tx:
        found = service.seen_by(tx, capture, scope(session))
    chosen = _chosen(form)
    if not chosen:
        view = _drafts(web, session, capture, 1, None, (FormError("还没有勾选草稿", "draft-1"),))
        return web.render.private("desk/capture.html", "capture", 400, view=view, who=who(session))
    by = _by(session)
    if form.get("action") == "discard":
        with web.transaction() as tx:
            service.discard(tx, found, chosen, by, web.app.clock)
        return _to(f"{PATH}/{capture}?said=discarded")
    if form.get("action") != "confirm":
        raise ParameterError(
            found="没有说明确认还是放弃", expected="confirm 或 discard", todo="回到页面重新提交"
        )
    return _after(web, capture, service.confirm(web.app, found, chosen, by))


@router.get(PATH + "/{capture}/{draft}", dependencies=[Depends(sender)])
def show_draft(web: House, session: Sender, capture: UUID, draft: UUID) -> Response:
    """One draft, to be corrected before it is confirmed."""
    with web.transaction() as tx:
        owner = service.seen_by(tx, capture, scope(session))
        found = service.draft(tx, owner, draft)
    return _edit_page(web, session, owner, found, found.fields)


@router.post(PATH + "/{capture}/{draft}", dependencies=[Depends(sender)])
def save_draft(web: House, session: Sender, capture: UUID, draft: UUID, form: OwnForm) -> Response:
    """Keep what the agency corrected."""
    fields = {k.removeprefix("field."): v for k, v in form.items() if k.startswith("field.")}
    with web.transaction() as tx:
        owner = service.seen_by(tx, capture, scope(session))
        found = service.draft(tx, owner, draft)
        try:
            service.edit(tx, web.app.pack, found, fields, _by(session), web.app.clock)
        except XinhengError as refusal:
            return _edit_page(web, session, owner, found, fields, (FormError(refusal.found, None),))
    return _to(f"{PATH}/{capture}?said=saved")


def _after(web: Web, capture: UUID, sent: Submission) -> Response:
    if sent.state is Sent.FAILED:
        error = sent.error or {}
        raise SubmissionNotTaken(
            found=str(error.get("found", "文件没有受理")),
            expected=str(error.get("expected", "可以受理的内容")),
            todo="草稿还在；按说明处理后再确认",
        )
    if sent.state is Sent.DONE and sent.receipt is not None:
        web.app.publish()
        return _to(f"/desk/receipts/{sent.receipt}?said=new")
    return _to(f"{PATH}/{capture}?said={'waiting' if sent.state is Sent.WAITING else 'queued'}")


def _drafts(
    web: Web,
    session: Session,
    capture: UUID,
    number: int,
    said: str | None,
    errors: tuple[FormError, ...] = (),
) -> DraftsView:
    with web.transaction() as tx:
        found = service.seen_by(tx, capture, scope(session))
        counts = service.counts(tx, found)
        shown = service.drafts(tx, found, SIZE + 1, (number - 1) * SIZE)
        agency = agencies.by_ids(tx, [found.agency])[found.agency].name
    item = web.app.pack.item(found.item)
    return DraftsView(
        line=_line(web, found, counts, agency),
        last_said=found.last_said,
        drafts=tuple(draft_line(d, item) for d in shown[:SIZE]),
        may_decide=_may(session, found),
        said=said,
        errors=errors,
        pages=pages(number, (number - 1) * SIZE + len(shown), f"{PATH}/{capture}", {}, SIZE),
    )


def draft_line(draft: Draft, item: Item) -> DraftLine:
    """A draft as the agency reads it: what it says, what the checks would say, where it is from."""
    names = {f.code: f.name for f in item.fields}
    document = draft.fields.get(item.roles.get("document", ""))
    party = draft.fields.get(item.roles.get("party_name", ""))
    return DraftLine(
        draft=draft.draft,
        title="　".join(filter(None, (document, party))) or "没有文号和名称",
        pairs=tuple((names.get(code, code), text) for code, text in draft.fields.items()),
        advice=draft.advice,
        source=draft.source,
        fetched=moment(Known(draft.fetched)),
        digest=draft.page_sha256,
        edited=draft.edited,
    )


def _line(web: Web, capture: Capture, counts: Mapping[State, int], agency: str) -> CaptureLine:
    if capture.last_code:
        tag = Tag(f"未完成 {capture.last_code}", "bad")
    else:
        tag = Tag("正常", "good") if capture.last_run else Tag("尚未运行", "warn")
    items = web.app.pack.items
    return CaptureLine(
        capture=capture.capture,
        name=capture.name,
        agency=agency,
        item=items[capture.item].name if capture.item in items else capture.item,
        last_run=moment(Known(capture.last_run)) if capture.last_run else None,
        tag=tag,
        waiting=grouped(counts.get(State.WAITING, 0)),
        confirmed=grouped(counts.get(State.CONFIRMED, 0)),
        discarded=grouped(counts.get(State.DISCARDED, 0)),
    )


def _edit_page(
    web: Web,
    session: Session,
    capture: Capture,
    draft: Draft,
    given: Mapping[str, str],
    errors: tuple[FormError, ...] = (),
) -> Response:
    item = web.app.pack.item(capture.item)
    fields = tuple(
        (f.code, f.name, given.get(f.code, ""), f.type.value == "long_text")
        for f in item.fields
        if not f.dropped
    )
    view = EditView(capture.capture, capture.name, draft_line(draft, item), fields, errors)
    status = 400 if errors else 200
    return web.render.private("desk/capture_draft.html", "capture", status, view=view, who=who(session))


def _chosen(form: Mapping[str, str]) -> list[UUID]:
    return list(_ids(name.removeprefix(MARK) for name in form if name.startswith(MARK)))


def _ids(texts: Iterable[str]) -> Iterable[UUID]:
    for text in texts:
        try:
            yield UUID(text)
        except ValueError:
            raise ParameterError(
                found="草稿的编号无法识别", expected="从本站页面提交的表单", todo="回到页面重新提交"
            ) from None


def _may(session: Session, capture: Capture) -> bool:
    return session.account.holds(Role.CLERK) and session.account.agency == capture.agency


def _by(session: Session) -> service.Decider:
    account = session.account
    return service.Decider(account.account, account.login, account.agency or UUID(int=0))


def _to(address: str) -> Response:
    return RedirectResponse(address, 303, {"cache-control": PRIVATE})
