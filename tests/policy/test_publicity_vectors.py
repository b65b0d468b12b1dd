"""The worked-out publicity cases, from the shipped pack, under a clock that the test holds."""

from __future__ import annotations

import csv
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from xinheng.core.times import FixedClock, Known, today
from xinheng.judgement.publicity.model import Decision, PublicityRow, Status, decide, is_shown, status
from xinheng.law import packs

SHOWN = {"yes": True, "no": False, "待核实": False}


@pytest.fixture(scope="module")
def national() -> packs.Pack:
    return packs.load("national", [packs.shipped()])


@pytest.fixture(scope="module")
def cases(shared_data: Path) -> list[dict[str, str]]:
    with (shared_data / "vectors" / "publicity-cases.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fields_of(case: dict[str, str]) -> dict[str, str | None]:
    """The case's words as an agency would fill the fields of E2018."""
    parts = [part.strip() for part in case["facts"].split(";")]
    kinds = re.sub(r" ?\(.*?\)", "", parts[0])
    fields: dict[str, str | None] = {
        "CF_JDRQ": case["decided_on"],
        "X_PUBLISHED": case["published_on"] or None,
        "CF_NR": kinds,
        "CF_CFLB": "；".join(re.sub(r"[ 0-9].*", "", kind.strip()) for kind in kinds.split("+")),
        "CF_CFJG": "某市市场监督管理局" if case["channel"] == "公示系统" else "某市应急管理局",
    }
    if fine := re.search(r"罚款 (\d+) (万元|元)", kinds):
        fields["CF_NR_FK"] = fine[1] if fine[2] == "万元" else f"0.{int(fine[1]):04}"
    for part in parts[1:]:
        if part.endswith("程序"):
            fields["X_PROCEDURE"] = part
        elif part.startswith("领域: "):
            fields["X_DOMAIN"] = part.removeprefix("领域: ").split()[0]
        elif part in ("轻微", "一般", "严重", "特定严重"):
            fields["X_SEVERITY"] = part
    if domain := re.search(r"\((.+?)\)", parts[0]):
        fields["X_DOMAIN"] = domain[1]
    return fields


def decided(pack: packs.Pack, case: dict[str, str]) -> Decision:
    return next(d for d in decide(pack, "penalty", fields_of(case)) if d.channel == case["channel"])


@pytest.fixture(scope="module")
def answers(national: packs.Pack, cases: list[dict[str, str]]) -> dict[str, Decision]:
    return {case["id"]: decided(national, case) for case in cases}


def row_of(decision: Decision) -> PublicityRow:
    return PublicityRow(UUID(int=1), "penalty", UUID(int=2), None, None, decision, "p", None)


def on(day: date) -> date:
    """The day that a clock standing at noon of `day` in Shanghai shows."""
    return today(FixedClock(Known(datetime(day.year, day.month, day.day, 4, tzinfo=UTC))))


def test_all_cases_come_out_as_the_table_says(
    answers: dict[str, Decision], cases: list[dict[str, str]]
) -> None:
    wrong = []
    for case in cases:
        got = answers[case["id"]]
        earliest = got.earliest_end.isoformat() if got.earliest_end else got.earliest_note or ""
        if case["shown"] == "待核实":
            assert status(row_of(got), on(date(2026, 11, 20))) is Status.UNREAD
            earliest = ""  # the whole answer is 待核实, not only its end
        found = (
            got.regime or "none",
            {"未定": "unknown", None: ""}.get(got.class_, got.class_),
            got.shown,
            earliest,
            got.last_day.isoformat() if got.last_day else "",
        )
        expected = (case["regime"], case["class"], SHOWN[case["shown"]])
        if found != (*expected, case["earliest_last_day"], case["last_day"]):
            wrong.append((case["id"], found))
    assert wrong == []
    assert len(cases) == 50


def test_a_shown_case_is_shown_through_its_last_day_and_not_on_the_next(
    answers: dict[str, Decision], cases: list[dict[str, str]]
) -> None:
    for case in cases:
        row = row_of(answers[case["id"]])
        if case["last_day"]:
            last = date.fromisoformat(case["last_day"])
            assert is_shown(row, on(last)), case["id"]
            assert not is_shown(row, on(last + timedelta(days=1))), case["id"]
            assert status(row, on(last + timedelta(days=1))) is Status.EXPIRED
        else:
            assert not is_shown(row, on(date(2026, 11, 20))), case["id"]


def test_every_answer_gives_its_reason_and_every_rule_its_source(
    answers: dict[str, Decision], cases: list[dict[str, str]]
) -> None:
    for case in cases:
        got = answers[case["id"]]
        if got.regime:
            assert "依据：" in got.reason, case["id"]
        else:
            assert "无现行规则" in got.reason or "待核实" in got.reason
        if got.class_ == "未定":
            assert "最轻一类" in got.reason


def test_permits_are_shown_without_an_end(national: packs.Pack) -> None:
    (got,) = decide(national, "permit", {"XK_JDRQ": "2020-05-01"})
    assert got.shown
    assert got.last_day is None
    assert is_shown(row_of(got), on(date(2099, 1, 1)))
    assert not is_shown(row_of(got), on(date(2020, 4, 30)))


def test_a_record_without_the_mark_is_never_shown(national: packs.Pack) -> None:
    given = {"CF_JDRQ": "2026-04-01", "CF_CFLB": "吊销许可证件"}
    assert [d.shown for d in decide(national, "penalty", given)] == [True]
    assert [d.shown for d in decide(national, "penalty", given, marked=False)] == [False]
    assert "只归集" in decide(national, "penalty", given, marked=False)[0].reason


@pytest.mark.parametrize("name", sorted(p.parent.name for p in packs.shipped().glob("*/pack.yaml")))
def test_lower_packs_show_what_the_root_shows(name: str, national: packs.Pack) -> None:
    pack = packs.load(name, [packs.shipped()])
    assert pack.publicity == national.publicity
