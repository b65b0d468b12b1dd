"""The whole catalogue: which items there are, who answers for each, what is kept apart, what is shown."""

from __future__ import annotations

from datetime import date

import pytest

from xinheng.law.kinds import (
    ADMINISTRATIVE,
    BasisKind,
    Disclosure,
    Every,
    ItemClass,
    ProviderKind,
    SourceClass,
)
from xinheng.law.model import Item
from xinheng.law.packs import Pack, load, shipped

PACKS = sorted(head.parent.name for head in shipped().glob("*/pack.yaml"))
DAY = date(2026, 11, 20)
TWO = ("penalty", "permit")  # what has a published field table, and a publicity regime


@pytest.fixture(scope="module", params=PACKS)
def pack(request: pytest.FixtureRequest) -> Pack:
    return load(request.param, [shipped()])


@pytest.fixture(scope="module")
def national() -> Pack:
    return load("national", [shipped()])


def test_the_seven_classes_come_first_and_each_is_there_once(pack: Pack) -> None:
    first = [item.kind for item in pack.items.values()][:7]
    assert sorted(first) == sorted(ADMINISTRATIVE)
    assert sum(item.administrative for item in pack.items.values()) == 7


def test_every_class_of_item_but_those_of_places_is_in_the_national_pack(national: Pack) -> None:
    assert {item.kind for item in national.items.values()} == set(ItemClass) - {ItemClass.SECTOR}


def test_the_five_classes_without_a_published_table_say_so(national: Pack) -> None:
    for item in national.items.values():
        if item.administrative and item.id not in TWO:
            assert item.note is not None
            assert "没有公布的数据项表" in item.note
            assert {f.basis.kind for f in item.fields} == {BasisKind.PLATFORM}
            assert item.role("document") is not None
            assert not item.field(item.roles["document"]).required


def test_every_item_has_one_accountable_provider_a_frequency_and_a_citation(pack: Pack) -> None:
    for item in pack.items.values():
        assert item.provider, item.id
        assert item.frequency is not None, item.id
        assert item.retention, item.id
        assert pack.cite(item.basis), item.id
        if item.frequency.every is Every.UNREAD:
            assert (
                "待核实" in item.frequency.text
                or "转述" in item.frequency.text
                or "国家" in item.frequency.text
            )


def test_utilities_courts_associations_and_vendors_are_sources_too(national: Pack) -> None:
    kinds = {item.id: item.provider_kind for item in national.items.values()}
    assert kinds["water"] is ProviderKind.UTILITY
    assert kinds["criminal-judgment"] is ProviderKind.COURT
    assert kinds["declared-finance"] is ProviderKind.ASSOCIATION
    assert kinds["bought"] is ProviderKind.VENDOR


def test_only_permits_and_penalties_are_shown_the_rest_has_no_rule(pack: Pack) -> None:
    assert {item.id for item in pack.items.values() if item.marks.shown} == set(TWO)
    for item in pack.items.values():
        if item.id not in TWO and item.source is SourceClass.PUBLIC:
            assert "shown" in item.unsettled, item.id
    assert {ruling.item for ruling in pack.publicity.rulings} == set(TWO)


def test_no_field_is_more_open_than_its_item(pack: Pack) -> None:
    openness = [Disclosure.AUTHORISED, Disclosure.SHARED, Disclosure.PUBLIC]
    for item in pack.items.values():
        most = max(openness.index(f.disclosure) for f in item.fields)
        assert most <= openness.index(item.disclosure), item.id


def test_what_subjects_declare_comes_with_evidence_and_a_state(national: Pack) -> None:
    declared = [item for item in national.items.values() if item.source is SourceClass.DECLARED]
    assert len(declared) == 6
    for item in declared:
        assert item.field(item.roles["evidence"]).required
        assert item.field(item.roles["verified"]).values == ("未核验", "已核验", "核验不符")
        assert item.disclosure is Disclosure.AUTHORISED
        assert not item.marks.reported


def test_bought_data_is_hidden_the_day_after_its_licence_ends(national: Pack) -> None:
    commercial = [item for item in national.items.values() if item.source is SourceClass.COMMERCIAL]
    assert sorted(item.id for item in commercial) == ["bought", "market-rating"]
    for item in commercial:
        expires = item.roles["expires"]
        assert item.field(item.roles["licence_terms"]).required
        assert item.field(item.roles["price"]).required
        assert not item.hidden_on({expires: DAY.isoformat()}, DAY)
        assert item.hidden_on({expires: "2026-11-19"}, DAY)
        assert item.hidden_on({expires: None}, DAY)
    assert not national.item("penalty").hidden_on({}, DAY)


def test_utilities_and_financing_data_is_read_under_authorisation_only(national: Pack) -> None:
    for name in (
        "water",
        "electricity",
        "gas",
        "tax-payment",
        "social-insurance",
        "housing-fund",
        "property",
    ):
        assert national.item(name).disclosure is Disclosure.AUTHORISED


def roles_of_key(item: Item) -> set[str]:
    return set(item.key) - {"authority", "party_code"}


def test_every_item_says_what_makes_two_rows_one_record(pack: Pack) -> None:
    for item in pack.items.values():
        assert roles_of_key(item) or item.key == ("party_code",) or not item.key, item.id
        assert {"party_name", "party_code", "authority", "decided"} <= set(item.roles)


def test_no_item_collects_what_the_law_bans_or_an_identity_number(pack: Pack) -> None:
    for item in pack.items.values():
        for field in item.fields:
            assert not any(word in field.name for word in ("血型", "指纹", "基因", "病史", "宗教信仰")), (
                field.code
            )
            if "身份证" in field.name or field.name.endswith("证件号码"):
                assert field.dropped, field.code


@pytest.mark.parametrize(
    ("name", "added"),
    [
        ("hunan", {"farm-products", "annual-report", "public-trading", "logistics", "outbound-investment",
                   "farm-entity"}),
        ("hunan-yongzhou", {"procurement"}),
        ("hunan-industry", {"product-quality", "energy-use", "statistics-breach"}),
        ("hubei", {"environment-grade", "subsidy"}),
        ("hubei-huangshi", set()),
    ],
)  # fmt: skip
def test_a_place_adds_the_items_its_paper_names(name: str, added: set[str]) -> None:
    found = load(name, [shipped()])
    assert {item.id for item in found.items.values() if item.pack == name} == added


@pytest.mark.parametrize(
    ("name", "target", "said", "number"),
    [
        ("hunan", "hunan-2023-registered", (">=", "70", "%"), "湘信发〔2023〕第1号"),
        ("hunan-yongzhou", "yongzhou-2024-new-codes", ("=", "0", "个"), "第3点"),
        ("hunan-industry", "industry-2018-archive", (">=", "80", "%"), "湘经信法规〔2017〕213号"),
        ("hubei-huangshi", "huangshi-2023-registered", (">", "20", "%"), "黄信用〔2023〕1号"),
    ],
)
def test_the_same_figure_is_the_place_s_own_with_its_clause(
    name: str, target: str, said: tuple[str, str, str], number: str
) -> None:
    found = load(name, [shipped()])
    wanted = found.targets[target]
    assert (wanted.comparison, str(wanted.value), wanted.unit) == said
    assert number in found.cite(wanted.basis)


def test_the_three_key_industries_can_be_told_apart() -> None:
    found = load("hunan-industry", [shipped()])
    for name in ("penalty", "permit", "inspection"):
        assert found.item(name).field("X_INDUSTRY").values == ("医药食品", "危险化学品", "民用爆炸物品")
