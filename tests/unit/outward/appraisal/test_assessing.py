"""An assessment from the frame to the report, over real records; and how much of them is open."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest
from tests.e2e.town import Town, town

from xinheng.evidence.ledger import sourced
from xinheng.faces.app import App
from xinheng.ground.store import Server
from xinheng.ground.store.transaction import Transaction
from xinheng.judgement.publicity import service as publicity
from xinheng.judgement.publicity.openness import openness
from xinheng.office.access import service as agencies
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, Filter
from xinheng.outward.appraisal import appeals, assessing, model_assessment, sampling
from xinheng.outward.appraisal.appeals import NewAppeal, Reply
from xinheng.outward.appraisal.assessing import NewAssessment
from xinheng.outward.appraisal.errors import (
    AssessmentAbsent,
    AssessmentRefused,
    AssessmentStepRefused,
    SheetRefused,
)
from xinheng.outward.appraisal.model import Outcome
from xinheng.outward.appraisal.model_assessment import Assessment, State, Verdict
from xinheng.outward.suspicions import service as suspicions
from xinheng.outward.suspicions.model import Filter as SuspicionFilter

OFFICE = Actor(None, None, "xyb")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Iterator[Town]:
    with town(tmp_path_factory.mktemp("assess"), server) as built:
        yield built


def wish(tx: Transaction, place: Town, **changes: object) -> NewAssessment:
    said = {
        "name": "第四季度双公示评估",
        "bodies": [agencies.by_code(tx, code) for code in ("SJJ", "HBJ", "JTJ")],
        "items": ("penalty", "permit"),
        "from_on": date(2026, 9, 1),
        "to_on": place.day,
        "least": 4,
        "percent": 5,
        "seed_rule": "福彩双色球次日开奖号码，中国福彩网可查",
        "seed_on": place.day + timedelta(days=1),
    }
    return NewAssessment(**(said | changes))  # type: ignore[arg-type]  # a test's shorthand


def committed(tx: Transaction, place: Town) -> Assessment:
    return assessing.commit(tx, place.app.pack, wish(tx, place), place.app.clock, "xyb")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seed_on": date(2026, 11, 20)}, "不能挑选"),
        ({"items": ("nothing",)}, "事项"),
        ({"items": ()}, "事项"),
        ({"bodies": []}, "单位"),
        ({"least": 0}, "每层"),
        ({"from_on": date(2001, 1, 1), "to_on": date(2001, 2, 1)}, "没有记录"),
        ({"seed_rule": "随机"}, "种子"),
    ],
)
def test_a_frame_that_could_be_bent_is_refused(place: Town, change: dict[str, object], words: str) -> None:
    with place.app.database.transaction() as tx, pytest.raises(AssessmentRefused) as refused:
        assessing.commit(tx, place.app.pack, wish(tx, place, **change), place.app.clock, "xyb")
    assert words in str(refused.value)


def filled(place: Town, tx: Transaction, made: Assessment, wrong: int) -> bytes:
    """The exported sheet with a verdict in every line; the line `wrong` is not right."""
    rows = model_assessment.read_rows(
        assessing.sheet(tx, place.app.pack, made.assessment), model_assessment.HEAD
    )
    assert isinstance(rows, list)
    for row in rows:
        bad = row["行号"] == str(wrong)
        row["结论"], row["说明"] = ("不合格", "网上查不到") if bad else ("合格", "")
    return model_assessment.sheet([tuple(row.values()) for row in rows])


def test_from_the_frame_to_the_report(place: Town) -> None:  # noqa: PLR0915 - one assessment as a whole
    app: App = place.app
    clock = place.clock
    with app.database.transaction() as tx:
        made = committed(tx, place)
        frame = assessing.frame(tx, made.assessment)
        assert hashlib.sha256(frame).hexdigest() == made.digest
        assert "示例市" not in frame.decode()  # ids only: no party, no number
        with pytest.raises(AssessmentStepRefused, match="种子"):
            assessing.draw(tx, made.assessment, "03 09 11", "中国福彩网", clock, "xyb")
        with pytest.raises(AssessmentStepRefused):
            assessing.sheet(tx, app.pack, made.assessment)
    clock.step(days=1)
    with app.database.transaction() as tx:
        drawn = assessing.draw(tx, made.assessment, "03 09 11 17 25 30 + 02", "中国福彩网", clock, "xyb")
        assert drawn.state is State.DRAWN
        sample = assessing.sample(tx, made.assessment)
        assert sample == sampling.draw(frame, drawn.seed or "")
        lines = assessing.lines(tx, made.assessment)
        assert {line.item for line in lines} == {"penalty", "permit"}
        with pytest.raises(AssessmentStepRefused, match="只抽一次"):
            assessing.draw(tx, made.assessment, "03 09 12", "中国福彩网", clock, "xyb")

        first = next(line for line in lines if line.item == "penalty")
        sheet = filled(place, tx, made, first.line)
        foreign = sheet.replace(str(first.record).encode(), b"0" * 36)
        with pytest.raises(SheetRefused, match="不在样本中"):
            assessing.take_in(tx, app.pack, made.assessment, foreign, clock, "pg")
        assert assessing.take_in(tx, app.pack, made.assessment, sheet, clock, "pg") == len(lines)
        with pytest.raises(AssessmentAbsent):
            other = agencies.by_code(tx, "HBJ").agency
            new = NewAppeal(other, first.line, "不是我们的记录")
            appeals.appeal(tx, app.pack, made.assessment, new, clock, "hbj")
        new = NewAppeal(first.agency, first.line, "网页可以查到，附截图")
        appeals.appeal(tx, app.pack, made.assessment, new, clock, "sjj")
        case = cases.listed(tx, Filter(kind=model_assessment.APPEAL, closed=False))[0]
        assert case.ref == f"assessment:{made.assessment}/{first.line}"
        with pytest.raises(SheetRefused, match="已有单位申诉"):
            assessing.take_in(tx, app.pack, made.assessment, filled(place, tx, made, 10**6), clock, "pg")
        with pytest.raises(AssessmentStepRefused, match="未答复"):
            appeals.finish(tx, app.pack, made.assessment, clock, "xyb")
        said = Reply(first.line, Outcome.CHANGED, "核对网页，确已公示", Verdict.RIGHT)
        line = appeals.reply(tx, made.assessment, said, clock, OFFICE)
        assert (line.verdict, line.holds) == (Verdict.WRONG, Verdict.RIGHT)

    with app.database.transaction() as tx:
        found = "单位代码,事项,决定书文号,决定日期\nSJJ,行政处罚,示市监罚字〔2026〕9999号,2026-10-08\n"
        assert appeals.take_finds(tx, app.pack, made.assessment, found.encode(), clock, "pg") == 1
        raised = suspicions.listed(tx, SuspicionFilter(agency=first.agency), 10)
        assert [s.number for s in raised] == ["示市监罚字〔2026〕9999号"]
        assert "第三方评估" in raised[0].evidence["来源"]
    held = number_of(place, first.record)
    with app.database.transaction() as tx, pytest.raises(SheetRefused, match="已在库"):
        again = f"单位代码,事项,决定书文号,决定日期\nSJJ,行政处罚,{held},\n"
        appeals.take_finds(tx, app.pack, made.assessment, again.encode(), clock, "pg")

    with app.database.transaction() as tx, pytest.raises(AssessmentStepRefused, match="申诉期"):
        appeals.finish(tx, app.pack, made.assessment, clock, "xyb")
    clock.step(days=9)
    with app.database.transaction() as tx:
        done = appeals.finish(tx, app.pack, made.assessment, clock, "xyb")
        assert done.state is State.FINAL
        told = json.loads(assessing.report(tx, made.assessment))
        assert told["total"]["rate"] == "100.00"
        assert told["finds"] == 1
        assert {item["item"] for a in told["agencies"] for item in a["items"]} == {"penalty", "permit"}


def number_of(place: Town, record: UUID) -> str:
    with place.app.database.transaction() as tx:
        return sourced.named(tx, [record])[record][0] or ""


def test_the_open_share_is_what_is_shown_of_what_is_to_be_shown(place: Town) -> None:
    day = place.day
    with place.app.database.transaction() as tx:
        source = place.agencies["SJJ"]
        rows = openness(tx, [source], ["penalty", "permit"], day)
        assert [(r.source, r.item) for r in rows] == [(source, "penalty")]
        found = rows[0]
        listing = publicity.Listing(item="penalty")
        assert found.published == publicity.shown_count(tx, listing, day)
        # the penalty of 2022 whose year has passed is lawfully not shown: it counts neither way
        assert found.withheld["公示期已届满"] >= 1
        assert found.published <= found.publishable < sum(found.by.values())
        assert openness(tx, [source], ["penalty"], day, (date(2001, 1, 1), date(2002, 1, 1))) == ()
