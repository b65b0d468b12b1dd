"""Reading work plans: what a figure must say, and every refusal with file and line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.law.samples import INSTRUMENTS, LOWER, UPPER, load_lower, write

from xinheng.law.errors import PackError
from xinheng.law.packs import Pack, load, load_archive
from xinheng.law.workplans import Reach, Rhythm

FILE = "workplans/plan.yaml"
FILES = {"pack.yaml": UPPER["pack.yaml"], "instruments/all.yaml": INSTRUMENTS}
TARGETS = """\
bases: {law: {kind: law, instrument: law-a, article: 第一条}}
targets:
  - {id: rate, name: 合规率, figure: 合规率, comparison: "=", value: "100", unit: "%", from: 2020-01-01, to: 2021-01-01, basis: law}
  - {id: other, name: 别的, figure: 及时率, comparison: "=", value: "100", unit: "%", from: 2020-01-01,
     basis: {kind: platform, note: 不出于文件}}
"""  # noqa: E501 - one target a line, as in a pack
PLAN = """\
plan: sample
instrument: law-undated
title: 样例要点
period: {text: 2020 年, from: 2020-01-01, to: 2021-01-01}
addressees: [各单位]
asked: {working_days: 10, note: 平台约定}
not_taken:
  - {quote: 一批, reason: 不定数}
tasks:
  - id: one
    part: 一、总的
    clause: 第1点
    marker: 1、甲。
    title: 甲
    summary: 做甲
    lead: [甲局]
    responsible: [甲局, 乙局]
    term: {text: 年中, on: 2020-06-30}
    figures:
      - {id: a, name: 数, quote: 不少于2篇, comparison: ">=", value: "2", unit: 篇, reach: by_hand,
         by: 乙局, every: month, each: true}
      - {id: b, name: 话, quote: 全覆盖, text: 全覆盖, reach: out_of_reach, reason: 平台不掌握}
    beyond:
      - {quote: 个人, reason: 边界之外}
  - id: two
    part: 一、总的
    clause: 第2点
    marker: 2、乙。
    title: 乙
    summary: 做乙
"""


def read(tmp_path: Path, plan: str = PLAN, **more: str) -> Pack:
    return load("upper", [write(tmp_path, "upper", {**FILES, FILE: plan, **more})])


def of_law_a(plan: str) -> str:
    """The plan of an instrument that has a target."""
    live = "      - {id: c, name: 率, quote: 100%, target: rate, reach: live}\n    beyond:"
    return plan.replace("law-undated", "law-a").replace("    beyond:", live, 1)


def test_a_plan_is_read_with_bodies_figures_and_what_it_leaves_out(tmp_path: Path) -> None:
    pack = read(tmp_path, of_law_a(PLAN), **{"targets/all.yaml": TARGETS})
    plan = pack.workplans["sample"]
    one, two = plan.tasks
    assert one.bodies == ("甲局", "乙局")
    assert plan.bodies_of(two) == ("各单位",)
    assert plan.bodies() == ("各单位", "甲局", "乙局")
    by_hand, out, live = one.figures
    assert (by_hand.value, by_hand.every, by_hand.each) == (Decimal(2), Rhythm.MONTH, True)
    assert (out.reach, out.value, out.text) == (Reach.OUT, None, "全覆盖")
    assert (live.figure, live.value, live.unit) == ("合规率", Decimal(100), "%")
    assert plan.task("two") is two
    assert plan.task("x") is None
    assert plan.not_taken[0].reason == "不定数"


def test_an_instrument_without_dates_may_have_a_plan_and_the_archive_holds_it(tmp_path: Path) -> None:
    pack = read(tmp_path, PLAN.replace(", from: 2020-01-01, to: 2021-01-01}", "}", 1))
    assert pack.workplans["sample"].span is None
    again = load_archive(pack.archive(), pack.digest).workplans["sample"]
    assert [(t.id, t.bodies) for t in again.tasks] == [("one", ("甲局", "乙局")), ("two", ())]


WRONG = {
    "an unknown instrument": ("instrument: law-undated", "instrument: nowhere", "XH203"),
    "an unknown key": ("    summary: 做乙", "    summary: 做乙\n    person: 某人", "XH202"),
    "a summary that copies": ("summary: 做乙", f"summary: {'抄' * 201}", "XH202"),
    "a quotation that copies": ("quote: 全覆盖", f"quote: {'抄' * 81}", "XH202"),
    "a value without unit": (", unit: 篇, reach", ", reach", "XH202"),
    "a value that is no decimal": ('value: "2"', 'value: "二"', "XH202"),
    "no value at all": ("text: 全覆盖, reach", "reach", "XH202"),
    "by hand without rhythm": (", every: month", "", "XH202"),
    "by hand by somebody else": ("by: 乙局", "by: 丙局", "XH202"),
    "out of reach without reason": (", reason: 平台不掌握", "", "XH202"),
    "out of reach with somebody to enter it": ("reason: 平台不掌握}", "reason: 不, by: 甲局}", "XH202"),
    "live without a figure": ("reach: out_of_reach, reason: 平台不掌握", "reach: live", "XH202"),
    "an unknown target": ("text: 全覆盖, reach", "target: nothing, reach", "XH202"),
    "a target with a value of its own": ("text: 全覆盖, reach", 'target: rate, value: "1", reach', "XH202"),
    "a target of another document": ("text: 全覆盖, reach", "target: rate, reach", "XH202"),
    "a task twice": ("id: two", "id: one", "XH201"),
    "a figure twice": ("{id: b,", "{id: a,", "XH201"),
    "a term that ends before it begins": ("to: 2021-01-01}", "to: 2019-01-01}", "XH202"),
    "a term that nobody set": (
        "asked: {working_days: 10, note: 平台约定}",
        "asked: {working_days: 10}",
        "XH202",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_every_refusal_names_file_and_line(tmp_path: Path, what: str) -> None:
    old, new, code = WRONG[what]
    assert old in PLAN
    with pytest.raises(PackError) as refused:
        read(tmp_path, PLAN.replace(old, new, 1), **{"targets/all.yaml": TARGETS})
    assert refused.value.code == code
    file, _, line = (refused.value.where or "").partition(":")
    assert (file, line.isdigit()) == (f"upper/{FILE}", True)


def test_a_lower_pack_adds_a_plan_and_overrides_none(tmp_path: Path) -> None:
    write(tmp_path, "upper", {FILE: PLAN})
    own = {**LOWER, FILE: PLAN.replace("plan: sample", "plan: local")}
    pack = load_lower(tmp_path, own)
    assert [(p.id, p.pack) for p in pack.workplans.values()] == [("sample", "upper"), ("local", "lower")]
    with pytest.raises(PackError, match="已有"):
        load_lower(tmp_path, {**LOWER, FILE: PLAN})
