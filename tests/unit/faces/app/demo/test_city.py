from datetime import date
from pathlib import Path

import pytest

from xinheng.core.amounts import derive
from xinheng.core.identity import mask
from xinheng.core.uscc import CodeVerdict, CodeWarning, judge
from xinheng.faces.app.demo import proportions as share
from xinheng.faces.app.demo.codes import implausible, mistyped
from xinheng.faces.app.demo.decisions import PERSON, SUMMARY
from xinheng.faces.app.demo.dirt import ACCIDENTS, NUMERIC
from xinheng.faces.app.demo.organisations import COUNT, organisations
from xinheng.faces.app.demo.places import AGENCIES, BY_KEY
from xinheng.faces.app.demo.plan import FIRST_DAY, LAST_DAY, SEED, TOGETHER, Delivery, by_day, deliveries
from xinheng.faces.app.demo.sheets import STYLES, write
from xinheng.faces.app.demo.sums import in_wan, in_words


@pytest.fixture(scope="module")
def city() -> list[Delivery]:
    return deliveries()


@pytest.fixture(scope="module")
def everyone():
    return organisations(SEED)


def decided(row: dict[str, str]) -> str:
    return row.get("CF_JDRQ") or row.get("XK_JDRQ") or ""


def test_the_same_seed_makes_the_same_city_and_another_another(city: list[Delivery]) -> None:
    assert deliveries() == city
    assert [d.rows for d in deliveries("another")] != [d.rows for d in city]


@pytest.mark.parametrize("key", sorted(STYLES))
def test_a_file_has_the_same_bytes_every_time(city: list[Delivery], tmp_path: Path, key: str) -> None:
    one = next(d for d in city if d.agency.key == key)
    for name in ("first", "second"):
        write(list(one.rows), one.item, one.style, one.title, tmp_path / name)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_there_are_seventeen_bodies_in_one_tree_with_county_zone_and_township() -> None:
    assert len(AGENCIES) == 17
    assert [a.key for a in AGENCIES if a.parent is None] == ["office"]
    assert all(a.parent in BY_KEY for a in AGENCIES if a.parent)
    assert {a.level for a in AGENCIES} == {"city", "county", "zone", "township"}
    assert all("（演示）" in a.name for a in AGENCIES)


def test_codes_hold_and_no_register_can_have_issued_them(everyone) -> None:
    assert len({one.code for one in everyone}) == COUNT
    for code in [one.code for one in everyone] + [a.code for a in AGENCIES]:
        verdict = judge(code)
        assert verdict.valid
        assert verdict.warnings == (CodeWarning.DIVISION,)


def test_every_part_of_the_register_is_there(everyone) -> None:
    assert {one.code[:2] for one in everyone} == {"91", "92", "93", "12", "51", "52"}
    assert any(one.code.isdigit() for one in everyone)
    assert all(one.representative.startswith("演示") for one in everyone)


def test_one_name_in_the_city_belongs_to_two_codes(everyone) -> None:
    assert COUNT - len({one.name for one in everyone}) == 1


def test_no_name_is_that_of_a_real_company(everyone, shared_data: Path) -> None:
    folder = shared_data / "company-names"
    real = {
        line.split()[0]
        for path in folder.glob("*.txt")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    }
    assert len(real) > 500
    assert real & {one.name for one in everyone} == set()


def test_deliveries_stand_in_the_order_of_their_days_and_share_them_among_agencies(city) -> None:
    assert [d.sent for d in city] == sorted(d.sent for d in city)
    assert [d.number for d in city] == list(range(1, len(city) + 1))
    for day in by_day(city[:-1]):
        assert len({d.agency.key for d in day}) == len(day)
    assert sum(len(day) > TOGETHER for day in by_day(city)) <= 1


def test_the_years_lie_on_both_sides_of_every_change_of_the_law(city: list[Delivery]) -> None:
    days = {decided(row) for d in city[:-1] for row in d.rows if decided(row)}
    for boundary in ("2017-07-31", "2019-07-01", "2023-05-01", "2026-04-01"):
        near = {
            day for day in days if abs((date.fromisoformat(day) - date.fromisoformat(boundary)).days) <= 8
        }
        assert min(near) < boundary <= max(near)
    assert max(days) <= LAST_DAY.isoformat()
    assert min(day for d in city if d.profile == "report" for r in d.rows if (day := decided(r))) < str(
        FIRST_DAY
    )


def test_nothing_is_decided_after_it_was_sent(city: list[Delivery]) -> None:
    for delivery in city:
        assert all(decided(row) <= delivery.sent.at.date().isoformat() for row in delivery.rows)


def test_rows_about_persons_name_nobody(city: list[Delivery]) -> None:
    rows = [(row, "CF" if "CF_WSH" in row else "XK") for d in city for row in d.rows]
    persons = [(row, item) for row, item in rows if row[f"{item}_XDR_LB"] == PERSON]
    assert share.PERSONS // 2 < len(persons) * share.MILLION // len(rows) < share.PERSONS * 2
    for row, item in persons:
        assert row[f"{item}_XDR_MC"].startswith("演示")
        assert f"{item}_XDR_SHXYM" not in row
        assert row[f"{item}_XDR_ZJHM"][:14] == "11999920990101"
        assert mask(row[f"{item}_XDR_ZJHM"])[1] == 1


def test_every_kind_of_accident_happens(city: list[Delivery]) -> None:
    rows = [row for d in city for row in d.rows]
    codes = [row.get("CF_XDR_SHXYM", row.get("XK_XDR_SHXYM", "")) for row in rows]
    verdicts = {judge(code).verdict for code in codes if code}
    assert verdicts >= set(CodeVerdict) - {CodeVerdict.UNKNOWN_AUTHORITY}
    assert any(judge(code).suggestion for code in codes)
    assert any(code != code.upper() for code in codes)
    names = [row.get("CF_XDR_MC", row.get("XK_XDR_MC", "")) for row in rows]
    assert any("(" in name for name in names)
    assert any(name != name.strip() for name in names)
    assert any(NUMERIC in row for row in rows)
    assert any(row.get("X_PROCEDURE") == SUMMARY for row in rows)
    assert any(row.get("CF_CFLB") == "" for row in rows) or any(row.get("XK_NR") == "" for row in rows)
    assert any("罚款" in row.get("CF_CFLB", "") and not row.get("CF_NR_FK") for row in rows)
    assert any(mask(row.get("CF_SY", ""))[1] for row in rows) or any(
        mask(row.get("XK_NR", ""))[1] for row in rows
    )
    assert len(ACCIDENTS) == 16


def test_a_mistyped_code_fails_its_check_and_an_odd_one_must_be_confirmed(everyone) -> None:
    assert judge(mistyped(everyone[1].code, 9)).verdict is CodeVerdict.WRONG_CHECK
    assert judge(implausible("91", "00", 7)).verdict is CodeVerdict.IMPLAUSIBLE


@pytest.mark.parametrize("yuan", [500, 1_010, 20_000, 30_500, 48_000, 100_300, 1_000_000, 12_345_678])
def test_sums_in_words_are_read_as_the_sum_they_say(yuan: int) -> None:
    found = derive(f"处以罚款人民币{in_words(yuan)}元整")
    assert found.fine_yuan == yuan
    assert int(float(in_wan(yuan)) * 10_000 + 0.5) == yuan
