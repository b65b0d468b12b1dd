"""目录建议: agencies propose items and data items, the office decides and issues; rules found wrong wait."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from xinheng.faces.app import issuing
from xinheng.faces.web.access import (
    AnySession,
    Keeper,
    OwnForm,
    Sender,
    keeper,
    keeps,
    scope,
    sender,
    signed_in,
    who,
)
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import proposals_views as views
from xinheng.faces.web.errors import RoleRefusedError
from xinheng.faces.web.views import FormError
from xinheng.law.errors import PackError
from xinheng.law.kinds import Every
from xinheng.law.model import Disclosure, FieldType
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Role, Session
from xinheng.office.proposals import model, model_items, service
from xinheng.office.proposals.errors import NothingToIssue, ProposalDecided, ProposalRefused
from xinheng.office.proposals.model import FieldProposal, Kind, State
from xinheng.office.proposals.model_items import ItemProposal, Part

router = APIRouter(include_in_schema=False)
PATH: Final = "/desk/proposals"


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
    office = session.account.role is Role.OFFICE and keeps(session)
    items = {i.id: i.name for i in web.app.pack.items.values()}
    view = views.View(
        lines=tuple(
            views.line(p, names[p.agency].name if p.agency in names else "—", items, session) for p in found
        ),
        items=tuple(items.items()),
        types=tuple((t.value, text, note) for t, text, note in views.TYPES),
        disclosures=tuple((d.value, text, note) for d, text, note in views.DISCLOSURES),
        part_types=tuple((t.value, views.TYPE_NAMES[t]) for t in model_items.PART_TYPES),
        often=tuple((e.value, text, "") for e, text in model_items.EVERY.items()),
        may_propose=session.account.role is Role.CLERK and session.agency is not None,
        may_issue=sum(p.state is State.ACCEPTED and p.kind is not Kind.RULE for p in found) if office else 0,
        form=form or {},
        pack=web.app.pack.label,
        said=said,
        errors=tuple(errors),
    )
    return web.render.private("desk/proposals.html", "proposals", status=status, view=view, who=who(session))


@router.post(PATH, dependencies=[Depends(sender)])
def propose(web: House, session: Sender, form: OwnForm) -> Response:
    """An agency proposes a data item."""
    return _proposed(web, session, form, _field)


@router.post(PATH + "/items", dependencies=[Depends(sender)])
def propose_item(web: House, session: Sender, form: OwnForm) -> Response:
    """An agency proposes a new item; it would be the one to send it."""
    return _proposed(web, session, form, _whole, "item-")


def _proposed(
    web: Web,
    session: Session,
    form: dict[str, str],
    said: Callable[[dict[str, str]], FieldProposal | ItemProposal],
    prefix: str = "",
) -> Response:
    """The proposal that one of the page's two forms makes; `prefix`: of the names of its fields."""
    assert session.agency is not None  # noqa: S101 - `sender` says so
    try:
        wish = service.Wish(
            agency=session.agency.agency,
            account=session.account.account,
            actor=session.account.login,
            what=said(form),
            reason=form.get(f"{prefix}reason", ""),
            source=form.get(f"{prefix}source", ""),
            item="" if prefix else form.get("item", ""),
        )
        with web.transaction() as tx:
            service.propose(tx, web.app.pack, wish, web.app.clock)
    except ProposalRefused as refusal:
        errors = [FormError(text, f"{prefix}code") for text in refusal.found.split("；")]
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
        disclosure=_disclosure(form.get("disclosure", "")),
        length=int(length) if length else None,
        values=tuple(v.strip() for v in values if v.strip()),
        expected=form.get("expected") == "yes",
    )


def _whole(form: dict[str, str]) -> ItemProposal:
    types = {t.value: t for t in model_items.PART_TYPES}
    every = {e.value: e for e in model_items.EVERY}
    parts = tuple(
        Part(
            form[f"part-name-{n}"].strip(),
            types.get(form.get(f"part-type-{n}", ""), FieldType.TEXT),
            form.get(f"part-required-{n}") == "yes",
        )
        for n in range(1, model_items.PARTS + 1)
        if form.get(f"part-name-{n}", "").strip()
    )
    return ItemProposal(
        code=form.get("item-code", "").strip().upper(),
        name=form.get("item-name", "").strip(),
        every=every.get(form.get("every", ""), Every.EVENT),
        disclosure=_disclosure(form.get("item-disclosure", "")),
        parts=parts,
    )


def _disclosure(text: str) -> Disclosure:
    return Disclosure.AUTHORISED if text == Disclosure.AUTHORISED.value else Disclosure.SHARED


@router.post(PATH + "/{proposal}/take-back", dependencies=[Depends(sender)])
def take_back(web: House, session: Sender, proposal: UUID, form: OwnForm) -> Response:
    """An agency takes its proposal back while nobody has decided it."""
    with web.transaction() as tx:
        if service.by_id(tx, proposal).agency != session.account.agency:
            raise service.absent(proposal)
        service.decide(tx, proposal, State.TAKEN_BACK, "", web.app.clock, session.account.login)
    return RedirectResponse(PATH, 303)


@router.post(PATH + "/{proposal}/decide", dependencies=[Depends(keeper)])
def decide(web: House, session: Keeper, proposal: UUID, form: OwnForm) -> Response:
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


@router.post(PATH + "/{proposal}/mended", dependencies=[Depends(keeper)])
def mend(web: House, session: Keeper, proposal: UUID, form: OwnForm) -> Response:
    """The office notes that the active pack has the rule mended."""
    _only_the_office(session)
    with web.transaction() as tx:
        service.mended(tx, web.app.pack, proposal, web.app.clock, session.account.login)
    return RedirectResponse(PATH, 303)


@router.post(PATH + "/issue", dependencies=[Depends(keeper)])
def issue(web: House, session: Keeper, form: OwnForm) -> Response:
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
