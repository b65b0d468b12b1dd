"""What a new letter is to be about: the overdue cases of an agency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from xinheng.core.errors import Kind, XinhengError
from xinheng.faces.web.access import AnySession, OwnForm, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import letters as desk
from xinheng.faces.web.desk import letters_views as views
from xinheng.faces.web.desk.case_kinds import name_of
from xinheng.faces.web.desk.cases_reach import actor, in_scope
from xinheng.faces.web.errors import status_of
from xinheng.faces.web.views import FormError
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Session
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Filter, Page
from xinheng.outward.letters import composing, service
from xinheng.outward.letters.errors import LetterAbsent
from xinheng.outward.letters.model import KIND, STEPS, Letter, Step

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
CHOICES: Final = 200  # overdue cases that one page offers


@router.get(f"{desk.PATH}/new")
def show_new(
    web: House, session: AnySession, agency: desk.Text = "", step: desk.Text = "reminder"
) -> Response:
    """The overdue cases of an agency, from which a letter is made."""
    return new_page(web, session, {"agency": agency, "step": step})


def new_page(
    web: Web, session: Session, form: Mapping[str, str], errors: Sequence[FormError] = (), status: int = 200
) -> Response:
    """The page of choices; after a refusal with what had been chosen."""
    desk.require_office(session)
    day, asked = web.today(), any(name.startswith("case.") for name in form)
    with web.transaction() as tx:
        to = _addressee(web, tx, session, form.get("agency", ""))
        wanted = Filter(owner=to, overdue_on=day)
        total = cases.count(tx, wanted)
        found = [one for one in cases.listed(tx, wanted, Page(1, CHOICES)) if one.kind != KIND]
        under = service.under_way(tx, [one.case for one in found])
        name = agencies.by_ids(tx, [to])[to].name
    lines = tuple(
        views.ChoiceLine(
            case=one.case,
            title=one.title,
            kind=name_of(one.kind),
            due=one.due_on,
            late=composing.working_days_late(one.due_on or day, day, web.app.pack.calendar),
            under=under.get(one.case),
            chosen=f"case.{one.case}" in form if asked else composing.ripe(one, web.app.pack, day),
        )
        for one in found
    )
    steps = tuple((step.value, STEPS[step], web.app.pack.letters.on(step, day).name) for step in Step)
    view = views.NewView(
        to, name, form.get("step", "reminder"), steps, lines, max(0, total - CHOICES), tuple(errors)
    )
    return web.render.private("desk/letter_new.html", "letters", status, view=view, who=who(session))


def _addressee(web: Web, tx: Transaction, session: Session, text: str) -> UUID:
    """The agency that a letter goes to: one of this office's. Raises LetterAbsent."""
    to, scope = desk.uuid_of(text), in_scope(web, tx, session)
    if to is None or not agencies.by_ids(tx, [to]) or (scope is not None and to not in scope):
        raise LetterAbsent(text or "（未选单位）")
    return to


def composed(web: Web, session: Session, form: Mapping[str, str]) -> Letter:
    """A draft about what was chosen. Raises LetterAbsent, LetterRefused."""
    ids = [desk.uuid_of(name.removeprefix("case.")) for name in form if name.startswith("case.")]
    step = form.get("step", "")
    with web.transaction() as tx:
        to = _addressee(web, tx, session, form.get("agency", ""))
        found = [cases.by_id(tx, one) for one in ids if one]
        by = actor(session)
        new = composing.from_cases(
            tx,
            web.app.pack,
            Step(step) if step in {s.value for s in Step} else Step.REMINDER,
            by.agency or to,
            to,
            [one for one in found if one.closed is None],
            web.app.clock,
        )
        return service.draft(tx, new, web.app.clock, by)


@router.post(f"{desk.PATH}/new")
def make(web: House, session: AnySession, form: OwnForm) -> Response:
    """A draft of what was chosen."""
    desk.require_office(session)
    try:
        made = composed(web, session, form)
    except XinhengError as refusal:
        if refusal.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        wrong = FormError(f"{refusal.found}。应为：{refusal.expected}", "choices")
        return new_page(web, session, form, [wrong], status_of(refusal))
    return RedirectResponse(f"{desk.PATH}/{made.letter}", 303)
