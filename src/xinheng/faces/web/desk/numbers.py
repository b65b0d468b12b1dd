"""号码登记: which numbers are used up without a record that is shown, and declaring numbers void."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from xinheng.core.errors import Kind, XinhengError
from xinheng.core.times import Known
from xinheng.evidence.intake import numbers
from xinheng.evidence.intake.model_numbers import NAMES, Declaration, NumberRange, Why
from xinheng.faces.web.access import AnySession, OwnForm, Sender, oversees, sender, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk.cases_reach import actor, in_scope
from xinheng.faces.web.desk.exporting import Sheet, Wanted, send
from xinheng.faces.web.errors import status_of
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import Figure, FormError, Pages, grouped, moment, page_number, pages
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Role, Session

router = APIRouter(include_in_schema=False)
PATH: Final = "/desk/numbers"
SIZE, DECLARED = 100, 50


@dataclass(frozen=True)
class Line:
    number: str
    item: str
    agency: str
    decided: str | None


@dataclass(frozen=True)
class DeclarationLine:
    declaration: UUID
    first: str
    last: str
    numbers: int
    item: str
    agency: str
    reason: str
    declared: str
    actor: str
    withdrawn: str | None


@dataclass(frozen=True)
class NumbersForm:
    item: str = "penalty"
    first: str = ""
    last: str = ""
    reason: str = ""


@dataclass(frozen=True)
class NumbersView:
    figures: tuple[Figure, ...]
    kinds: tuple[tuple[str, str], ...]
    why: str
    lines: tuple[Line, ...]
    declarations: tuple[DeclarationLine, ...]
    items: tuple[tuple[str, str], ...]
    form: NumbersForm
    with_agency: bool
    may: bool
    pages: Pages | None = None
    errors: tuple[FormError, ...] = ()


@router.get(PATH, dependencies=[Depends(signed_in)])
def show(
    web: House,
    session: AnySession,
    wanted: Wanted,
    why: Annotated[str, Query(max_length=20)] = "",
    page: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """The register of this account's agency or office."""
    if wanted.form:
        return send(web, session, wanted, _sheet(web, session, why))
    return _page(web, session, why, page_number(page), NumbersForm())


def _sheet(web: Web, session: Session, why: str) -> Sheet:
    """The register as it leaves the house."""
    kind, pack = _kind(why), web.app.pack

    def read(tx: Transaction, limit: int, offset: int) -> list[tuple[str, ...]]:
        lines = numbers.listed(tx, pack, in_scope(web, tx, session), kind, limit, offset)
        names = agencies.by_ids(tx, {x.agency for x in lines})
        return [
            (
                x.number,
                pack.items[x.item].name if x.item in pack.items else x.item,
                names[x.agency].name if x.agency in names else "—",
                x.decided_on.isoformat() if x.decided_on else "",
            )
            for x in lines
        ]

    return Sheet(f"号码登记-{NAMES[kind]}", ("文号", "事项", "单位", "决定日期"), read)


def _kind(why: str) -> Why:
    return Why(why) if why in {w.value for w in Why} else Why.VOIDED


def _page(
    web: Web,
    session: Session,
    why: str,
    number: int,
    form: NumbersForm,
    refusal: XinhengError | None = None,
) -> Response:
    kind = _kind(why)
    pack, offset = web.app.pack, (number - 1) * SIZE
    with web.transaction() as tx:
        scope = in_scope(web, tx, session)
        counts = numbers.counts(tx, pack, scope)
        lines = numbers.listed(tx, pack, scope, kind, SIZE, offset)
        declared = numbers.declarations(tx, scope, DECLARED) if kind is Why.VOIDED else []
        known = agencies.by_ids(tx, {x.agency for x in lines} | {d.agency for d in declared})
    names = {a.agency: a.name for a in known.values()}
    items = {i.id: i.name for i in pack.items.values()}
    view = NumbersView(
        figures=tuple(Figure(NAMES[w], grouped(counts[w])) for w in Why),
        kinds=tuple((w.value, NAMES[w]) for w in Why),
        why=kind.value,
        lines=tuple(
            Line(
                x.number,
                items.get(x.item, x.item),
                names.get(x.agency, "—"),
                x.decided_on.isoformat() if x.decided_on else None,
            )
            for x in lines
        ),
        declarations=tuple(_declaration(d, items, names) for d in declared),
        items=tuple(items.items()),
        form=form,
        with_agency=oversees(session),
        may=session.account.holds(Role.CLERK) and session.agency is not None,
        pages=pages(number, counts[kind], PATH, {"why": kind.value}, SIZE),
        errors=(FormError(f"{refusal.found}。应为：{refusal.expected}", "first"),) if refusal else (),
    )
    status = status_of(refusal) if refusal else 200
    return web.render.private("desk/numbers.html", "numbers", status, view=view, who=who(session))


def _declaration(d: Declaration, items: dict[str, str], names: dict[UUID, str]) -> DeclarationLine:
    return DeclarationLine(
        d.declaration,
        d.first,
        d.last,
        d.numbers,
        items.get(d.item, d.item),
        names.get(d.agency, "—"),
        d.reason,
        moment(Known(d.declared)),
        d.actor,
        f"{moment(Known(d.withdrawn))}　{d.withdrawn_by}" if d.withdrawn else None,
    )


@router.post(PATH, dependencies=[Depends(sender)])
def declare(web: House, session: Sender, given: OwnForm) -> Response:
    """Declare a number or a range void."""
    form = NumbersForm(*(given.get(name, "") for name in ("item", "first", "last", "reason")))
    try:
        with web.transaction() as tx:
            if session.agency is None:
                raise AssertionError("a sender belongs to an agency")
            said = NumberRange(
                web.app.pack.item(form.item).id, form.first, form.last.strip() or None, form.reason
            )
            kept = numbers.declare(tx, session.agency, said, actor(session), web.app.clock)
            _note(
                web, tx, session, "numbers.declare", f"{kept.declaration} {kept.first} 共 {kept.numbers} 个"
            )
    except XinhengError as refusal:
        if refusal.kind is not Kind.INVALID:
            raise
        return _page(web, session, Why.VOIDED.value, 1, form, refusal)
    return RedirectResponse(PATH, 303, {"cache-control": PRIVATE})


def _note(web: Web, tx: Transaction, session: Session, action: str, detail: str) -> None:
    audit.note(tx, web.app.clock, session.account.login, action, detail, session.account.account)


@router.post(PATH + "/{declaration}/withdraw", dependencies=[Depends(sender)])
def withdraw(web: House, session: Sender, declaration: UUID, _: OwnForm) -> Response:
    """Take a declaration back; it stays in the list, marked."""
    with web.transaction() as tx:
        owners = [session.account.agency] if session.account.agency else []
        numbers.withdraw(tx, declaration, owners, actor(session), web.app.clock)
        _note(web, tx, session, "numbers.withdraw", str(declaration))
    return RedirectResponse(PATH, 303, {"cache-control": PRIVATE})
