"""Scorecards: shapes, rounding, what becomes of points that do not apply, ranks; what the loader refuses."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.law.errors import PackError
from xinheng.law.packs import Pack, load, shipped
from xinheng.law.scorecards import (
    Indicator,
    Reading,
    Reweight,
    Shape,
    points_of,
    ranks,
    rounded,
    score,
)

CENT = Decimal("0.01")
RATES = st.decimals(min_value=0, max_value=120, places=3)
COUNTS = st.integers(0, 500).map(Decimal)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load("national", [shipped()])


@given(st.fractions(min_value=-1000, max_value=1000), st.integers(0, 4))
def test_rounding_is_half_up_and_never_further_than_half_a_step(value: Fraction, places: int) -> None:
    found = Fraction(rounded(value, places))
    assert abs(found - value) * 2 <= Fraction(1, 10**places)
    if abs(found - value) * 2 == Fraction(1, 10**places):
        assert abs(found) > abs(value)


RATIO = Indicator("a", "甲", Decimal(30), Shape.RATIO, "合规率", Decimal(100), Decimal(90))
LOW = Indicator("b", "乙", Decimal(10), Shape.RATIO, "重错码率", Decimal("0.01"), Decimal("0.05"))


@given(RATES, RATES)
def test_more_is_never_worth_less_and_nothing_leaves_the_scale(one: Decimal, other: Decimal) -> None:
    first, second = (points_of(RATIO, Reading(v), 2) for v in sorted((one, other)))
    assert first is not None
    assert second is not None
    assert 0 <= first <= second <= 30


@pytest.mark.parametrize(
    ("value", "points"), [("0.01", "10"), ("0.03", "5"), ("0.05", "0"), ("0.2", "0"), ("0", "10")]
)
def test_a_target_below_the_floor_rewards_little(value: str, points: str) -> None:
    assert points_of(LOW, Reading(Decimal(value)), 2) == Decimal(points)


def test_part_and_whole_decide_and_not_the_percentage_that_is_shown() -> None:
    shown = Reading(Decimal("96.66"), 29, 30, "%")
    assert points_of(RATIO, shown, 2) == Decimal("20.00")  # 96.666… − 90 of ten, times thirty
    assert points_of(RATIO, Reading(Decimal("96.66"), unit="%"), 2) == Decimal("19.98")
    assert points_of(RATIO, Reading(None, 0, 0, "%", "没有报送"), 2) is None


@given(st.dictionaries(st.sampled_from(["compliance", "timeliness", "open-ratio"]), RATES), st.data())
def test_whatever_applies_the_score_stays_between_nothing_and_all_with_the_bonus(
    rates: dict[str, Decimal], data: st.DataObject
) -> None:
    pack = load("national", [shipped()])
    card = pack.appraisal.scorecards["model-unit"]
    counts = data.draw(st.dictionaries(st.sampled_from(["concealment", "missing", "cases-shared"]), COUNTS))
    found = score(card, {k: Reading(v) for k, v in (rates | counts).items()})
    applying = {k for k in rates | counts if card.indicator(k).shape is not Shape.BONUS}
    if sum(card.indicator(k).points for k in applying) * 100 < card.least * card.full:
        assert found.total is None
        return
    assert found.base is not None
    assert found.total == found.base + found.bonus
    # each of up to four groups was rounded before it was scaled once more
    assert Decimal("-0.05") <= found.base <= card.full + Decimal("0.05")
    assert all(g.points is not None or not g.applies for g in found.groups)


@given(st.sampled_from(list(Reweight)), st.sets(st.sampled_from(["compliance", "timeliness", "concealment"])))
def test_whoever_is_full_in_all_that_applies_has_the_full_score(reweight: Reweight, absent: set[str]) -> None:
    pack = load("national", [shipped()])
    card = pack.appraisal.scorecards["model-place"]
    full = {"compliance": "100", "timeliness": "100", "concealment": "0", "system": "10"}
    given_ = {k: Reading(Decimal(v)) for k, v in full.items() if k not in absent}
    found = score(replace(card, reweight=reweight, least=Decimal(1)), given_)
    assert found.total is not None
    assert abs(found.total - card.full) <= CENT


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.none() | COUNTS))
def test_equal_scores_share_a_rank_and_the_next_is_skipped(totals: dict[str, Decimal | None]) -> None:
    found = ranks(totals)
    assert set(found) == {k for k, v in totals.items() if v is not None}
    for name, rank in found.items():
        assert rank == 1 + sum(v is not None and v > totals[name] for v in totals.values())


def test_the_shipped_cards_say_that_they_are_examples_of_the_platform(pack: Pack) -> None:
    for card in pack.appraisal.scorecards.values():
        assert card.basis.kind.value == "platform"
        assert "示例" in card.name
        assert "待核实" in (card.basis.note or "")


def test_the_monitoring_table_holds_what_was_printed_and_no_points_below_it(pack: Pack) -> None:
    table = pack.appraisal.monitoring["city-2020"]
    assert [str(g.points) for g in table.groups] == ["20", "21", "43", "16"]
    assert (len(table.groups), len(table.indicators), table.total) == (4, 15, 100)
    assert "待核实" in table.unread
    assert all(isinstance(name, str) for name in table.third)


CARD = (shipped() / "national" / "appraisal" / "scorecard.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('points: "30", shape: ratio', 'points: "31", shape: ratio', "合计 101"),
        ('target: "100", floor: "90"}', 'target: "90", floor: "90"}', "两个不同的数"),
        ('each: "5"}', 'each: "5", cap: "21"}', "高于满分"),
        ("shape: hand, note", "shape: guess, note", "之一"),
        ('total: "68.17"', 'total: "68.16"', "68.17"),
        ('compliance: "16.67"', 'compliance: "16.66"', "16.67"),
        ("places: 2", "places: 9", "0 到 4"),
        ("figure: 瞒报, each", "figur: 瞒报, each", "未知的键"),
        ("id: timeliness", "id: compliance", "重复"),
        ("    basis: example\n", "", "basis"),
    ],
)
def test_a_card_that_does_not_hold_is_refused_with_file_and_line(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    assert old in CARD
    folder = tmp_path / "odd" / "appraisal"
    folder.mkdir(parents=True)
    (tmp_path / "odd" / "pack.yaml").write_text("name: odd\ntitle: 试\n", encoding="utf-8")
    (folder / "card.yaml").write_text(CARD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackError) as refused:
        load("odd", [tmp_path])
    assert words in str(refused.value)
    assert (refused.value.where or "").startswith("odd/appraisal/card.yaml:")
