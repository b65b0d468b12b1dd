"""The pack as a value, and each law of the loader with a pack that breaks it."""

# ruff: noqa: E501 - one broken pack a line is a table that can be read down

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import pytest
from tests.unit.law.samples import LOWER, UPPER, changed, line_of, load_lower, load_upper, write

from xinheng.law.errors import (
    ArchiveError,
    NoRuleInForceError,
    PackBannedFieldError,
    PackBasisError,
    PackError,
    PackExampleError,
    PackGroundError,
    PackOverrideError,
    PackRuleError,
    PackSyntaxError,
    PackValueError,
    UnknownItemError,
    UnknownPackError,
)
from xinheng.law.model import Severity, Verified
from xinheng.law.packs import load, load_archive

ITEM = "catalogue/notice.yaml"
LAWS = "instruments/all.yaml"


def test_a_right_pack_loads(tmp_path: Path) -> None:
    pack = load_upper(tmp_path)
    item = pack.item("notice")
    assert item.name == "样例事项"
    assert [c.id for c in item.checks] == ["notice.red"]
    assert item.checks[0].sql == "\"A_COLOUR\" = '红'"
    assert item.checks[0].severity is Severity.RETURN
    assert item.mark_rules[0].marks.shown is False
    assert pack.marks["notice"].shown is True
    assert pack.label == f"upper@sha256:{pack.digest}"
    assert len(pack.digest) == 64


def test_a_pack_cannot_be_changed(tmp_path: Path) -> None:
    pack = load_upper(tmp_path)
    with pytest.raises(dataclasses.FrozenInstanceError):
        pack.name = "other"  # type: ignore[misc]  # that it is refused is the point
    with pytest.raises(TypeError):
        pack.items["notice"] = pack.item("notice")  # type: ignore[index]  # the same


def test_an_item_is_found_by_its_chinese_name_too(tmp_path: Path) -> None:
    pack = load_upper(tmp_path)
    assert pack.item("样例事项") is pack.item("notice")
    with pytest.raises(UnknownItemError):
        pack.item("没有的事项")


@pytest.mark.parametrize(
    ("day", "known"),
    [("2019-12-31", False), ("2020-01-01", True), ("2029-12-31", True), ("2030-01-01", False)],
)
def test_no_rule_in_force_is_an_answer_of_its_own(tmp_path: Path, day: str, known: bool) -> None:
    pack = load_upper(tmp_path)
    if known:
        assert pack.item("notice", date.fromisoformat(day)).edition == "E1"
    else:
        with pytest.raises(NoRuleInForceError):
            pack.item("notice", date.fromisoformat(day))


def test_checks_hold_from_their_first_day(tmp_path: Path) -> None:
    item = load_upper(tmp_path).item("notice")
    assert item.checks_on(date(2019, 12, 31)) == ()
    assert [c.id for c in item.checks_on(date(2020, 1, 1), "report")] == ["notice.red"]


def test_a_citation_says_when_the_text_could_not_be_read(tmp_path: Path) -> None:
    files = changed(UPPER, LAWS, "verified: none", "verified: none\n    number: 样例字〔2020〕2号")
    pack = load_upper(tmp_path, files)
    read = pack.item("notice").basis
    assert pack.cite(read) == "《样例管理条例》（样例令第1号）第三条"
    unread = dataclasses.replace(read, instrument="law-unread", verified=Verified.NONE)
    assert pack.cite(unread) == "《未读条例》（样例字〔2020〕2号）第三条（待核实）"


def test_an_archived_pack_loads_again_as_the_same(tmp_path: Path) -> None:
    pack = load_lower(tmp_path)
    again = load_archive(pack.archive(), pack.digest)
    assert again.label == pack.label
    assert again.archive() == pack.archive()
    assert [c.sql for c in again.item("notice").checks] == [c.sql for c in pack.item("notice").checks]
    assert again.targets.keys() == pack.targets.keys()


def test_an_archive_with_a_changed_byte_is_refused(tmp_path: Path) -> None:
    pack = load_upper(tmp_path)
    with pytest.raises(ArchiveError):
        load_archive(pack.archive().replace("第三条".encode(), "第四条".encode()), pack.digest)
    with pytest.raises(ArchiveError):
        load_archive(b"{}")


def test_the_digest_is_of_the_content_and_not_of_its_layout(tmp_path: Path) -> None:
    plain = load_upper(tmp_path / "plain")
    commented = load_upper(
        tmp_path / "commented", changed(UPPER, ITEM, "item: notice", "# a remark\nitem: notice")
    )
    other = load_upper(tmp_path / "other", changed(UPPER, ITEM, "第三条", "第四条"))
    assert plain.digest == commented.digest
    assert plain.digest != other.digest


def test_the_digest_covers_the_parents(tmp_path: Path) -> None:
    one = load_lower(tmp_path / "one")
    write(tmp_path / "two", "upper", changed(UPPER, ITEM, "第三条", "第四条"))
    two = load("lower", [write(tmp_path / "two", "lower", LOWER)])
    assert one.digest != two.digest


def test_an_overlay_takes_precedence_over_what_is_shipped(tmp_path: Path) -> None:
    write(tmp_path / "shipped", "upper", UPPER)
    overlay = write(tmp_path / "home", "upper", changed(UPPER, ITEM, "name: 样例事项", "name: 改版事项"))
    pack = load("upper", [tmp_path / "shipped", overlay])
    assert pack.item("notice").name == "改版事项"
    assert load("upper", [tmp_path / "shipped"]).item("notice").name == "样例事项"


def test_an_unknown_pack_is_refused_with_the_names_there_are(tmp_path: Path) -> None:
    with pytest.raises(UnknownPackError) as refused:
        load("atlantis", [write(tmp_path, "upper", UPPER)])
    assert refused.value.expected == "upper"
    with pytest.raises(UnknownPackError):
        load("../upper", [tmp_path / "upper"])


# -- laws of the loader: (file, what stands there, what is put there, refusal, text on the refused line)
BROKEN = {
    "a duplicate key": (ITEM, "edition: E1", "edition: E1\nedition: E2", PackSyntaxError, "edition: E2"),
    "an alias": (ITEM, "edition: E1", "edition: &a E1", PackSyntaxError, "edition: &a"),
    "a tag": (ITEM, "edition: E1", "edition: !!python/name:os.system E1", PackSyntaxError, "edition: !!"),
    "a fraction": (ITEM, "length: 10", "length: 1.5", PackSyntaxError, "length: 1.5"),
    "an impossible date": (ITEM, "retention: {text: 长期, from: 2020-01-01", "retention: {text: 长期, from: 2020-02-30", PackValueError, "2020-02-30"),
    "a date that is no date": (ITEM, "retention: {text: 长期, from: 2020-01-01", "retention: {text: 长期, from: soon", PackValueError, "from: soon"),
    "an end before the start": (ITEM, "edition: E1\nfrom: 2020-01-01\nto: 2030-01-01", "edition: E1\nfrom: 2020-01-01\nto: 2020-01-01", PackValueError, "to: 2020-01-01"),
    "an unknown key": (ITEM, "edition: E1", "edition: E1\ncolour: red", PackValueError, "colour: red"),
    "a missing key": (ITEM, "edition: E1\n", "", PackValueError, "item: notice"),
    "a value without a first day": (ITEM, "retention: {text: 长期, from: 2020-01-01, basis: house}", "retention: {text: 长期, basis: house}", PackValueError, "retention:"),
    "a value without a basis": (ITEM, "retention: {text: 长期, from: 2020-01-01, basis: house}", "retention: {text: 长期, from: 2020-01-01}", PackValueError, "retention:"),
    "a number where text is meant": (ITEM, "edition: E1", "edition: 2018", PackValueError, "edition: 2018"),
    "a basis name that does not resolve": (ITEM, "edition: E1\nfrom: 2020-01-01\nto: 2030-01-01\nbasis: law", "edition: E1\nfrom: 2020-01-01\nto: 2030-01-01\nbasis: lore", PackBasisError, "basis: lore"),
    "an instrument that does not exist": (ITEM, "instrument: law-a, article: 第三条", "instrument: law-x, article: 第三条", PackBasisError, "law-x"),
    "an instrument whose first day is unknown": (ITEM, "instrument: law-a, article: 第三条", "instrument: law-undated, article: 第三条", PackBasisError, "provider: {"),
    "a value from before its instrument": (ITEM, "working_days: 7, from: 2020-01-01", "working_days: 7, from: 2019-06-01", PackBasisError, "working_days: 7"),
    "a value that outlives its instrument": (ITEM, "working_days: 7, from: 2020-01-01, to: 2030-01-01", "working_days: 7, from: 2020-01-01", PackBasisError, "working_days: 7"),
    "a basis said to be better read than its instrument": ("remedies/all.yaml", "instrument: law-a, article: 第九条", "instrument: law-b, article: 第九条, verified: text", PackBasisError, "verified: text"),
    "practice that cites an instrument": (ITEM, "practice: {kind: practice, note: 现有系统的做法", "practice: {kind: practice, instrument: law-a, note: 现有系统的做法", PackBasisError, "practice: {kind"),
    "a repeal by nothing": (LAWS, "repealed_by: law-b", "repealed_by: law-z", PackBasisError, "- id: law-a"),
    "two instruments with one id": (LAWS, "id: law-b", "id: law-a", PackSyntaxError, "- id: law-a\n    title: 样例新条例"),
    "a field twice": (ITEM, "code: A_NO, name: 文号", "code: A_NAME, name: 文号", PackSyntaxError, "code: A_NAME, name: 文号"),
    "one header for two fields": (ITEM, "synonyms: [单位]", "synonyms: [机关]", PackSyntaxError, "code: A_OFFICE"),
    "a banned field": (ITEM, "code: A_NO, name: 文号", "code: A_NO, name: 负责人血型", PackBannedFieldError, "负责人血型"),
    "a banned header": (ITEM, "synonyms: [单位]", "synonyms: [宗教信仰]", PackBannedFieldError, "宗教信仰"),
    "showing on a practice basis": (ITEM, "reported: true, from: 2020-01-01, to: 2030-01-01, basis: law}", "reported: true, from: 2020-01-01, to: 2030-01-01, basis: practice}", PackGroundError, "marks: {"),
    "showing on law that was not read": (ITEM, "law: {kind: law, instrument: law-a, article: 第三条}", "law: {kind: law, instrument: law-a, article: 第三条, verified: none}", PackGroundError, "marks: {"),
    "an unverified check that returns rows": (ITEM, "expected: 不是红\n    from: 2020-01-01\n    basis: practice", "expected: 不是红\n    from: 2020-01-01\n    basis: unread", PackGroundError, "- id: red"),
    "a measure that practice grounds": ("measures/all.yaml", "basis: {kind: law, instrument: law-a, article: 第八条}", "basis: {kind: platform, note: 本平台的主意}", PackGroundError, "- {id: limit"),
    "a rule outside the allow-list": (ITEM, "expr: \"A_COLOUR = '红'\"", "expr: \"random() > A_COLOUR\"", PackRuleError, "expr: \"random"),
    "a rule over a column that does not exist": (ITEM, "expr: \"A_COLOUR = '红'\"", "expr: \"A_COLOR = '红'\"", PackRuleError, "expr: \"A_COLOR "),
    "a rule over a column that is dropped": (ITEM, "expr: \"A_COLOUR = '红'\"", "expr: \"A_ID = '红'\"", PackRuleError, "expr: \"A_ID"),
    "an example that is wrong": (ITEM, "outcome: passed, given: {A_COLOUR: 绿}", "outcome: passed, given: {A_COLOUR: 红}", PackExampleError, "outcome: passed, given: {A_COLOUR: 红}"),
    "no example that fails": (ITEM, "      - {on: 2020-01-01, outcome: failed, given: {A_COLOUR: 红}}\n", "      - {on: 2020-01-01, outcome: not_run}\n", PackExampleError, "- id: red"),
    "no example that passes": (ITEM, "      - {outcome: passed, given: {A_COLOUR: 绿}}\n", "", PackExampleError, "- id: red"),
    "no example that does not run": (ITEM, "      - {outcome: not_run}\nmark_rules", "mark_rules", PackExampleError, "- id: red"),
    "no example before the boundary": (ITEM, "      - {on: 2019-12-31, outcome: no_rule}\n      - {on: 2020-01-01, outcome: failed", "      - {on: 2020-01-01, outcome: failed", PackExampleError, "- id: red"),
    "an example on the wrong side of the boundary": (ITEM, "- {on: 2019-12-31, outcome: no_rule}", "- {on: 2019-12-31, outcome: passed}", PackExampleError, "on: 2019-12-31, outcome: passed"),
    "two rules with one id": (ITEM, "mark_rules:\n  - id: green", "mark_rules:\n  - id: red", PackSyntaxError, "expr: \"A_COLOUR = '绿'\""),
    "a mark rule that shows more": (ITEM, "marks: {collected: true, shown: true", "marks: {collected: false, shown: true", PackGroundError, "expr: \"A_COLOUR = '绿'\""),
    "a list that does not exist": (ITEM, "values: 颜色", "values: 形状", PackValueError, "values: 形状"),
    "a synonym of nothing": (ITEM, "{赤: 红}", "{赤: 紫}", PackValueError, "{赤: 紫}"),
    "a role of no field": (ITEM, "decided: A_DATE", "decided: A_DAY", PackValueError, "decided: A_DAY"),
    "two terms on one day": (ITEM, "checks:\n", "  - {channel: 信用网站, working_days: 9, from: 2025-01-01, to: 2026-01-01, basis: law}\nchecks:\n", PackSyntaxError, "working_days: 9"),
    "a weekday that is off on a Sunday": ("calendar/2021.yaml", "2021-02-11]", "2021-02-14]", PackValueError, "rest:"),
    "a calendar day twice": ("calendar/2021.yaml", "[2021-01-01, 2021-02-11]", "[2021-01-01, 2021-01-01]", PackSyntaxError, "rest:"),
}  # fmt: skip


@pytest.mark.parametrize("case", list(BROKEN))
def test_a_broken_pack_is_refused_with_file_and_line(tmp_path: Path, case: str) -> None:
    inside, old, new, refusal, text = BROKEN[case]
    files = changed(UPPER, inside, old, new)
    with pytest.raises(PackError) as refused:
        load_upper(tmp_path, files)
    assert type(refused.value) is refusal, refused.value
    assert refused.value.where == f"upper/{inside}:{line_of(files, inside, text)}", refused.value
    assert refused.value.found
    assert refused.value.expected


def test_a_value_outside_its_instrument_may_say_why(tmp_path: Path) -> None:
    files = changed(
        UPPER,
        ITEM,
        "working_days: 7, from: 2020-01-01",
        "working_days: 7, retroactive: 溯及既往的规定, from: 2019-06-01",
    )
    assert load_upper(tmp_path, files).item("notice").timeliness[0].span.start == date(2019, 6, 1)


def test_a_file_where_none_belongs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackValueError) as refused:
        load_upper(tmp_path, {**UPPER, "opinions/mine.yaml": "a: 1"})
    assert refused.value.where == "upper/opinions/mine.yaml:1"


def test_packs_that_extend_each_other_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "upper", changed(UPPER, "pack.yaml", "title:", "extends: lower\ntitle:"))
    with pytest.raises(PackValueError) as refused:
        load("lower", [write(tmp_path, "lower", LOWER)])
    assert refused.value.where == "upper/pack.yaml:2"


# -- a lower pack adds, it does not override


def test_a_lower_pack_adds_fields_checks_targets_and_stricter_terms(tmp_path: Path) -> None:
    pack = load_lower(tmp_path)
    item = pack.item("notice")
    assert item.field("X_LOCAL").pack == "lower"
    assert [(c.id, c.pack) for c in item.checks] == [("notice.red", "upper"), ("notice.local-long", "lower")]
    terms = item.timeliness_on("信用网站", date(2020, 1, 1))
    assert [(t.working_days, t.pack) for t in terms] == [(7, "upper"), (5, "lower")]
    assert set(pack.targets) == {"rate", "local-rate"}
    assert pack.remedies["answer"].working_days == 5
    assert pack.chain == ("upper", "lower")


def test_a_lower_pack_adds_an_item_of_its_own(tmp_path: Path) -> None:
    own = (
        UPPER[ITEM].replace("item: notice", "item: local-notice").replace("name: 样例事项", "name: 本地事项")
    )
    pack = load_lower(tmp_path, {**LOWER, "catalogue/own.yaml": own})
    assert pack.item("本地事项").pack == "lower"
    assert pack.item("notice").pack == "upper"


OVERRIDES = {
    "an inherited item again": ({"catalogue/again.yaml": UPPER[ITEM]}, "catalogue/again.yaml", "item: notice"),
    "the marks of an inherited item": (
        {ITEM: LOWER[ITEM] + "marks: {collected: true, shown: true, reported: false}\n"}, ITEM, "marks:"),
    "an inherited field": (
        {ITEM: LOWER[ITEM].replace("code: X_LOCAL, name: 本地项", "code: A_TEXT, name: 内容").replace("X_LOCAL", "A_TEXT")},
        ITEM, "- {code: A_TEXT"),
    "the name of an inherited field": ({ITEM: LOWER[ITEM].replace("name: 本地项", "name: 内 容")}, ITEM, "- {code: X_LOCAL"),
    "more that is public": ({ITEM: LOWER[ITEM].replace("disclosure: shared", "disclosure: public")}, ITEM, "- {code: X_LOCAL"),
    "a field that must be filled": (
        {ITEM: LOWER[ITEM].replace("type: text,", "type: text, presence: required,")}, ITEM, "- {code: X_LOCAL"),
    "a longer term": ({ITEM: LOWER[ITEM].replace("working_days: 5", "working_days: 7")}, ITEM, "- {channel"),
    "a measure": ({"measures/own.yaml": UPPER["measures/all.yaml"].replace("limit", "more")}, "measures/own.yaml", "- {id: more"),
    "an inherited target": ({"targets/all.yaml": UPPER["targets/all.yaml"]}, "targets/all.yaml", "- {id: rate"),
    "an office that may take longer": (
        {"remedies/all.yaml": LOWER["remedies/all.yaml"].replace("working_days: 5", "working_days: 15")},
        "remedies/all.yaml", "- {id: answer"),
    "a subject that has less time": (
        {"remedies/all.yaml": UPPER["remedies/all.yaml"].replace("working_days: 10", "working_days: 9")
         .replace("working_days: 30", "working_days: 20")},
        "remedies/all.yaml", "- {id: apply"),
    "a calendar year": ({"calendar/2021.yaml": UPPER["calendar/2021.yaml"]}, "calendar/2021.yaml", "year:"),
    "the ways of sending": (
        {"pack.yaml": LOWER["pack.yaml"] + "\nprofiles:\n  - {id: report, name: 报送, counted: false, reported: true, "
         "from: 2020-01-01, basis: {kind: platform, note: 样例}}\n"}, "pack.yaml", "  - {id: report"),
}  # fmt: skip


@pytest.mark.parametrize("case", list(OVERRIDES))
def test_a_lower_pack_does_not_override(tmp_path: Path, case: str) -> None:
    more, inside, text = OVERRIDES[case]
    files = {**LOWER, **more}
    with pytest.raises(PackOverrideError) as refused:
        load_lower(tmp_path, files)
    assert refused.value.where == f"lower/{inside}:{line_of(files, inside, text)}", refused.value
