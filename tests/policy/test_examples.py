"""Every shipped pack loads: all laws of the loader hold and all its worked examples come out right."""

from __future__ import annotations

from datetime import date

import pytest

from xinheng.law.errors import NoRuleInForceError
from xinheng.law.model import BasisKind, Disclosure, Item, Severity, Verified
from xinheng.law.packs import Pack, load, load_archive, shipped

PACKS = sorted(head.parent.name for head in shipped().glob("*/pack.yaml"))


@pytest.fixture(scope="module", params=PACKS)
def pack(request: pytest.FixtureRequest) -> Pack:
    return load(request.param, [shipped()], verify=True)


def items(pack: Pack) -> list[Item]:
    return [pack.item("penalty"), pack.item("permit")]


def test_the_packs_of_this_release_are_there() -> None:
    assert set(PACKS) == {"national", "hubei", "hubei-huangshi", "hunan", "hunan-yongzhou", "hunan-industry"}


def test_it_extends_what_it_should(pack: Pack) -> None:
    assert pack.chain[0] == "national"
    chains = {
        "hubei-huangshi": ("national", "hubei", "hubei-huangshi"),
        "hunan-yongzhou": ("national", "hunan", "hunan-yongzhou"),
        "hunan-industry": ("national", "hunan", "hunan-industry"),
    }
    assert pack.chain == chains.get(pack.name, pack.chain)


def test_its_archive_loads_as_the_same_pack(pack: Pack) -> None:
    assert load_archive(pack.archive(), pack.digest).label == pack.label


def test_every_rule_has_examples_that_were_run(pack: Pack) -> None:
    for item in items(pack):
        for rule in item.checks:
            assert {e.fails for e in rule.examples if e.applies} >= {True, False}, rule.id
            assert rule.span.start in {e.on for e in rule.examples}, rule.id


def test_nothing_unverified_does_more_than_warn(pack: Pack) -> None:
    for item in items(pack):
        for rule in item.checks:
            assert rule.basis.verified is not Verified.NONE or rule.severity is Severity.WARN, rule.id


def test_what_is_shown_rests_on_law_that_was_read(pack: Pack) -> None:
    for item in items(pack):
        assert item.marks.shown
        assert item.basis.kind is BasisKind.LAW
        assert item.basis.grounds_adverse


@pytest.mark.parametrize(
    ("item", "prefix", "count", "first", "last"),
    [("permit", "XK_", 28, "XK_XDR_MC", "BZ"), ("penalty", "CF_", 30, "CF_XDR_MC", "BZ")],
)
def test_the_standard_fields_are_all_there_in_order(
    pack: Pack, item: str, prefix: str, count: int, first: str, last: str
) -> None:
    standard = [f for f in pack.item(item).fields if not f.code.startswith("X_")]
    assert len(standard) == count
    assert (standard[0].code, standard[-1].code) == (first, last)
    assert all(f.code.startswith(prefix) or f.code == "BZ" for f in standard)


def test_identity_numbers_are_in_no_column_and_representatives_are_not_public(pack: Pack) -> None:
    for item in items(pack):
        assert sorted(f.name for f in item.fields if f.dropped) == ["法定代表人证件号码", "自然人证件号码"]
        representative = item.field(item.roles["representative"])
        assert representative.disclosure is not Disclosure.PUBLIC
        assert all("证件" not in f.name for f in item.fields if f.disclosure is Disclosure.PUBLIC)


def test_a_summary_procedure_penalty_is_collected_and_neither_shown_nor_reported(pack: Pack) -> None:
    rule = next(r for r in pack.item("penalty").mark_rules if r.id == "penalty.summary-procedure")
    assert (rule.marks.collected, rule.marks.shown, rule.marks.reported) == (True, False, False)


def test_a_penalty_is_due_in_seven_working_days_and_twenty_on_the_other_channel(pack: Pack) -> None:
    item = pack.item("penalty")
    days = {t.channel: t.working_days for t in item.timeliness if t.pack == "national"}
    assert days == {"信用网站": 7, "公示系统": 20}
    assert item.timeliness_on("公示系统", date(2021, 8, 31)) == ()
    assert len(item.timeliness_on("公示系统", date(2021, 9, 1))) == 1


def test_the_standard_is_not_in_force_before_its_day(pack: Pack) -> None:
    with pytest.raises(NoRuleInForceError):
        pack.item("penalty", date(2018, 7, 24))
    assert pack.item("penalty", date(2018, 7, 25)).edition == "E2018"


def test_a_later_entry_is_neither_counted_nor_reported(pack: Pack) -> None:
    later = pack.profiles["collected"]
    assert (later.counted, later.reported) == (False, False)
    assert (pack.profiles["report"].counted, pack.profiles["report"].reported) == (True, True)
    assert pack.item("penalty").collected_fields == (
        "party_name", "party_code", "document", "authority", "decided", "content",
    )  # fmt: skip


def test_the_calendar_knows_2017_to_2026_and_cites_each_year(pack: Pack) -> None:
    assert list(pack.calendar.years) == list(range(2017, 2027))
    for year, arrangement in pack.calendar.years.items():
        assert ("待核实" in pack.cite(arrangement.basis)) is (year != 2026)


def test_huangshi_set_itself_targets_for_2023() -> None:
    pack = load("hubei-huangshi", [shipped()])
    codes = pack.targets["huangshi-2023-codes"]
    assert (codes.comparison, str(codes.value), codes.unit) == ("<=", "0.01", "%")
    assert "黄信用〔2023〕1号" in pack.cite(codes.basis)
    assert codes.span.covers(date(2023, 12, 31))
    assert not codes.span.covers(date(2024, 1, 1))
