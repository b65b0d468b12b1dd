"""What items share, who supplies them, what is kept apart, versions by date: and packs that break it."""

# ruff: noqa: E501 - one broken pack a line is a table that can be read down

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.unit.law.samples import LOWER, UPPER, changed, load_lower, load_upper, write

from xinheng.law import packs
from xinheng.law.errors import (
    PackError,
    PackExampleError,
    PackGroundError,
    PackOverrideError,
    PackSyntaxError,
    PackValueError,
    SecretItemError,
)
from xinheng.law.headers import resolve
from xinheng.law.kinds import Every, ItemClass, ProviderKind, SourceClass
from xinheng.law.packs import load

ITEM = "catalogue/notice.yaml"
CORES = """\
bases: {house: {kind: platform, note: 本平台设定}}
cores:
  whom:
    roles: {party_name: "{p}_NAME", party_code: "{p}_CODE", authority: "{p}_OFFICE", decided: "{p}_DAY"}
    fields:
      - {code: "{p}_NAME", name: 名称, type: text, presence: required, disclosure: "{d}", from: 2020-01-01, basis: house}
      - {code: "{p}_CODE", name: 代码, type: uscc, disclosure: "{d}", from: 2020-01-01, basis: house}
      - {code: "{p}_OFFICE", name: "{w}单位", type: text, disclosure: "{d}", from: 2020-01-01, basis: house}
      - {code: "{p}_DAY", name: "{w}日期", type: date, disclosure: "{d}", from: 2020-01-01, basis: house}
"""
SHARED = """\
bases: {house: {kind: platform, note: 本平台设定}}
checks:
  - id: filled
    items: all
    each: {presence: required}
    expr: "{field} IS NULL"
    severity: return
    message: "“{name}”为空"
    expected: "填写“{name}”"
    from: 2020-01-01
    basis: house
    examples:
      - {on: 2019-12-31, outcome: no_rule}
      - {on: 2020-01-01, outcome: failed}
      - {outcome: passed, given: {"{field}": 有}}
  - id: numbered
    items: all
    field: document
    expr: "{document} = '无号'"
    severity: return
    message: "“{document_name}”写作{found}"
    expected: 号码，没有的留空
    from: 2020-01-01
    basis: house
    examples:
      - {on: 2019-12-31, outcome: no_rule, given: {"{document}": 无号}}
      - {on: 2020-01-01, outcome: failed, given: {"{document}": 无号}}
      - {outcome: passed, given: {"{document}": 一号}}
      - {outcome: not_run}
"""
BILL = """\
item: bill
name: 样例账单
edition: P1
class: utility
from: 2020-01-01
basis: house
bases: {house: {kind: platform, note: 本平台设定}}
provider: {text: 样例水厂, kind: utility, from: 2020-01-01, basis: house}
frequency: {every: month, text: 每月, from: 2020-01-01, basis: house}
disclosure: {class: authorised, from: 2020-01-01, basis: house}
retention: {text: 待核实, from: 2020-01-01, basis: house}
marks: {collected: true, shown: no_rule, reported: unread, from: 2020-01-01, basis: house}
cores: [whom, fields]
prefix: B
word: 供水
key: [authority, period, party_code]
roles: {period: B_MONTH}
fields:
  - {code: B_MONTH, name: 账期, type: text, presence: required, disclosure: authorised, from: 2020-01-01, basis: house}
"""
WIDE = {**UPPER, "catalogue/cores.yaml": CORES, "catalogue/shared.yaml": SHARED, "catalogue/bill.yaml": BILL}


def test_an_item_takes_what_a_core_says_in_its_own_words(tmp_path: Path) -> None:
    item = load_upper(tmp_path, WIDE).item("bill")
    assert [(f.code, f.name, f.disclosure.value) for f in item.fields] == [
        ("B_NAME", "名称", "authorised"), ("B_CODE", "代码", "authorised"), ("B_OFFICE", "供水单位", "authorised"),
        ("B_DAY", "供水日期", "authorised"), ("B_MONTH", "账期", "authorised"),
    ]  # fmt: skip
    assert item.roles["party_code"] == "B_CODE"
    assert item.column("period") == '"B_MONTH"'
    assert item.column("document") == "CAST(NULL AS VARCHAR)"
    assert item.collected_fields == ("party_name", "party_code", "authority", "decided")


def test_an_item_says_who_supplies_it_how_often_and_which_marks_nobody_settled(tmp_path: Path) -> None:
    item = load_upper(tmp_path, WIDE).item("bill")
    assert (item.kind, item.source) == (ItemClass.UTILITY, SourceClass.PUBLIC)
    assert (item.provider, item.provider_kind) == ("样例水厂", ProviderKind.UTILITY)
    assert item.frequency is not None
    assert item.frequency.every is Every.MONTH
    assert (item.marks.collected, item.marks.shown, item.marks.reported) == (True, False, False)
    assert item.unsettled == ("shown", "reported")
    assert not item.administrative


def test_a_check_of_all_items_stands_in_each_that_has_what_it_speaks_of(tmp_path: Path) -> None:
    pack = load_upper(tmp_path, WIDE)
    bill = {c.id: c for c in pack.item("bill").checks}
    assert set(bill) == {"bill.filled.B_NAME", "bill.filled.B_MONTH"}
    assert bill["bill.filled.B_MONTH"].message == "“账期”为空"
    assert bill["bill.filled.B_MONTH"].sql == '"B_MONTH" IS NULL'
    assert all(c.common for c in bill.values())
    notice = {c.id: c for c in pack.item("notice").checks}
    assert notice["notice.numbered"].message == "“文号”写作{found}"
    assert not notice["notice.red"].common


def test_an_item_of_a_lower_pack_has_the_checks_of_all_items_too(tmp_path: Path) -> None:
    write(tmp_path, "upper", WIDE)
    own = (
        BILL.replace("item: bill", "item: gas")
        .replace("样例账单", "燃气账单")
        .replace("prefix: B", "prefix: G")
        .replace("B_MONTH", "G_MONTH")
    )
    pack = load("lower", [write(tmp_path, "lower", {**LOWER, "catalogue/gas.yaml": own})])
    checks = {c.id: c.pack for c in pack.item("gas").checks}
    assert checks == {"gas.filled.G_NAME": "lower", "gas.filled.G_MONTH": "lower"}


def test_a_lower_pack_says_how_its_place_heads_a_column(tmp_path: Path) -> None:
    pack = load_lower(
        tmp_path, changed(LOWER, ITEM, "timeliness:", "headers: {A_NO: [本地文号]}\ntimeliness:")
    )
    assert resolve(pack.item("notice"), "本地文号").target == "A_NO"
    with pytest.raises(PackSyntaxError):
        load_lower(tmp_path, changed(LOWER, ITEM, "timeliness:", "headers: {A_NO: [名称]}\ntimeliness:"))
    with pytest.raises(PackValueError):
        load_lower(tmp_path, changed(LOWER, ITEM, "timeliness:", "headers: {A_XX: [本地文号]}\ntimeliness:"))


SECRET = """\
item: hidden
name: 涉密样例
edition: P1
class: sector
secret: true
from: 2020-01-01
basis: house
bases: {house: {kind: platform, note: 本平台设定}}
provider: {text: 样例机关, from: 2020-01-01, basis: house}
frequency: {every: unread, text: 待核实, from: 2020-01-01, basis: house}
disclosure: {class: authorised, from: 2020-01-01, basis: house}
retention: {text: 待核实, from: 2020-01-01, basis: house}
marks: {collected: false, shown: false, reported: false, from: 2020-01-01, basis: house}
fields: []
"""


def test_a_secret_item_is_listed_and_takes_nothing_in(tmp_path: Path) -> None:
    pack = load_upper(tmp_path, {**UPPER, "catalogue/hidden.yaml": SECRET})
    assert pack.item("涉密样例").secret
    with pytest.raises(SecretItemError) as refused:
        pack.collected("hidden", date(2024, 1, 1))
    assert refused.value.code == "XH215"
    assert pack.collected("notice", date(2024, 1, 1)).id == "notice"


BROKEN = {
    "a secret item that is collected": ("catalogue/hidden.yaml", "collected: false", "collected: true", PackGroundError),
    "a field more open than its item": ("catalogue/bill.yaml", "presence: required, disclosure: authorised", "presence: required, disclosure: shared", PackValueError),
    "a core that does not exist": ("catalogue/bill.yaml", "[whom, fields]", "[who, fields]", PackValueError),
    "an item without its prefix": ("catalogue/bill.yaml", "prefix: B\n", "", PackValueError),
    "a role that nobody knows": ("catalogue/bill.yaml", "period: B_MONTH", "colour: B_MONTH", PackValueError),
    "a needed role without a field": ("catalogue/cores.yaml", ', decided: "{p}_DAY"', "", PackValueError),
    "the same field from core and item": ("catalogue/bill.yaml", "code: B_MONTH, name", "code: B_DAY, name", PackSyntaxError),
    "declared without evidence": ("catalogue/bill.yaml", "class: utility\n", "class: declared\nsource: declared\n", PackValueError),
    "bought without licence, price and expiry": ("catalogue/bill.yaml", "class: utility\n", "class: bought\nsource: commercial\n", PackValueError),
    "an example of a shared check that is wrong": ("catalogue/shared.yaml", '{"{document}": 一号}', '{"{document}": 无号}', PackExampleError),
}  # fmt: skip


@pytest.mark.parametrize("case", list(BROKEN))
def test_a_broken_item_is_refused(tmp_path: Path, case: str) -> None:
    inside, old, new, refusal = BROKEN[case]
    files = changed({**WIDE, "catalogue/hidden.yaml": SECRET}, inside, old, new)
    with pytest.raises(PackError) as refused:
        load_upper(tmp_path, files)
    assert type(refused.value) is refusal, refused.value
    assert refused.value.where


# -- versions

CHANGES = (
    "{code: A_TEXT, name: 内容, type: long_text, disclosure: shared, from: 2020-01-01, basis: practice, "
    "changes: [{presence: required, from: 2025-01-01, basis: practice}]}"
)
OLD_TEXT = (
    "{code: A_TEXT, name: 内容, type: long_text, disclosure: shared, from: 2020-01-01, basis: practice}"
)
DATED = changed({**UPPER, "catalogue/shared.yaml": SHARED}, ITEM, OLD_TEXT, CHANGES)


def test_a_field_asked_for_from_a_day_on_is_asked_of_later_decisions_only(tmp_path: Path) -> None:
    item = load_upper(tmp_path, DATED).item("notice")
    (check,) = (c for c in item.checks if c.id == "notice.filled.A_TEXT")
    assert check.span.start == date(2025, 1, 1)
    assert check not in item.checks_on(date(2024, 12, 31))
    assert check in item.checks_on(date(2025, 1, 1))
    text = item.field("A_TEXT")
    assert [v.required for v in text.versions] == [False, True]
    before, after = text.on(date(2024, 12, 31)), text.on(date(2025, 1, 1))
    assert before is not None
    assert after is not None
    assert (before.required, after.required) == (False, True)


def test_the_examples_of_a_check_stand_on_the_days_of_the_field(tmp_path: Path) -> None:
    item = load_upper(tmp_path, DATED).item("notice")
    (check,) = (c for c in item.checks if c.id == "notice.filled.A_TEXT")
    said = {e.on: e.applies for e in check.examples if e.on}
    assert said == {date(2019, 12, 31): False, date(2024, 12, 31): False, date(2025, 1, 1): True}


def test_a_change_out_of_order_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackSyntaxError):
        load_upper(
            tmp_path,
            changed(
                DATED, ITEM, "from: 2025-01-01, basis: practice}]", "from: 2019-01-01, basis: practice}]"
            ),
        )


TWO = """\
  - id: red
    expr: "A_COLOUR = '红'"
    severity: return
    field: A_COLOUR
    message: 颜色为{found}
    expected: 不是红
    from: 2020-01-01
    to: 2025-01-01
    basis: practice
    examples:
      - {on: 2019-12-31, outcome: no_rule}
      - {on: 2020-01-01, outcome: failed, given: {A_COLOUR: 红}}
      - {on: 2024-12-31, outcome: failed, given: {A_COLOUR: 红}}
      - {on: 2025-01-01, outcome: no_rule}
      - {outcome: passed, given: {A_COLOUR: 绿}}
      - {outcome: not_run}
  - id: red
    expr: "A_COLOUR = '绿'"
    severity: return
    field: A_COLOUR
    message: 颜色为{found}
    expected: 不是绿
    from: 2025-01-01
    basis: practice
    examples:
      - {on: 2024-12-31, outcome: no_rule}
      - {on: 2025-01-01, outcome: failed, given: {A_COLOUR: 绿}}
      - {outcome: passed, given: {A_COLOUR: 红}}
      - {outcome: not_run}
"""


def versions_of_a_check() -> dict[str, str]:
    text = UPPER[ITEM]
    begin, end = text.index("  - id: red"), text.index("mark_rules:")
    return {**UPPER, ITEM: text[:begin] + TWO + text[end:]}


def test_two_versions_of_a_check_are_one_on_each_day(tmp_path: Path) -> None:
    item = load_upper(tmp_path, versions_of_a_check()).item("notice")
    assert [c.id for c in item.checks] == ["notice.red", "notice.red@2025-01-01"]
    assert [c.id for c in item.checks_on(date(2024, 12, 31))] == ["notice.red"]
    assert [c.id for c in item.checks_on(date(2025, 1, 1))] == ["notice.red@2025-01-01"]
    assert len(item.checks_until(date(2026, 1, 1))) == 2
    assert len(item.checks_until(date(2024, 1, 1))) == 1


def test_two_versions_that_hold_on_one_day_are_refused(tmp_path: Path) -> None:
    files = versions_of_a_check()
    files = changed(files, ITEM, "    to: 2025-01-01\n", "    to: 2025-01-02\n")
    files = changed(files, ITEM, "{on: 2024-12-31, outcome: failed", "{on: 2025-01-01, outcome: failed")
    files = changed(files, ITEM, "{on: 2025-01-01, outcome: no_rule}", "{on: 2025-01-02, outcome: no_rule}")
    with pytest.raises(PackSyntaxError):
        load_upper(tmp_path, files)


@pytest.mark.parametrize(
    ("decided", "day"),
    [
        ("2024-12-31", "2024-12-31"),
        ("2019-05-01", "2020-01-01"),  # before the item's first edition: held against that
        ("2027-01-01", "2026-11-20"),  # after the report
        (None, "2026-11-20"),
    ],
)
def test_the_day_whose_rules_hold_is_the_day_of_decision(
    tmp_path: Path, decided: str | None, day: str
) -> None:
    item = load_upper(tmp_path).item("notice")
    given = date.fromisoformat(decided) if decided else None
    assert item.rule_day(given, date(2026, 11, 20)) == date.fromisoformat(day)


# -- what need not be tried again


def test_the_examples_of_a_known_pack_are_not_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = load_upper(tmp_path).digest
    packs._built.clear()
    monkeypatch.setattr(packs, "_known_digests", lambda: frozenset({digest}))
    quick = load_upper(tmp_path)
    assert quick.item("notice").checks[0].examples == ()
    assert quick.item("notice").checks[0].sql == "\"A_COLOUR\" = '红'"
    verified = load("upper", [tmp_path], verify=True)
    assert len(verified.item("notice").checks[0].examples) == 4
    broken = changed(
        UPPER, ITEM, "outcome: passed, given: {A_COLOUR: 绿}", "outcome: passed, given: {A_COLOUR: 红}"
    )
    with pytest.raises(PackExampleError):  # another digest: unknown again
        load_upper(tmp_path, broken)
    packs._built.clear()


def test_an_override_of_a_core_needs_a_name_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, "upper", WIDE)
    with pytest.raises(PackSyntaxError):
        load("lower", [write(tmp_path, "lower", {**LOWER, "catalogue/cores.yaml": CORES})])


def test_a_lower_pack_does_not_change_an_items_head(tmp_path: Path) -> None:
    with pytest.raises(PackOverrideError):
        load_lower(tmp_path, {**LOWER, ITEM: LOWER[ITEM] + "secret: true\n"})
