"""Nothing is lost, nothing is there twice, and the order stays, whatever the list is."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date
from uuid import UUID

from hypothesis import HealthCheck, example, settings
from hypothesis import given as drawn
from hypothesis import strategies as st
from tests.unit.outward.suspicions import lists as given
from tests.unit.outward.suspicions.instance import Place

from xinheng.office.access.model import DatedName, Standing
from xinheng.office.access.model_tree import By, Links, Under
from xinheng.outward.suspicions import answering, returning, store
from xinheng.outward.suspicions.model import Filter, Outcome, Said, State
from xinheng.outward.suspicions.model_lists import TO_FILL, Column, SheetColumn, answered, filled
from xinheng.outward.suspicions.routing import Names, path

BODIES = (given.MARKET, given.ENVIRONMENT, given.COUNTY_MARKET, "别处的某某局", "")
CELLS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=8)
TARGETS = st.sampled_from([*(c.value for c in Column), "kept", "dropped"])


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@drawn(st.lists(st.tuples(st.sampled_from(BODIES), st.booleans(), CELLS), min_size=1, max_size=12))
def test_every_line_is_in_one_hand_and_comes_back_in_its_place(
    place: Place,
    drawn_rows: list[tuple[str, bool, str]],
) -> None:
    rows = [
        given.row(n, body, "赵某" if person else "", 省级备注=remark)
        for n, (body, person, remark) in enumerate(drawn_rows)
    ]
    place.clock.step(seconds=1)
    content = given.as_csv(rows) + f",,,,,,,,,,,,{place.clock.now().at.timestamp()}\r\n".encode()
    of = place.keep(place.read(content))
    asked = sum(not person for _, person, _ in drawn_rows)
    done = place.split(of, deep=True)
    there = store.listed(place.tx, Filter(list_id=of.list_id), 100)
    assert len(there) == asked == done.total + done.unknown + done.ambiguous
    assert Counter(s.hand for s in there) == Counter(
        {place[code]: n for code in ("SJJ", "HBJ", "JX", "CITY") if (n := _expected(drawn_rows, code))}
    )
    assert place.split(of).total == 0
    for code in ("SJJ", "HBJ", "JX"):
        mine = [s.suspicion for s in there if s.hand == place[code]]
        if mine:
            place.answer(code, Said(Outcome.NOT_DUE, "不属报送范围"), mine)
    county = [s.suspicion for s in there if s.hand == place["JX"]]
    if county:
        answering.accept(place.tx, county, place.actor("COUNTY"), place.clock)
    assert {s.state for s in store.by_ids(place.tx, county)} <= {State.ANSWERED}
    back = returning.as_csv(of, returning.returned(place.tx, of)).decode("utf-8-sig")
    got = list(csv.reader(io.StringIO(back)))[3:]
    assert len(got) == len(rows) + 1
    for (_, person, _), sent, received in zip(drawn_rows, rows, got, strict=False):
        dropped = given.HEADER.index("法定代表人")
        kept = ["" if at == dropped else cell for at, cell in enumerate(sent)]
        assert received[4] == sent[4]
        assert person or received == kept


def _expected(rows: list[tuple[str, bool, str]], code: str) -> int:
    bodies = {"SJJ": given.MARKET, "HBJ": given.ENVIRONMENT, "JX": given.COUNTY_MARKET}
    asked = [body for body, person, _ in rows if not person]
    if code != "CITY":
        return asked.count(bodies[code])
    return sum(body not in bodies.values() for body in asked)


@drawn(
    st.lists(st.tuples(TARGETS, CELLS), max_size=12), st.booleans(), st.sampled_from([None, *Outcome]), CELLS
)
@example([("number", "甲1号"), ("result", "")], True, None, "")
def test_only_the_columns_to_be_filled_change(
    drawn_columns: list[tuple[str, str]], person: bool, outcome: Outcome | None, note: str
) -> None:
    columns = [SheetColumn(f"第{n}列", target, "") for n, (target, _) in enumerate(drawn_columns)]
    cells = tuple(cell for _, cell in drawn_columns)
    row = filled(columns, None if person else cells, answered(outcome, note, ()), "文号")
    assert len(row) == len(columns)
    fill = {c.value for c in TO_FILL}
    for column, before, after in zip(columns, cells, row, strict=True):
        if column.target in fill:
            continue
        assert after == (("文号" if column.target == "number" else "") if person else before)


OFFICE, COUNTY, UNIT, OTHER, LINE = (UUID(int=n) for n in range(1, 6))
DAY = date(2026, 11, 20)
LINKS = Links(
    (
        Under(OFFICE, By.PLACE, None, DAY, None),
        Under(COUNTY, By.PLACE, OFFICE, DAY, None),
        Under(UNIT, By.PLACE, COUNTY, DAY, None),
        Under(OTHER, By.PLACE, None, DAY, None),
        Under(LINE, By.PLACE, OTHER, DAY, None),
        Under(LINE, By.LINE, OFFICE, DAY, None),
    )
)


def test_the_way_down_goes_through_every_office_between() -> None:
    offices = {OFFICE, COUNTY}
    assert path(LINKS, OFFICE, UNIT, offices, DAY) == (COUNTY, UNIT)
    assert path(LINKS, OFFICE, UNIT, {OFFICE}, DAY) == (UNIT,)
    assert path(LINKS, OFFICE, COUNTY, offices, DAY) == (COUNTY,)
    assert path(LINKS, OFFICE, OTHER, offices, DAY) == ()
    assert path(LINKS, OFFICE, OFFICE, offices, DAY) == ()
    assert path(LINKS, OFFICE, LINE, offices, DAY) == (LINE,)


def standing(agency: UUID, code: str, *names: DatedName, authorities: tuple[DatedName, ...] = ()) -> Standing:
    class Body:
        pass

    body = Body()
    body.agency = agency  # type: ignore[attr-defined]
    return Standing(body, (agency,), (code,), names, authorities)  # type: ignore[arg-type]


def test_a_name_means_who_bore_it_then() -> None:
    since, until = date(2000, 1, 1), date(2020, 1, 1)
    names = Names.of(
        [
            standing(UNIT, "A1", DatedName("工商局", since, until), DatedName("市场局", until, None)),
            standing(OTHER, "B2", DatedName("工商局", until, None)),
            standing(
                LINE, "C3", DatedName("税务局", since, None), authorities=(DatedName("市场局", since, None),)
            ),
        ]
    )
    assert names.meant(" 工商局", None, date(2019, 5, 1)) == {UNIT}
    assert names.meant("工商局", None, date(2021, 5, 1)) == {OTHER}
    assert names.meant("工商局", None, None) == {UNIT, OTHER}
    assert names.meant("市场局", None, date(1990, 1, 1)) == {UNIT}
    assert names.meant("市场局", "c3", None) == {LINE}
    assert names.meant("没有的局", None, None) == frozenset()
    assert names.meant("", None, None) == frozenset()
