"""A letter about records that came late: those that the list of late records shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from xinheng.core.errors import Kind, XinhengError
from xinheng.evidence.completeness.model import next_month
from xinheng.evidence.ledger import lateness
from xinheng.evidence.ledger.lateness import Late
from xinheng.faces.web.access import AnySession, OwnForm, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import letters as desk
from xinheng.faces.web.desk.cases_reach import actor, in_scope
from xinheng.faces.web.errors import status_of
from xinheng.faces.web.views import FormError, grouped
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Agency, Session
from xinheng.outward.letters import composing, service
from xinheng.outward.letters.composing import Between
from xinheng.outward.letters.errors import LetterAbsent
from xinheng.outward.letters.model import MOST_CASES, STEPS, Letter, Step

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
PATH: Final = f"{desk.PATH}/late"
MONTH: Final = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")
Text = Annotated[str, Query(max_length=40)]
SHOWN: Final = 20  # rows that the page writes out; the letter has them all


class Asked:
    """Which late records, as the list of them asks: agency (code), item, months of receipt; this year where
    no month is given."""

    def __init__(
        self,
        agency: Text = "",
        item: Text = "",
        first: Annotated[str, Query(alias="from", max_length=10)] = "",
        last: Annotated[str, Query(alias="to", max_length=10)] = "",
    ) -> None:
        self.agency, self.item, self.first, self.last = agency, item, first, last

    @property
    def query(self) -> dict[str, str]:
        """As the address names it."""
        return {"agency": self.agency, "item": self.item, "from": self.first, "to": self.last}

    def days(self, day: date) -> tuple[date, date]:
        """Half-open."""
        return _month(self.first) or date(day.year, 1, 1), next_month(_month(self.last) or day)


Wanted = Annotated[Asked, Depends()]


def _month(text: str) -> date | None:
    return date.fromisoformat(f"{text}-01") if MONTH.fullmatch(text) else None


@dataclass(frozen=True)
class LateView:
    name: str
    count: int
    count_text: str
    most: int
    lines: tuple[tuple[str, str, str, str, int], ...]  # document, item, due, received, days
    steps: tuple[tuple[str, str, str], ...]
    step: str
    action: str
    errors: tuple[FormError, ...] = ()


@router.get(PATH)
def show(web: House, session: AnySession, asked: Wanted) -> Response:
    """What the letter would be about."""
    return _page(web, session, asked, "reminder")


def _page(
    web: Web, session: Session, asked: Asked, step: str, errors: Sequence[FormError] = (), status: int = 200
) -> Response:
    desk.require_office(session)
    with web.transaction() as tx:
        agency, count, found = _asked(web, tx, session, asked, SHOWN)
    names = {item.id: item.name for item in web.app.pack.items.values()}
    lines = tuple(
        (
            one.document or "无文号",
            names.get(one.item, one.item),
            str(one.due_on),
            str(one.received_on),
            one.days,
        )
        for one in found
    )
    letters, day = web.app.pack.letters, web.today()
    steps = tuple((each.value, STEPS[each], letters.on(each, day).name) for each in Step)
    action = f"{PATH}?{urlencode({name: text for name, text in asked.query.items() if text})}"
    view = LateView(agency.name, count, grouped(count), MOST_CASES, lines, steps, step, action, tuple(errors))
    return web.render.private("desk/letter_late.html", "letters", status, view=view, who=who(session))


def _asked(
    web: Web, tx: Transaction, session: Session, asked: Asked, most: int
) -> tuple[Agency, int, list[Late]]:
    """The agency, how many of its records came late, and the latest of them. Raises LetterAbsent for one
    that is not below this office."""
    scope = in_scope(web, tx, session)
    if not asked.agency:
        raise LetterAbsent("（未选单位）")
    agency = agencies.by_code(tx, asked.agency)
    if scope is not None and agency.agency not in scope:
        raise LetterAbsent(asked.agency)
    sources, days = list(agencies.standing(tx, agency).own), asked.days(web.today())
    item = asked.item if asked.item in web.app.pack.items else None
    count = sum(lateness.counts(tx, sources, item, days).values())
    return agency, count, lateness.listed(tx, sources, item, days, (most, 0))


@router.post(PATH)
def make(web: House, session: AnySession, asked: Wanted, form: OwnForm) -> Response:
    """A draft about them."""
    desk.require_office(session)
    step = form.get("step", "")
    try:
        with web.transaction() as tx:
            made = _drafted(web, tx, session, asked, step)
    except XinhengError as refusal:
        if refusal.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        wrong = FormError(f"{refusal.found}。应为：{refusal.expected}")
        return _page(web, session, asked, step, [wrong], status_of(refusal))
    return RedirectResponse(f"{desk.PATH}/{made.letter}", 303)


def _drafted(web: Web, tx: Transaction, session: Session, asked: Asked, step: str) -> Letter:
    by = actor(session)
    agency, _, late = _asked(web, tx, session, asked, MOST_CASES + 1)
    between = Between(
        Step(step) if step in {s.value for s in Step} else Step.REMINDER,
        by.agency or agency.agency,
        agency.agency,
    )
    new = composing.from_late(tx, web.app.pack, between, late, web.app.clock)
    return service.draft(tx, new, web.app.clock, by)
