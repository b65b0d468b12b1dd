"""The other items of the city: right rows, as the intake reads them, of every class."""

from __future__ import annotations

from pathlib import Path

from tests.policy.test_every_item import DAY, Sheet, check_all

from xinheng.core.uscc import judge
from xinheng.evidence.intake import checks
from xinheng.faces.app.demo import others
from xinheng.faces.app.demo.other_sheets import headers_of
from xinheng.faces.app.demo.plan import TOGETHER, by_day, in_order
from xinheng.ground.engine import Engine
from xinheng.law.headers import resolve
from xinheng.law.kinds import ADMINISTRATIVE, SourceClass
from xinheng.law.packs import load, shipped

PACK = load("national", [shipped()])


def test_the_rows_are_right_and_their_headers_those_of_the_pack(tmp_path: Path) -> None:
    sheets = []
    for delivery in others.deliveries():
        item = PACK.item(delivery.item)
        heads = headers_of(item.id)
        assert {resolve(item, head).target for head, _ in heads} == {code for _, code in heads}
        assert {code for row in delivery.rows for code in row} <= {code for _, code in heads}
        by_head = [{head: row.get(code, "") for head, code in heads} for row in delivery.rows]
        sheets.append(Sheet(item, by_head, [None] * len(by_head)))
    with Engine(800, seconds=120) as engine:
        check_all(engine, tmp_path, sheets)
    wrong = []
    for sheet in sheets:  # checked under both profiles at once; these come as reports
        report = {rule.id for rule in checks.rules(sheet.item, "report", DAY)}
        wrong += [one for _, said in sheet.found for one in said if one["id"] in report]
    # sent on 5 November; the day of these checks is after the end of one licence
    wrong = [one for one in wrong if one["found"] != others.ENDED]
    assert {(one["id"], one["field"], one["found"], one["expected"]) for one in wrong} == set()


def test_every_class_a_utility_an_association_and_bought_data_are_among_them() -> None:
    found = others.deliveries()
    items = [PACK.item(d.item) for d in found]
    assert {i.kind for i in items} | {PACK.item(i).kind for i in ("penalty", "permit")} >= set(ADMINISTRATIVE)
    assert {d.agency.kind for d in found} >= {"agency", "utility", "association", "office"}
    assert {i.source for i in items} == set(SourceClass)
    for day in by_day(in_order(found)):
        assert len({d.agency.key for d in day}) == len(day) <= TOGETHER
    assert all(judge(d.agency.code).valid for d in found)
