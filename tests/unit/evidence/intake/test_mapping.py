"""Every column has a fate: mapped, ignored, dropped or reported as unmapped."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.evidence.intake.hostile.samples import ITEM

from xinheng.core.identity import MASK, check_character
from xinheng.evidence.intake import headers, mapping
from xinheng.evidence.intake.model_refusals import UnknownMappingError
from xinheng.law import packs

ROOT = Path(__file__).resolve().parents[4]
SHEETS = ROOT.parent / "shared" / "data" / "headers"
KNOWN = headers.dictionary(ITEM)


def published(name: str, column: str) -> list[tuple[str, str]]:
    path = SHEETS / name
    if not path.exists():
        pytest.skip(f"no {path.name} beside the checkout: published headers are not part of the project")
    with path.open(encoding="utf-8-sig", newline="") as rows:
        return [(row[column], row["target"]) for row in csv.DictReader(rows)]


@pytest.mark.parametrize(
    ("item", "name", "column"),
    [
        ("penalty", "double-publicity-penalty-early.csv", "header"),
        ("permit", "double-publicity-permit-2018.csv", "header"),
        ("penalty", "penalty-header-synonyms.csv", "header_as_published"),
    ],
)
def test_every_published_header_maps_to_its_target(item: str, name: str, column: str) -> None:
    sheet = published(name, column)
    pack = packs.load("national", [ROOT / "policies"])
    known = headers.dictionary(pack.item(item))
    wrong = {h: (known.read(h).target, target) for h, target in sheet if known.read(h).target != target}
    assert wrong == {}


@pytest.mark.parametrize(
    "written",
    [
        "CF_WSH",
        "cf_wsh",
        "行政处罚决定书文号",
        " 行政处罚\n决定书文号* ",
        "*行政处罚决定书文号（必填）",
        "行政处罚决定书文号：",
        "行政处罚　决定书文号",
        "【必填】行政处罚决定书文号",
        "\ufeff行政处罚决定书文号",
        "“行政处罚决定书文号”",
    ],
)
def test_a_header_is_known_however_it_is_typed(written: str) -> None:
    assert KNOWN.read(written).target == "CF_WSH"


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("法定代表人身份证号", "dropped"),
        ("经办人身份证号码", "dropped"),
        ("证件号码", "dropped"),
        ("CF_FR_ZJHM", "dropped"),
        ("许可证件号码", "unmapped"),
        ("证件类型", "unmapped"),
        ("联系电话", "ignored"),
        ("没见过的列", "unmapped"),
        ("处罚类别2", "CF_CFLB"),
        ("处罚类别3", "unmapped"),
    ],
)
def test_identity_columns_are_known_without_the_catalogue_and_nothing_is_guessed(
    written: str, target: str
) -> None:
    assert KNOWN.read(written).target == target


def test_the_unit_in_a_header_is_kept() -> None:
    columns = mapping.plan(["处罚金额（元）", "罚款金额（万元）"], KNOWN)
    assert [(c.target, c.divide_by) for c in columns] == [("CF_NR_FK", 10_000), ("CF_NR_FK", 1)]
    chosen = mapping.overrides({"罚没合计(元)": "CF_NR_FK", "罚款": "罚款金额（万元）"}, ITEM)
    assert [t.divide_by for t in chosen.values()] == [10_000, 1]


def test_an_identity_number_in_a_header_is_masked_before_it_is_kept() -> None:
    number = "11010119900307001" + check_character("11010119900307001")
    columns = mapping.plan([number, f"经办{number}", number], headers.dictionary(ITEM))
    assert [c.header for c in columns] == [MASK, f"经办{MASK}", f"{MASK}（2）"]


def test_an_identity_number_in_a_constant_is_masked_before_it_is_kept() -> None:
    number = "11010119900307001" + check_character("11010119900307001")
    code = ITEM.fields[0].code
    assert mapping.constants({code: f"经办{number}"}, ITEM) == {code: f"经办{MASK}"}


def test_repeated_and_empty_headers_stay_apart() -> None:
    columns = mapping.plan(["备注", "备注", None, "  "], KNOWN)
    assert [c.header for c in columns] == ["备注", "备注（2）", "第3列", "第4列"]
    assert [c.target for c in columns] == ["BZ", "BZ", "unmapped", "unmapped"]


@pytest.mark.parametrize("name", ["CF_XDR_MC", "行政相对人名称", "企业名称", "party_name"])
def test_a_constant_is_named_by_code_name_synonym_or_role(name: str) -> None:
    assert mapping.constants({name: "示例公司"}, ITEM) == {"CF_XDR_MC": "示例公司"}


@pytest.mark.parametrize("name", ["不存在", "CF_FR_ZJHM", ""])
def test_a_constant_for_no_field_or_for_an_identity_number_is_refused(name: str) -> None:
    with pytest.raises(UnknownMappingError):
        mapping.constants({name: "x"}, ITEM)


def test_a_mapping_cannot_bring_an_identity_column_back() -> None:
    known = KNOWN.with_overrides(mapping.overrides({"法定代表人身份证号": "CF_WSH"}, ITEM))
    assert known.read("法定代表人身份证号").target == "dropped"


def test_the_header_is_the_row_that_maps_best_and_the_first_among_equals() -> None:
    title = ["行政处罚公示表", None, None]
    header = ["名称", "行政处罚决定书文号", "处罚内容"]
    assert KNOWN.find([title, header, ["甲", "乙", "丙"], header]) == 1
    assert KNOWN.find([["名称", "处罚内容", "别的"], header]) == 1
    assert KNOWN.find([title, ["甲", "乙", "丙"]]) is None
    assert KNOWN.find([[]] * 19 + [header]) == 19
    assert KNOWN.find([[]] * 20 + [header]) is None


def test_a_header_of_one_known_column_counts_only_alone() -> None:
    assert KNOWN.find([["处罚内容"]]) == 0
    assert KNOWN.find([["处罚内容", "甲"]]) is None


def test_the_dictionary_travels_as_plain_data() -> None:
    again = headers.Dictionary.from_json(KNOWN.as_json())
    assert again.read("处罚金额（元）") == KNOWN.read("处罚金额（元）")
    item = replace(ITEM, ignored=("甲",))
    assert headers.dictionary(item).read("甲").target == "ignored"


def test_two_columns_that_the_sender_gives_one_field_are_said() -> None:
    chosen = {"情况": "CF_NR", "经过": "处罚内容"}
    known = KNOWN.with_overrides(mapping.overrides(chosen, ITEM))
    (told,) = mapping.joined(chosen, mapping.plan(["情况", "经过", "备注"], known), ITEM)
    assert "“情况”、“经过”" in told
    assert "处罚内容" in told
    # one that takes a column's place beside what the catalogue knows already
    beside = mapping.plan(["处罚内容", "经过"], known)
    assert mapping.joined({"经过": "CF_NR"}, beside, ITEM)
    # what the catalogue joins by itself is no surprise
    assert mapping.joined({}, mapping.plan(["处罚类别", "处罚类别2"], KNOWN), ITEM) == ()
