"""Publicity rules as a pack writes them: what loads, what is refused, and what the SQL decides."""

# ruff: noqa: E501 - the lines of a pack file

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.law.samples import LOWER, UPPER, changed, write

from xinheng.law.calendar import add_months
from xinheng.law.errors import (
    PackBasisError,
    PackError,
    PackExampleError,
    PackGroundError,
    PackOverrideError,
    PackRuleError,
    PackSyntaxError,
    PackValueError,
)
from xinheng.law.packs import Pack, load
from xinheng.law.publicity import Clock, Early, Publicity, Transition, verify
from xinheng.law.publicity_sql import decide_rows

FILE = "publicity/site.yaml"
RULING = """\
channel: 信用网站
item: notice
columns: {decided: A_DATE, colour: A_COLOUR, published: A_NO}
bases:
  law: {kind: law, instrument: law-a, article: 第五条}
  unread: {kind: law, instrument: law-unread, note: 凭记忆}
  house: {kind: platform, note: 本平台}
unread: {before: 2020-01-01, note: 旧规定未读到, from: 2020-01-01, basis: house}
facts:
  red: "coalesce({colour}, '') = '红'"
  green: "coalesce({colour}, '') = '绿'"
regimes:
  - id: A
    from: 2020-01-01
    to: 2025-01-01
    clock: decided
    transition: keep
    basis: law
    classes:
      - {id: grave, name: 严重, when: "{red}", shown: true, minimum: 12, maximum: 36, basis: law}
      - {id: light, name: 轻微, when: "{green}", shown: false, basis: unread}
    unknown: {like: light, note: 颜色未报送}
  - id: B
    from: 2025-01-01
    to: 2030-01-01
    clock: published
    transition: keep
    basis: law
    classes:
      - {id: any, when: "{red} OR NOT {red}", shown: true, minimum: 待核实, maximum: 12, basis: law, note: 一律公示}
cases:
  - {given: {decided: 2019-12-31, colour: 红}, regime: null, class: null, shown: false, earliest: 待核实}
  - {given: {decided: 2020-01-01, colour: 红}, regime: A, class: 严重, shown: true, earliest: 2021-01-01, last_day: 2023-01-01}
  - {given: {decided: 2024-12-31, colour: 绿}, regime: A, class: 轻微, shown: false}
  - {given: {decided: 2024-12-31}, regime: A, class: 未定, shown: false}
  - {given: {decided: 2025-01-01, published: 2025-02-28}, regime: B, class: null, shown: true, earliest: 待核实, last_day: 2026-02-28}
  - {given: {decided: 2029-12-31, published: 2030-01-05}, regime: B, class: null, shown: true, earliest: 待核实, last_day: 2031-01-05}
  - {given: {decided: 2030-01-01, published: 2030-01-05}, regime: null, class: null, shown: false}
"""
FILES = {**UPPER, FILE: RULING}


def load_upper(root: Path, files: dict[str, str]) -> Pack:
    return load("upper", [write(root, "upper", files)])


def decided(pack: Pack, **fields: str | None) -> dict[str, object]:
    return decide_rows(pack.publicity.rulings[0], [fields], pack.cite)[0]


def test_a_right_ruling_loads(tmp_path: Path) -> None:
    pack = load_upper(tmp_path, FILES)
    (ruling,) = pack.publicity.for_item("notice")
    assert [r.id for r in ruling.regimes] == ["A", "B"]
    assert ruling.regimes[1].clock is Clock.PUBLISHED
    assert ruling.regimes[0].transition is Transition.KEEP
    assert ruling.regimes[0].classes[1].early is Early.NONE
    assert ruling.regime_on(date(2024, 12, 31)) is ruling.regimes[0]
    assert ruling.regime_on(date(2030, 1, 1)) is None
    verify(pack.publicity, pack.items)


def test_the_reason_names_class_periods_and_article(tmp_path: Path) -> None:
    pack = load_upper(tmp_path, FILES)
    got = decided(pack, A_DATE="2020-01-01", A_COLOUR="红")
    assert got["reason"] == (
        "严重失信信息：最短公示期1年，最长公示期3年，自作出决定之日起算。依据：《样例管理条例》（样例令第1号）第五条"
    )
    unknown = str(decided(pack, A_DATE="2020-01-01")["reason"])
    assert unknown.startswith("失信类别未定（颜色未报送），按已记录事实所允许的最轻一类“轻微”处理：不公示")
    assert "（待核实）" in unknown


def test_a_day_without_a_rule_has_that_answer(tmp_path: Path) -> None:
    pack = load_upper(tmp_path, FILES)
    none = decided(pack, A_DATE="2030-01-01")
    assert "无现行规则" in str(none["reason"])
    assert [none[day] for day in ("first_day", "earliest_end", "last_day")] == [None, None, None]
    assert "待核实：旧规定未读到" in str(decided(pack, A_DATE="2019-12-31")["reason"])
    assert "决定日期" in str(decided(pack, A_DATE=None)["reason"])
    assert "决定日期" in str(decided(pack, A_DATE="2020-1-5")["reason"])


def test_without_a_day_of_publication_nothing_is_shown(tmp_path: Path) -> None:
    got = decided(load_upper(tmp_path, FILES), A_DATE="2025-06-01")
    assert got["shown"] is False
    assert "未报送公开发布日期" in str(got["reason"])


def test_a_later_regime_may_take_over_what_is_still_shown(tmp_path: Path) -> None:
    files = changed(
        FILES, FILE, "clock: published\n    transition: keep", "clock: published\n    transition: recompute"
    )
    pack = load_upper(tmp_path, files)
    over = decided(pack, A_DATE="2021-12-31", A_COLOUR="红", A_NO="2022-01-10")
    assert (over["regime"], over["last_day"]) == ("A", date(2024, 12, 31))
    still = decided(pack, A_DATE="2022-01-01", A_COLOUR="红", A_NO="2022-01-10")
    assert (still["regime"], still["last_day"]) == ("B", date(2023, 1, 10))
    hidden = decided(pack, A_DATE="2024-01-01", A_COLOUR="绿", A_NO="2024-01-10")
    assert hidden["regime"] == "A"


@settings(max_examples=15)
@given(days=st.lists(st.dates(date(2020, 1, 1), date(2024, 12, 31)), min_size=20, max_size=60))
def test_months_are_counted_as_the_calendar_counts_them(days: list[date], national: Pack) -> None:
    (ruling,) = (r for r in national.publicity.for_item("penalty") if r.channel == "信用网站")
    rows = [{"CF_JDRQ": day.isoformat(), "CF_CFLB": "罚款", "X_SEVERITY": "一般"} for day in days]
    got = decide_rows(ruling, rows, national.cite)
    minimum = {"R2019": 3, "R2023": 3}
    maximum = {"R2019": 12, "R2023": 36}
    for i, day in enumerate(days):
        regime = str(got[i]["regime"])
        assert got[i]["earliest_end"] == add_months(day, minimum[regime])
        assert got[i]["last_day"] == add_months(day, maximum[regime])


@pytest.fixture(scope="module")
def national() -> Pack:
    from xinheng.law.packs import shipped

    return load("national", [shipped()])


def test_the_shipped_rulings_stand_on_the_catalogue(national: Pack) -> None:
    verify(national.publicity, national.items)
    assert {(r.channel, r.item) for r in national.publicity.rulings} == {
        ("信用网站", "penalty"),
        ("公示系统", "penalty"),
        ("信用网站", "permit"),
    }


def test_no_day_between_two_shipped_regimes_is_without_a_rule(national: Pack) -> None:
    for ruling in national.publicity.rulings:
        for one, following in zip(ruling.regimes, ruling.regimes[1:], strict=False):
            assert one.span.to == following.span.start
            assert ruling.regime_on(following.span.start - timedelta(days=1)) is one


def test_a_ruling_about_what_the_catalogue_lacks_is_refused(tmp_path: Path) -> None:
    files = changed(FILES, FILE, "item: notice", "item: opinion")
    with pytest.raises(PackValueError, match="opinion"):
        pack = load_upper(tmp_path, files)
        verify(pack.publicity, pack.items)
    for old, new in (("colour: A_COLOUR", "colour: A_SHAPE"), ("colour: A_COLOUR", "colour: A_ID")):
        with pytest.raises(PackValueError, match=new[-5:]):
            pack = load_upper(tmp_path, changed(FILES, FILE, old, new))
            verify(pack.publicity, pack.items)


BROKEN = {
    "a channel that there is not": ("channel: 信用网站", "channel: 公告栏", PackValueError, "channel:"),
    "an unknown key": ("channel: 信用网站", "channel: 信用网站\ncolour: 红", PackValueError, "colour: 红"),
    "a fact with a field's name": ("  red: \"coalesce", "  colour: \"coalesce", PackSyntaxError, "  colour: "),
    "a placeholder that means nothing": ("when: \"{red}\"", "when: \"{blue}\"", PackValueError, "id: grave"),
    "a condition outside the allow-list": ("= '绿'\"", "= getenv('HOME')\"", PackRuleError, "  green:"),
    "showing on law that was not read": ("maximum: 36, basis: law", "maximum: 36, basis: unread", PackGroundError, "id: grave"),
    "showing on a rule of our own": ("maximum: 36, basis: law", "maximum: 36, basis: house", PackGroundError, "id: grave"),
    "a basis that does not resolve": ("maximum: 36, basis: law", "maximum: 36, basis: lore", PackBasisError, "id: grave"),
    "a regime that outlives its law": ("    to: 2030-01-01\n", "", PackBasisError, "  - id: B"),
    "two regimes on one day": ("to: 2025-01-01", "to: 2025-01-02", PackSyntaxError, "  - id: B"),
    "two regimes of one name": ("  - id: B", "  - id: A", PackSyntaxError, "  - id: A\n    from: 2025"),
    "two classes of one name": ("{id: light, name", "{id: grave, name", PackSyntaxError, "      - {id: grave, name: 严重"),
    "a minimum above the maximum": ("minimum: 12, maximum: 36", "minimum: 48, maximum: 36", PackValueError, "id: grave"),
    "a shown class without a minimum": ("minimum: 12, maximum: 36", "maximum: 36", PackValueError, "id: grave"),
    "a hidden class with a period": ("shown: false, basis", "shown: false, maximum: 3, basis", PackValueError, "id: light"),
    "an unknown treated gravely": ("shown: false, basis: unread}\n    unknown: {like: light", "shown: true, minimum: none, maximum: 3, basis: law}\n    unknown: {like: grave", PackValueError, "like: grave"),
    "an unknown treated as nothing": ("like: light, note", "like: dark, note", PackValueError, "like: dark"),
    "an unread time that overlaps a regime": ("before: 2020-01-01", "before: 2020-01-02", PackValueError, "before: 2020-01-02"),
    "a transition that there is not": ("transition: keep", "transition: forget", PackValueError, "transition: forget"),
    "a case that comes out otherwise": ("last_day: 2023-01-01", "last_day: 2022-12-31", PackExampleError, "last_day: 2022-12-31"),
    "a case over an unknown field": ("{decided: 2024-12-31, colour: 绿}", "{decided: 2024-12-31, shape: 圆}", PackValueError, "shape: 圆"),
    "no case before a boundary": ("  - {given: {decided: 2029-12-31, published: 2030-01-05}, regime: B, class: null, shown: true, earliest: 待核实, last_day: 2031-01-05}\n", "", PackExampleError, "channel:"),
    "no case of a class": ("  - {given: {decided: 2020-01-01, colour: 红}, regime: A, class: 严重, shown: true, earliest: 2021-01-01, last_day: 2023-01-01}\n", "  - {given: {decided: 2020-01-01}, regime: A, class: 未定, shown: false}\n", PackExampleError, "id: grave"),
    "no case of the unknown": ("  - {given: {decided: 2024-12-31}, regime: A, class: 未定, shown: false}\n", "", PackExampleError, "  - id: A"),
}  # fmt: skip


@pytest.mark.parametrize("case", list(BROKEN))
def test_a_broken_ruling_is_refused_with_file_and_line(tmp_path: Path, case: str) -> None:
    old, new, refusal, text = BROKEN[case]
    files = changed(FILES, FILE, old, new)
    with pytest.raises(PackError) as refused:
        load_upper(tmp_path, files)
    assert type(refused.value) is refusal, refused.value
    line = files[FILE].count("\n", 0, files[FILE].index(text)) + 1
    assert refused.value.where == f"upper/{FILE}:{line}", refused.value


def test_a_second_file_for_one_channel_and_item_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackSyntaxError, match="重复"):
        load_upper(tmp_path, {**FILES, "publicity/twice.yaml": RULING})


def test_a_lower_pack_brings_no_rules_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, "upper", FILES)
    with pytest.raises(PackOverrideError):
        load("lower", [write(tmp_path, "lower", {**LOWER, FILE: RULING})])


def test_a_pack_without_rules_has_none(tmp_path: Path) -> None:
    assert load_upper(tmp_path, UPPER).publicity == Publicity()
