"""体检: what is missing beside another catalogue, with the clause, and what a pack lacks of its own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.unit.law.samples import UPPER, changed, write
from tests.unit.law.test_catalogue import ITEM, SECRET, WIDE

from xinheng.law.health import Gap, examine
from xinheng.law.packs import Pack, load

DAY = date(2026, 11, 20)


def other(root: Path, files: dict[str, str]) -> Pack:
    """The same catalogue under another name, changed."""
    head = files["pack.yaml"].replace("name: upper", "name: other")
    return load("other", [write(root, "other", {**files, "pack.yaml": head})])


@pytest.fixture
def upper(tmp_path: Path) -> Pack:
    return load("upper", [write(tmp_path, "upper", UPPER)])


def test_a_catalogue_beside_itself_misses_nothing(upper: Pack) -> None:
    health = examine(upper, [upper], DAY)
    assert health.missing == ()
    assert health.against == (upper.label,)


def test_a_missing_item_is_named_with_its_clause_and_who_would_supply_it(upper: Pack, tmp_path: Path) -> None:
    health = examine(upper, [other(tmp_path, WIDE)], DAY)
    (found,) = health.of(Gap.ITEM)
    assert (found.item, found.name, found.against) == ("bill", "样例账单", "other")
    assert "样例水厂" in found.said
    assert found.clause == "本平台规则：本平台设定"


def test_a_missing_field_and_one_that_is_asked_for_there(upper: Pack, tmp_path: Path) -> None:
    files = changed(
        UPPER,
        ITEM,
        "{code: A_NO, name: 文号, type: text,",
        "{code: A_NO, name: 文号, type: text, presence: required,",
    )
    more = "  - {code: A_MORE, name: 更多, type: text, disclosure: shared, from: 2020-01-01, basis: law}\n"
    files = changed(
        files,
        ITEM,
        "  - {code: A_ID",
        more.replace("from: 2020-01-01", "from: 2020-01-01, to: 2030-01-01") + "  - {code: A_ID",
    )
    health = examine(upper, [other(tmp_path, files)], DAY)
    assert [(f.gap, f.item, f.field) for f in health.missing] == [
        (Gap.PRESENCE, "notice", "A_NO"),
        (Gap.FIELD, "notice", "A_MORE"),
    ]
    assert health.missing[1].clause == "《样例管理条例》（样例令第1号）第三条"
    assert "更多" in health.missing[1].said


def test_what_is_not_in_force_on_the_day_is_not_missed(upper: Pack, tmp_path: Path) -> None:
    late = changed(
        WIDE, "catalogue/bill.yaml", "class: utility\nfrom: 2020-01-01", "class: utility\nfrom: 2028-01-01"
    )
    wanted = other(tmp_path, late)
    assert examine(upper, [wanted], DAY).missing == ()
    assert len(examine(upper, [wanted], date(2028, 1, 1)).of(Gap.ITEM)) == 1


def test_its_own_gaps_are_said(tmp_path: Path) -> None:
    files = {**WIDE, "catalogue/hidden.yaml": SECRET}
    files = changed(files, "catalogue/bill.yaml", "every: month, text: 每月", "every: unread, text: 待核实")
    pack = load("upper", [write(tmp_path, "upper", files)])
    health = examine(pack, [], DAY)
    gaps = {(f.gap, f.item) for f in health.findings}
    assert {(Gap.FREQUENCY, "bill"), (Gap.MARK, "bill")} <= gaps
    assert len(health.of(Gap.MARK)) == 2  # shown and reported
    assert not any(item == "hidden" for _, item in gaps)
    assert (Gap.ENDED, "notice") in {(f.gap, f.item) for f in examine(pack, [], date(2031, 1, 1)).findings}


def test_a_target_whose_time_is_over_is_said(tmp_path: Path) -> None:
    files = changed(UPPER, "targets/all.yaml", "from: 2020-01-01,", "from: 2020-01-01, to: 2021-01-01,")
    pack = load("upper", [write(tmp_path, "upper", files)])
    assert [f.name for f in examine(pack, [], DAY).of(Gap.TARGET)] == ["合规率"]
    assert examine(pack, [], date(2020, 6, 1)).of(Gap.TARGET) == ()
