"""目录建议: agencies propose data items, the office decides and issues a version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from xinheng.core.times import Known
from xinheng.faces.app import issuing
from xinheng.faces.web.access import (
    AnySession,
    Overseer,
    OwnForm,
    Sender,
    overseer,
    scope,
    sender,
    signed_in,
    who,
)
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.errors import RoleRefusedError
from xinheng.faces.web.views import FormError, Tag, moment
from xinheng.law.errors import PackError
from xinheng.law.model import Disclosure, FieldType
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Role, Session
from xinheng.office.proposals import model, service
from xinheng.office.proposals.errors import NothingToIssue, ProposalDecided, ProposalRefused
from xinheng.office.proposals.model import FieldProposal, Proposal, State

router = APIRouter(include_in_schema=False)
PATH: Final = "/desk/proposals"

TYPES: Final = (
    (FieldType.TEXT, "文字", "一行以内，如名称"),
    (FieldType.LONG_TEXT, "长文字", "多行，其中的证件号码会被遮盖"),
    (FieldType.CODE, "编号", "如证书编号；不能是数字格式的单元格"),
    (FieldType.DATE, "日期", "年月日"),
    (FieldType.WAN_YUAN, "金额（万元）", "至多六位小数"),
    (FieldType.ENUM, "列表", "只能取写明的值"),
)
DISCLOSURES: Final = (
    (Disclosure.SHARED, "政务共享", "机关之间可用"),
    (Disclosure.AUTHORISED, "授权查询", "单位授权后可查"),
)
TONES: Final = {
    State.PROPOSED: "warn",
    State.ACCEPTED: "info",
    State.REFUSED: "bad",
    State.TAKEN_BACK: "",
    State.ISSUED: "good",
}


@dataclass(frozen=True)
class ProposalLine:
    proposal: UUID
    agency: str
    item: str
    code: str
    name: str
    about: str
    reason: str
    source: str
    opened: str
    tag: Tag
    note: str | None
    version: str | None
    may_decide: bool
    may_take_back: bool


@dataclass(frozen=True)
class View:
    lines: tuple[ProposalLine, ...]
    items: tuple[tuple[str, str], ...]
    types: tuple[tuple[str, str, str], ...]
    disclosures: tuple[tuple[str, str, str], ...]
    may_propose: bool
    may_issue: int  # accepted proposals that wait for a version; 0 hides the button
    form: dict[str, str]
    pack: str
    said: str = ""
    errors: tuple[FormError, ...] = ()


@router.get(PATH, dependencies=[Depends(signed_in)])
def show_proposals(web: House, session: AnySession, said: Annotated[str, Query()] = "") -> Response:
    """The agency's own proposals; all of them for the office."""
    return _page(web, session, said="已发布新版本，并已启用。" if said == "issued" else "")


def _page(
    web: Web,
    session: Session,
    *,
    errors: Sequence[FormError] = (),
    form: dict[str, str] | None = None,
    said: str = "",
    status: int = 200,
) -> Response:
    with web.transaction() as tx:
        found = service.listed(tx, scope(session))
        names = agencies.by_ids(tx, {p.agency for p in found})
    office = session.account.role is Role.OFFICE
    items = {i.id: i.name for i in web.app.pack.items.values()}
    view = View(
        lines=tuple(
            _line(p, names[p.agency].name if p.agency in names else "—", items, session) for p in found
        ),
        items=tuple(items.items()),
        types=tuple((t.value, text, note) for t, text, note in TYPES),
        disclosures=tuple((d.value, text, note) for d, text, note in DISCLOSURES),
        may_propose=session.account.role is Role.CLERK and session.agency is not None,
        may_issue=sum(p.state is State.ACCEPTED for p in found) if office else 0,
        form=form or {},
        pack=web.app.pack.label,
        said=said,
        errors=tuple(errors),
    )
    return web.render.private("desk/proposals.html", "proposals", status=status, view=view, who=who(session))


def _line(found: Proposal, agency: str, items: dict[str, str], session: Session) -> ProposalLine:
    kinds = {t.value: text for t, text, _ in TYPES} | {d.value: text for d, text, _ in DISCLOSURES}
    about = [kinds.get(found.field.type.value, found.field.type.value), kinds[found.field.disclosure.value]]
    if found.field.length:
        about.append(f"至多 {found.field.length} 字")
    if found.field.values:
        about.append("取值：" + "、".join(found.field.values))
    office = session.account.role is Role.OFFICE
    return ProposalLine(
        proposal=found.proposal,
        agency=agency,
        item=items.get(found.item, found.item),
        code=found.field.code,
        name=found.field.name,
        about="，".join(about),
        reason=found.reason,
        source=found.source,
        opened=moment(Known(found.opened)),
        tag=Tag(service.NAMES[found.state], TONES[found.state]),
        note=found.note or None,
        version=found.version,
        may_decide=office and found.state in (State.PROPOSED, State.ACCEPTED),
        may_take_back=session.account.agency == found.agency and found.state is State.PROPOSED,
    )


@router.post(PATH, dependencies=[Depends(sender)])
def propose(web: House, session: Sender, form: OwnForm) -> Response:
    """An agency proposes a data item."""
    assert session.agency is not None  # noqa: S101 - `sender` says so
    try:
        wish = service.Wish(
            agency=session.agency.agency,
            account=session.account.account,
            actor=session.account.login,
            item=form.get("item", ""),
            field=_field(form),
            reason=form.get("reason", ""),
            source=form.get("source", ""),
        )
        with web.transaction() as tx:
            service.propose(tx, web.app.pack, wish, web.app.clock)
    except ProposalRefused as refusal:
        errors = [FormError(text, "code") for text in refusal.found.split("；")]
        return _page(web, session, errors=errors, form=form, status=422)
    return RedirectResponse(PATH, 303)


def _field(form: dict[str, str]) -> FieldProposal:
    length = form.get("length", "").strip()
    if length and not (length.isascii() and length.isdigit() and len(length) <= 4):
        raise ProposalRefused(found="长度不是整数", expected="1 至 4000，不写即不限", todo="改写后再提交")
    values = form.get("values", "").replace("，", "、").replace(",", "、").replace("\n", "、").split("、")
    known = {t.value for t in model.TYPES}
    return FieldProposal(
        code=form.get("code", "").strip().upper(),
        name=form.get("name", "").strip(),
        type=FieldType(form["type"]) if form.get("type") in known else FieldType.TEXT,
        disclosure=Disclosure.AUTHORISED if form.get("disclosure") == "authorised" else Disclosure.SHARED,
        length=int(length) if length else None,
        values=tuple(v.strip() for v in values if v.strip()),
        expected=form.get("expected") == "yes",
    )


@router.post(PATH + "/{proposal}/take-back", dependencies=[Depends(sender)])
def take_back(web: House, session: Sender, proposal: UUID, form: OwnForm) -> Response:
    """An agency takes its proposal back while nobody has decided it."""
    with web.transaction() as tx:
        if service.by_id(tx, proposal).agency != session.account.agency:
            raise service.absent(proposal)
        service.decide(tx, proposal, State.TAKEN_BACK, "", web.app.clock, session.account.login)
    return RedirectResponse(PATH, 303)


@router.post(PATH + "/{proposal}/decide", dependencies=[Depends(overseer)])
def decide(web: House, session: Overseer, proposal: UUID, form: OwnForm) -> Response:
    """The office accepts or refuses."""
    _only_the_office(session)
    to = State.ACCEPTED if form.get("to") == "accepted" else State.REFUSED
    try:
        with web.transaction() as tx:
            service.decide(tx, proposal, to, form.get("note", ""), web.app.clock, session.account.login)
    except (ProposalRefused, ProposalDecided) as refusal:
        error = FormError(f"{refusal.found}。应为：{refusal.expected}", f"note-{proposal}")
        return _page(web, session, errors=[error], status=422)
    return RedirectResponse(PATH, 303)


@router.post(PATH + "/issue", dependencies=[Depends(overseer)])
def issue(web: House, session: Overseer, form: OwnForm) -> Response:
    """Issue what was accepted as the next version, and make it the active pack."""
    _only_the_office(session)
    try:
        issuing.issue(web.app, session.account.login)
    except (NothingToIssue, PackError) as refusal:
        return _page(web, session, errors=[FormError(str(refusal))], status=422)
    return RedirectResponse(f"{PATH}?said=issued", 303)


def _only_the_office(session: Session) -> None:
    if session.account.role is not Role.OFFICE:
        raise RoleRefusedError(
            found=f"账号 {session.account.login} 只能查看", expected="信用办的账号", todo="请信用办办理"
        )
