"""Work plans over a real database: who enters what, what is due, how far the plan is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from tests.conftest import SteppingClock

from xinheng.ground.store import Database
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack, load, shipped
from xinheng.law.workplans import Reach
from xinheng.office.access import service as access
from xinheng.office.access.model import Agency, AgencyKind
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, Filter
from xinheng.office.notices import service as notices
from xinheng.office.notices.model import Inbox
from xinheng.outward.plans import due, progress, service
from xinheng.outward.plans.errors import BodyRefused, EntryRefused, NotTheirs, PlanUnknown, ReviewRefused
from xinheng.outward.plans.model import Standing
from xinheng.outward.plans.service import NewEntry
from xinheng.outward.reports.measuring import FIGURES

PLAN, TASK, FIGURE = "huangshi-2023", "huangshi-2023-12", "huangshi-2023-f-articles"
CLERK, OFFICE = Actor(UUID(int=1), None, "sjj"), Actor(UUID(int=2), None, "xyb")
OCTOBER = date(2023, 10, 31)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load("hubei-huangshi", [shipped()])


class Place:
    """A database with an office and two bureaus, one of which is named as the plan names it."""

    def __init__(self, database: Database, pack: Pack) -> None:
        self.database, self.pack, self.clock = (
            database,
            pack,
            SteppingClock(datetime(2023, 11, 20, 2, tzinfo=UTC)),
        )
        with database.transaction() as tx:
            self.office = self._add(tx, "XYB", "某市信用办", AgencyKind.OFFICE)
            self.market = self._add(tx, "SJJ", "市市场监管局")
            self.housing = self._add(tx, "ZJJ", "某市住房和城乡建设局")

    def _add(self, tx: Transaction, code: str, name: str, kind: AgencyKind = AgencyKind.AGENCY) -> Agency:
        parent = None if kind is AgencyKind.OFFICE else "XYB"
        return access.add_agency(tx, access.NewAgency(code, name, parent, kind), self.clock, "测试")

    @contextmanager
    def tx(self) -> Iterator[Transaction]:
        with self.database.transaction() as tx:
            yield tx

    def map(self, tx: Transaction, *agencies: Agency, body: str = "市直相关部门") -> None:
        for agency in agencies:
            service.enter_body(tx, self.pack, body, agency, self.clock, "xyb")

    def enter(self, tx: Transaction, agency: Agency, amount: str | None, as_of: date = OCTOBER, **more):
        value = Decimal(amount) if amount is not None else None
        new = NewEntry(
            **{"plan": PLAN, "task": TASK, "figure": FIGURE, "evidence": "网站后台统计"} | more,
            as_of=as_of,
            amount=value,
        )
        return service.enter(tx, self.pack, new, agency, CLERK, self.clock)

    def task(self, tx: Transaction, task: str = TASK, head: Agency | None = None) -> progress.TaskProgress:
        plan = service.plan_of(self.pack, PLAN)
        day = date(2023, 11, 20)
        found = progress.progress(tx, self.pack, plan, head, day, only=task).task(task)
        assert found is not None
        return found


@pytest.fixture
def place(database: Database, pack: Pack) -> Place:
    return Place(database, pack)


def test_bodies_are_those_of_the_same_name_until_the_office_enters_others(place: Place) -> None:
    plan = service.plan_of(place.pack, PLAN)
    day = date(2023, 11, 20)
    with place.tx() as tx:
        assert service.agencies_of(tx, plan, day)["市市场监管局"] == (place.market,)
        assert service.agencies_of(tx, plan, day)["市直相关部门"] == ()
        place.map(tx, place.market, place.housing)
        assert service.agencies_of(tx, plan, day)["市直相关部门"] == (place.market, place.housing)
        with pytest.raises(BodyRefused, match="已对应"):
            place.map(tx, place.market)
        with pytest.raises(BodyRefused):
            place.map(tx, place.market, body="从未写过的局")
        service.end_body(tx, "市直相关部门", place.market, place.clock, "xyb")
        assert service.agencies_of(tx, plan, day)["市直相关部门"] == (place.housing,)


def test_a_value_is_entered_by_the_body_named_and_corrected_by_a_later_one(place: Place) -> None:
    with place.tx() as tx:
        with pytest.raises(NotTheirs):
            place.enter(tx, place.market, "2")
        place.map(tx, place.market, place.housing)
        place.enter(tx, place.market, "1")
        place.clock.step(minutes=1)
        place.enter(tx, place.market, "3")
        place.enter(tx, place.housing, "2")
        found = place.task(tx)
    (figure,) = found.figures
    assert figure.judged.standing is Standing.REACHED
    assert sorted(s.entry.amount or 0 for s in figure.said) == [1, 2, 3]
    assert found.judged.standing is Standing.REACHED


@pytest.mark.parametrize(
    ("more", "match"),
    [
        ({"as_of": date(2023, 11, 21)}, "晚于今天"),
        ({"as_of": date(2022, 12, 31)}, "早于计划"),
        ({"amount": None}, "没有填数值"),
        ({"amount": "-1"}, "数值"),
        ({"amount": "0.0000001"}, "数值"),
        ({"evidence": ""}, "依据"),
        ({"words": "经办 11010519491231002X"}, "身份证"),
        ({"figure": "huangshi-2023-f-codes", "task": "huangshi-2023-04"}, "不由人工"),
    ],
)
def test_what_cannot_be_taken(place: Place, more: dict[str, object], match: str) -> None:
    said = {"amount": "2"} | more
    with place.tx() as tx:
        place.map(tx, place.market)
        with pytest.raises(EntryRefused, match=match):
            place.enter(tx, place.market, **said)


def test_a_month_after_the_plan_is_no_month_of_it(place: Place) -> None:
    with place.tx() as tx:
        place.map(tx, place.market)
        place.clock.set(datetime(2024, 2, 20, 2, tzinfo=UTC))
        place.enter(tx, place.market, "2", date(2023, 12, 31))
        with pytest.raises(EntryRefused, match="计划结束之后"):
            place.enter(tx, place.market, "2", date(2024, 1, 31))


def test_unknown_plans_tasks_and_figures_are_named(place: Place) -> None:
    with place.tx() as tx:
        for more in ({"plan": "x"}, {"task": "x"}, {"figure": "x"}):
            with pytest.raises(PlanUnknown):
                place.enter(tx, place.market, "2", **more)


def test_the_office_confirms_what_another_account_entered(place: Place) -> None:
    with place.tx() as tx:
        place.map(tx, place.market)
        entry = place.enter(tx, place.market, "2").entry
        with pytest.raises(ReviewRefused, match="同一账号"):
            service.review(tx, place.pack, entry, True, "", CLERK, place.clock)
        with pytest.raises(ReviewRefused, match="为空"):
            service.review(tx, place.pack, entry, False, "", OFFICE, place.clock)
        service.review(tx, place.pack, entry, True, "", OFFICE, place.clock)
        assert "尚未确认" not in place.task(tx).figures[0].judged.reason
        with pytest.raises(ReviewRefused, match="已经是"):
            service.review(tx, place.pack, entry, True, "", OFFICE, place.clock)
        place.clock.step(minutes=1)
        service.review(tx, place.pack, entry, False, "后台统计是上月的", OFFICE, place.clock)
        assert place.task(tx).figures[0].judged.standing is Standing.UNKNOWN
        inbox = Inbox(UUID(int=9), place.market.agency)
        ((told, _),) = notices.listed(tx, inbox)
        assert "后台统计是上月的" in told.body
        assert told.ref == f"/desk/plans/{PLAN}/{TASK}"


def test_a_day_that_is_past_is_told_as_it_was_known(place: Place) -> None:
    plan = service.plan_of(place.pack, PLAN)
    with place.tx() as tx:
        place.map(tx, place.market)
        place.enter(tx, place.market, "1")
        before = place.clock.now().at
        place.clock.step(minutes=1)
        place.enter(tx, place.market, "5")
        args = (tx, place.pack, plan, None, date(2023, 11, 20))
        then = progress.progress(*args, known=place.clock.now().at, only=TASK).tasks[0].figures[0]
        assert [s.entry.amount for s in then.said] == [Decimal(1)]
        assert progress.progress(*args, known=before, only=TASK).tasks[0].figures[0].said == ()


def test_a_task_without_figures_takes_notes_and_is_done_when_confirmed(place: Place) -> None:
    task = "huangshi-2023-15"
    with place.tx() as tx:
        place.map(tx, place.market)
        assert place.task(tx, task).judged.standing is Standing.UNKNOWN
        new = NewEntry(
            PLAN, task, None, OCTOBER, words="已明确到科室和专人", evidence="市监办〔2023〕9号", done=True
        )
        entry = service.enter(tx, place.pack, new, place.market, CLERK, place.clock)
        assert place.task(tx, task).judged.standing is Standing.ON_THE_WAY
        service.review(tx, place.pack, entry.entry, True, "", OFFICE, place.clock)
        assert place.task(tx, task).judged.standing is Standing.REACHED


def test_what_is_due_is_a_case_until_it_is_entered(place: Place) -> None:
    with place.tx() as tx:
        place.map(tx, place.market, place.housing)
        assert progress.open_due(tx, place.pack, place.clock) >= 2
        progress.open_due(tx, place.pack, place.clock)  # twice is once

        def waiting() -> list[tuple[UUID, str]]:
            found = cases.listed(tx, Filter(kind=due.KIND, ref=due.ref(PLAN, TASK, FIGURE), closed=False))
            return sorted((case.owner, str(case.due_on)) for case in found)

        assert waiting() == sorted(
            [(place.market.agency, "2023-11-14"), (place.housing.agency, "2023-11-14")]
        )
        place.enter(tx, place.market, "1", date(2023, 9, 30))  # of another month: still due
        assert len(waiting()) == 2
        place.enter(tx, place.market, "2")
        assert waiting() == [(place.housing.agency, "2023-11-14")]
        entry = place.enter(tx, place.housing, "2").entry
        service.review(tx, place.pack, entry, False, "没有附链接", OFFICE, place.clock)
        progress.open_due(tx, place.pack, place.clock)
        assert waiting() == [(place.housing.agency, "2023-11-14")]


def test_a_plan_that_ended_long_ago_asks_for_nothing(place: Place) -> None:
    with place.tx() as tx:
        place.map(tx, place.market)
        place.clock.set(datetime(2026, 11, 20, 2, tzinfo=UTC))
        assert progress.open_due(tx, place.pack, place.clock) == 0


def test_charge_is_taken_by_an_account_of_a_unit_that_answers(place: Place) -> None:
    with place.tx() as tx:
        place.map(tx, place.market)
        at = (PLAN, TASK)
        service.take_charge(tx, place.pack, at, place.market, CLERK, place.clock, True)
        assert service.charges(tx, PLAN, None) == {(TASK, place.market.agency): "sjj"}
        assert service.charges(tx, PLAN, frozenset({place.housing.agency})) == {}
        place.clock.step(minutes=1)
        service.take_charge(tx, place.pack, at, place.market, CLERK, place.clock, False)
        assert service.charges(tx, PLAN, None) == {}
        with pytest.raises(NotTheirs):
            service.take_charge(tx, place.pack, at, place.housing, CLERK, place.clock, True)


@pytest.mark.parametrize("name", ["hunan-yongzhou", "hunan-industry", "hubei-huangshi"])
def test_every_figure_of_every_plan_says_how_far_it_is_and_why(place: Place, name: str) -> None:
    """On an empty city nothing is reached for want of data: each figure gives its reason."""
    pack = load(name, [shipped()])
    with place.tx() as tx:
        for plan in pack.workplans.values():
            found = progress.progress(tx, pack, plan, None, date(2023, 11, 20))
            assert len(found.tasks) == len(plan.tasks)
            for task in found.tasks:
                assert task.judged.reason
                assert all(figure.judged.reason for figure in task.figures)


def test_every_live_figure_is_one_that_is_measured() -> None:
    for name in ("hunan-yongzhou", "hunan-industry", "hubei-huangshi"):
        for plan in load(name, [shipped()]).workplans.values():
            live = {figure.figure for _, figure in plan.figures() if figure.reach is Reach.LIVE}
            assert live <= set(FIGURES), plan.id
