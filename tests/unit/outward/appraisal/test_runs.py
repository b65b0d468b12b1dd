"""A scorecard's run: computed, entered, published, objected to, decided, finished, and made again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from tests.conftest import SteppingClock

from xinheng.evidence.ledger import service as ledger
from xinheng.ground.store import Database
from xinheng.ground.store.transaction import Transaction
from xinheng.law import packs
from xinheng.law.scorecards import Reading
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Agency, AgencyKind
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, Filter
from xinheng.outward.appraisal import counting, service, steps
from xinheng.outward.appraisal.errors import (
    AppraisalAbsent,
    AppraisalDiverged,
    AppraisalRefused,
    AppraisalStepRefused,
)
from xinheng.outward.appraisal.model import OBJECTION, Counted, Frame, Outcome, Run, Side, State
from xinheng.outward.appraisal.service import NewRun
from xinheng.outward.appraisal.steps import NewEntry, NewObjection

FROM, TO = date(2026, 10, 1), date(2026, 11, 1)
OFFICE = Actor(None, None, "xyb")
# (compliance, timeliness) as part and whole; the second body has nothing in time that could be counted
COUNTS: dict[tuple[str, str], Counted] = {
    ("合规率", "SJJ"): Counted(Reading(Decimal("95.00"), 95, 100, "%")),
    ("及时率", "SJJ"): Counted(Reading(Decimal("90.00"), 90, 100, "%")),
    ("合规率", "HBJ"): Counted(Reading(Decimal("100.00"), 40, 40, "%")),
    ("及时率", "HBJ"): Counted(Reading(None, 0, 0, "%", "本期没有能计算期限的新报记录")),
    ("瞒报", "SJJ"): Counted(Reading(Decimal(2), 2, 5, "条")),
    ("瞒报", "HBJ"): Counted(Reading(Decimal(0), 0, 0, "条")),
}


class Told:
    """Counts what it is told, for whom it is told."""

    def __init__(self, counts: dict[tuple[str, str], Counted]) -> None:
        self.counts = counts

    def scope(self, agency: Agency, frame: Frame) -> dict[str, str]:
        return {"code": agency.code}

    def count(self, figure: str, scope: Mapping[str, str], pack: packs.Pack, frame: Frame) -> Counted:
        return self.counts.get((figure, scope["code"]), Counted(Reading(reason="平台不掌握")))


@pytest.fixture(scope="module")
def pack() -> packs.Pack:
    return packs.load("national", [packs.shipped()])


@pytest.fixture
def bodies(database: Database, clock: SteppingClock) -> dict[str, Agency]:
    with database.transaction() as tx:
        ledger.open_log(tx, "示例")
        new = (
            ("XYB", "示例市信用办", AgencyKind.OFFICE),
            ("SJJ", "示例市市场监督管理局", AgencyKind.AGENCY),
            ("HBJ", "示例市生态环境局", AgencyKind.AGENCY),
        )
        return {
            code: agencies.add_agency(
                tx,
                agencies.NewAgency(code, name, None if code == "XYB" else "XYB", kind),
                clock,
                "测试",
            )
            for code, name, kind in new
        }


def computed(tx: Transaction, pack: packs.Pack, bodies: dict[str, Agency], clock: SteppingClock) -> Run:
    new = NewRun("model-unit", FROM, TO, bodies["XYB"])
    return service.compute(tx, pack, new, Told(COUNTS), clock, "xyb")


def test_from_counting_to_the_final_rank(  # noqa: PLR0915 - one run from beginning to end
    database: Database, clock: SteppingClock, pack: packs.Pack, bodies: dict[str, Agency]
) -> None:
    sjj, hbj = bodies["SJJ"].agency, bodies["HBJ"].agency
    with database.transaction() as tx:
        run = computed(tx, pack, bodies, clock)
        found = service.opened(tx, pack, run)
        # 市监局: (15 + 10) of 50, 瞒报 20 − 2×5 of 20 that apply of 30; two groups of 80 points, nothing else
        card = found.of(sjj)
        assert card is not None
        assert [str(line.points) for line in card.lines[:3]] == ["15.00", "10.00", "10.00"]
        assert {c.code: c.rank for c in found.cards} == {"HBJ": 1, "SJJ": 2}
        assert found.cards[0].total.total == Decimal("100.00")  # 及时率 did not apply and is no zero

        with pytest.raises(AppraisalRefused, match="由平台计算"):
            steps.enter(
                tx, pack, run.run, NewEntry(sjj, "compliance", Side.OFFICE, "30", "改一下"), clock, "x"
            )
        with pytest.raises(AppraisalRefused, match="数"):
            steps.enter(tx, pack, run.run, NewEntry(sjj, "system", Side.OFFICE, "11", "制度齐全"), clock, "x")
        steps.enter(tx, pack, run.run, NewEntry(sjj, "system", Side.OFFICE, "8", "制度齐全"), clock, "xyb")
        steps.enter(tx, pack, run.run, NewEntry(hbj, "system", Side.OFFICE, "9", "制度齐全"), clock, "xyb")
        own = NewEntry(sjj, "compliance", Side.SELF, "28", "退回的五行系接口重发")
        steps.enter(tx, pack, run.run, own, clock, "sjj")
        with pytest.raises(AppraisalStepRefused, match="待公布"):
            steps.object_to(tx, pack, run.run, NewObjection(sjj, None, "compliance", "不对不对"), clock, "s")
        published = steps.publish(tx, pack, run.run, clock, "xyb")
        assert published.object_until == date(2026, 11, 27)  # five working days after a Friday
        with pytest.raises(AppraisalStepRefused):
            steps.enter(tx, pack, run.run, NewEntry(sjj, "system", Side.OFFICE, "9", "再加一分"), clock, "x")

        objection = steps.object_to(
            tx, pack, run.run, NewObjection(sjj, None, "concealment", "其中一件是简易程序"), clock, "sjj"
        )
        with pytest.raises(AppraisalStepRefused, match="未答复"):
            steps.object_to(
                tx, pack, run.run, NewObjection(sjj, None, "concealment", "再说一遍理由"), clock, "s"
            )
        case = cases.listed(tx, Filter(kind=OBJECTION, closed=False))[0]
        assert (case.owner, case.opener, case.ref) == (
            bodies["XYB"].agency,
            sjj,
            f"appraisal:{run.run}/SJJ",
        )
        with pytest.raises(AppraisalStepRefused, match="未答复"):
            steps.finish(tx, pack, run.run, clock, "xyb")
        said = {"note": "核实一件为简易程序", "value": "1"}
        steps.decide(tx, pack, objection.objection, Outcome.CHANGED, said, clock, OFFICE)
        assert cases.by_id(tx, case.case).closed is not None
        with pytest.raises(AppraisalStepRefused, match="已经答复"):
            steps.decide(tx, pack, objection.objection, Outcome.UPHELD, said, clock, OFFICE)
        with pytest.raises(AppraisalStepRefused, match="异议期"):
            steps.finish(tx, pack, run.run, clock, "xyb")
        clock.step(days=8)
        with pytest.raises(AppraisalStepRefused, match="异议期"):
            steps.object_to(
                tx, pack, run.run, NewObjection(hbj, None, "compliance", "逾期才提出"), clock, "hbj"
            )
        final = steps.finish(tx, pack, run.run, clock, "xyb")
        assert final.state is State.FINAL
        line = next(
            li for li in service.opened(tx, pack, final).of(sjj).lines if li.indicator.id == "concealment"
        )
        # the computed figure stays visible beside what holds
        assert (line.counted.value, line.holds.value, line.by) == (Decimal(2), Decimal(1), "adjusted")
        assert (line.computed_points, line.points) == (Decimal("10.00"), Decimal("15.00"))

        clock.step(days=30)
        again = service.verify(tx, pack, run.run, Told(COUNTS))
        assert (again.digest, again.outcome) == (run.digest, final.outcome_digest)
        other = COUNTS | {("合规率", "SJJ"): Counted(Reading(Decimal("96.00"), 96, 100, "%"))}
        with pytest.raises(AppraisalDiverged):
            service.verify(tx, pack, run.run, Told(other))


def test_what_is_kept_is_taken_as_it_was(
    database: Database, clock: SteppingClock, pack: packs.Pack, bodies: dict[str, Agency]
) -> None:
    key = ("信用信息公开比例", "SJJ")
    before = COUNTS | {key: Counted(Reading(Decimal(90), 9, 10, "%"), kept=True)}
    after = COUNTS | {key: Counted(Reading(Decimal(50), 5, 10, "%"), kept=True)}
    with database.transaction() as tx:
        new = NewRun("model-unit", FROM, TO, bodies["XYB"])
        run = service.compute(tx, pack, new, Told(before), clock, "xyb")
        assert service.verify(tx, pack, run.run, Told(after)).kept == 1


def test_the_same_run_has_the_same_bytes_from_the_house_s_own_figures(
    database: Database, clock: SteppingClock, pack: packs.Pack, bodies: dict[str, Agency]
) -> None:
    with database.transaction() as tx:
        own = counting.Counting(tx)
        new = NewRun("model-unit", FROM, TO, bodies["XYB"])
        run = service.compute(tx, pack, new, own, clock, "xyb")
        clock.step(days=3)
        again = service.compute(
            tx, pack, NewRun("model-unit", FROM, TO, bodies["XYB"], run.frame.known), own, clock, "xyb"
        )
        assert again.computed == run.computed
        # another body joins one of them, and is entered as having stood there all the time
        late = agencies.NewAgency("SJJ-2", "示例市市场监督管理局二分局", "SJJ", from_on=date(2020, 1, 1))
        agencies.add_agency(tx, late, clock, "测试")
        assert service.verify(tx, pack, run.run, own).digest == run.digest
        told = json.loads(run.computed)
        assert {one["code"] for one in told["agencies"]} == {"SJJ", "HBJ"}
        # nothing was reported: what cannot be worked out has a reason and is no zero
        figure = told["agencies"][0]["figures"]["compliance"]
        assert figure["value"] is None
        assert figure["reason"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"to_on": date(2026, 12, 1)}, "过完"),
        ({"from_on": TO}, "起日在前"),
        ({"from_on": date(2025, 12, 1), "to_on": date(2026, 1, 1)}, "生效"),
        ({"only": (UUID(int=5),)}, "没有可考核的单位"),
    ],
)
def test_a_period_that_cannot_be_scored_is_refused(
    database: Database,
    clock: SteppingClock,
    pack: packs.Pack,
    bodies: dict[str, Agency],
    change: dict[str, object],
    words: str,
) -> None:
    new = NewRun(**{"scorecard": "model-unit", "from_on": FROM, "to_on": TO} | change)
    with database.transaction() as tx, pytest.raises(AppraisalRefused) as refused:
        service.compute(tx, pack, new, Told(COUNTS), clock, "xyb")
    assert words in str(refused.value)


def test_only_what_is_there_can_be_asked_for(
    database: Database, clock: SteppingClock, pack: packs.Pack, bodies: dict[str, Agency]
) -> None:
    with database.transaction() as tx:
        with pytest.raises(AppraisalAbsent):
            service.by_id(tx, UUID(int=1))
        with pytest.raises(AppraisalAbsent, match="nothing"):
            service.compute(tx, pack, NewRun("nothing", FROM, TO), Told(COUNTS), clock, "x")
        run = computed(tx, pack, bodies, clock)
        office = NewEntry(bodies["XYB"].agency, "system", Side.SELF, "1", "信用办不考核自己")
        with pytest.raises(AppraisalAbsent, match="不在考核之列"):
            steps.enter(tx, pack, run.run, office, clock, "x")
