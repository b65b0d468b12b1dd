"""Holding the watching against what was planted: what was found, what was missed, who was accused wrongly."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xinheng.core import documents
from xinheng.core.times import SHANGHAI
from xinheng.core.uscc import judge
from xinheng.evidence.intake.met_codes import wrong_codes
from xinheng.evidence.subjects import code_store, inspecting
from xinheng.evidence.subjects.code_model import FindingKind
from xinheng.faces.app.demo import plan, planting
from xinheng.faces.app.demo.accounts import ACTOR
from xinheng.faces.app.demo.places import BY_KEY
from xinheng.faces.app.demo.plan import Delivery
from xinheng.faces.app.demo.planting import Planted
from xinheng.office.access import service as access
from xinheng.office.cases.model import Actor
from xinheng.outward.monitoring import late as lateness
from xinheng.outward.monitoring import lists, service, store, store_lists
from xinheng.outward.monitoring.comparing import Outcome
from xinheng.outward.monitoring.lists import Given
from xinheng.outward.suspicions import service as suspicions
from xinheng.outward.suspicions.model import Filter, Source

if TYPE_CHECKING:
    from xinheng.faces.app.wiring import App
    from xinheng.ground.store.transaction import Transaction

MOST: Final = 100_000
LATE: Final = timedelta(days=20)  # calendar days that no term of the catalogue reaches: later is late
ALL: Final = (date(2000, 1, 1), date(2100, 1, 1))


@dataclass(frozen=True)
class Checked:
    """One kind of fault: what was planted, which of it was not found, what was said wrongly."""

    kind: str
    planted: int
    missed: tuple[str, ...]
    false: tuple[str, ...]

    @property
    def found(self) -> int:
        """How many of the planted were found."""
        return self.planted - len(self.missed)


def read(folder: Path) -> Planted:
    """The answers as they lie in the demo's folder."""
    return Planted(**json.loads((folder / planting.FILE).read_text(encoding="utf-8")))


def check(app: App, folder: Path, sent: Collection[Delivery] | None = None) -> tuple[Checked, ...]:
    """Watch, compare the auditor's list, inspect the codes; all against the answers.

    `sent`: the deliveries that went in; without them, all of the city.
    """
    answers = read(folder)
    given = [*plan.deliveries()[:-1], *planting.deliveries()] if sent is None else list(sent)
    with app.database.transaction() as tx:
        service.run(tx, app.pack, app.clock, ACTOR)
        inspecting.inspect(tx, wrong_codes(tx, app.pack), app.clock)
        before = (_late(tx, answers, given), _silent(tx, answers), _gaps(tx, answers))
        codes = _codes(tx, answers)
    return (*before, _compared(app, folder, answers), *codes)


def _checked(kind: str, planted: Iterable[str], said: Iterable[str], right: Iterable[str] = ()) -> Checked:
    """`right`: said rightly though it was not planted."""
    wanted, found = set(planted), set(said)
    return Checked(
        kind, len(wanted), tuple(sorted(wanted - found)), tuple(sorted(found - wanted - set(right)))
    )


def _late(tx: Transaction, answers: Planted, sent: Collection[Delivery]) -> Checked:
    said = lateness.listed(tx, None, None, ALL, (MOST, 0))
    late = {
        documents.normalise(row[field])
        for delivery in sent
        if delivery.profile == "report"
        for row in delivery.rows
        for field, day in (("CF_WSH", "CF_JDRQ"), ("XK_WSH", "XK_JDRQ"))
        if row.get(field) and row.get(day)
        if delivery.sent.at.astimezone(SHANGHAI).date() - date.fromisoformat(row[day]) > LATE
    }
    numbers = {documents.normalise(one.document or "") for one in said}
    return _checked("迟报", map(documents.normalise, answers.late), numbers, late)


def _silent(tx: Transaction, answers: Planted) -> Checked:
    alerts = store.alerts(tx, None, still=True, limit=MOST)
    names = access.by_ids(tx, {a.agency for a in alerts})
    said = {f"{names[a.agency].code} {a.item}" for a in alerts}
    return _checked("无数据", (" ".join(pair) for pair in answers.silent), said)


def _gaps(tx: Transaction, answers: Planted) -> Checked:
    raised = suspicions.listed(tx, Filter(source=Source.GAP), MOST)
    said = {documents.normalise(one.number or "") for one in raised}
    return _checked("缺号瞒报", map(documents.normalise, answers.hidden), said)


def _compared(app: App, folder: Path, answers: Planted) -> Checked:
    path = folder / "samples" / planting.LIST
    with app.database.transaction() as tx:
        agency = access.by_code(tx, BY_KEY["county-market"].code)
    given = Given(agency, "penalty", "audit", path.name, Actor(None, None, ACTOR))
    found = lists.read(app, path, given)
    with app.database.transaction() as tx:
        one = lists.compare(tx, app, given, found)
        lists.raise_from(tx, app.pack, one.list_id, given.actor, app.clock)
        lines = store_lists.lines(tx, one.list_id, Outcome.MISSING, MOST)
    said = {documents.normalise(line.number or "") for line in lines}
    return _checked("漏报（清单）", map(documents.normalise, answers.omitted), said)


def _codes(tx: Transaction, answers: Planted) -> tuple[Checked, ...]:
    found = code_store.listed(tx, code_store.Asked(), MOST)

    def of(kind: FindingKind) -> set[str]:
        return {code for f in found if f.kind is kind for code in (f.code, f.other_code) if code}

    wrong = of(FindingKind.WRONG)
    # the city's own dirt is found with them; what holds by its check characters would be said wrongly
    dirt = {code for code in wrong if not judge(code).valid}
    two_names, two_codes = of(FindingKind.TWO_NAMES), of(FindingKind.TWO_CODES)
    return (
        _checked("错码", answers.wrong_codes, wrong, dirt),
        _checked("一码多名", answers.two_names, two_names, two_names),
        _checked("一名多码", answers.two_codes, two_codes, two_codes),
    )
