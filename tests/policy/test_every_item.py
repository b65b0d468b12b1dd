"""Every item of every pack through the intake's own reading and checking: a right row is taken, and each
broken rule is found by its own id, with field, what was found and what is expected."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.policy.rows_of_items import Cell, broken, emptied, right

from xinheng.evidence.intake import checks, readers, split
from xinheng.evidence.intake.model import Limits
from xinheng.evidence.intake.normalise import normalised_sql
from xinheng.evidence.intake.record_key import MacBlocks
from xinheng.ground.engine import Engine
from xinheng.law.model import Check, Item
from xinheng.law.packs import Pack, load, shipped

PACKS = sorted(head.parent.name for head in shipped().glob("*/pack.yaml"))
DAY = date(2026, 11, 20)
MACS = MacBlocks(b"i" * 64, b"o" * 64)


@dataclasses.dataclass
class Sheet:
    """The rows of one item, and what the checks of all profiles said of each."""

    item: Item
    rows: list[dict[str, Cell]]
    of: list[Check | None]  # the check that a row breaks; None: a right row
    found: list[tuple[int, list[dict[str, Any]]]] = dataclasses.field(default_factory=list)


@pytest.fixture(scope="module")
def packs() -> dict[str, Pack]:
    return {name: load(name, [shipped()], verify=True) for name in PACKS}


def own(pack: Pack) -> Iterator[tuple[Item, tuple[Check, ...]]]:
    """Items with the checks that this pack itself brings."""
    for item in pack.items.values():
        mine = tuple(c for c in item.checks if c.pack == pack.name)
        if not item.secret and (mine or item.pack == pack.name):
            yield item, mine


def sheets(pack: Pack) -> Iterator[Sheet]:
    for item, mine in own(pack):
        sheet = Sheet(item, [right(item)], [None])
        for check in mine:
            empty = check.examples and not any(e.given for e in check.examples if e.fails and e.applies)
            rows = [emptied(item, check)] if empty else list(broken(item, check))
            sheet.rows += rows
            sheet.of += [check] * len(rows)
        yield sheet


def every_rule(item: Item) -> tuple[checks.Rule, ...]:
    """The rules of both profiles at once: what one asks for does not contradict the other."""
    report = checks.rules(item, "report", DAY)
    known = {rule.id for rule in report}
    return (*report, *(rule for rule in checks.rules(item, "collected", DAY) if rule.id not in known))


def check_all(engine: Engine, folder: Path, given: list[Sheet]) -> None:
    """One run of the engine for all sheets: the statements of the intake, one after another."""
    statements, queries = [], []
    for number, sheet in enumerate(given):
        place = folder / f"{number}"
        place.mkdir()
        path = place / "rows.jsonl"
        path.write_text("\n".join(json.dumps(row) for row in sheet.rows), encoding="utf-8")
        staged = readers.stage(path, place, sheet.item, engine, readers.Reading({}, None, Limits()))
        plan = every_rule(sheet.item)
        this = split.Split(staged, sheet.item, plan, DAY, MACS, reported=True)
        statements.append(split.check_statement(this, normalised_sql(staged, sheet.item)))
        said = f"'[' || {checks.results_sql(plan)} || ']'"
        queries.append(f"SELECT fate, {said} FROM ({this.rows_sql()}) ORDER BY line")
    for sheet, rows in zip(given, engine.run(folder, statements, queries), strict=True):
        sheet.found = [(fate, json.loads(said)) for fate, said in rows]


@pytest.fixture(scope="module")
def checked(packs: dict[str, Pack], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Sheet]]:
    given = {name: list(sheets(pack)) for name, pack in packs.items()}
    folder = tmp_path_factory.mktemp("every-item")
    with Engine(800, seconds=120) as engine:
        check_all(engine, folder, [sheet for listed in given.values() for sheet in listed])
    return given


@pytest.mark.parametrize("name", PACKS)
def test_a_right_row_of_every_item_is_taken(checked: dict[str, list[Sheet]], name: str) -> None:
    wrong = {
        sheet.item.id: [c["id"] for c in said]
        for sheet in checked[name]
        for fate, said in sheet.found[:1]
        if fate != split.CANDIDATE or said
    }
    assert wrong == {}


@pytest.mark.parametrize("name", PACKS)
def test_each_broken_rule_is_found_by_its_own_id(checked: dict[str, list[Sheet]], name: str) -> None:
    missed = []
    for sheet in checked[name]:
        caught = {}
        for check, (_, said) in zip(sheet.of, sheet.found, strict=True):
            if check is not None:
                caught[check.id] = caught.get(check.id, False) or any(c["id"] == check.id for c in said)
        missed += [check for check, found in caught.items() if not found]
    assert missed == []


@pytest.mark.parametrize("name", PACKS)
def test_what_failed_says_field_found_and_expected(checked: dict[str, list[Sheet]], name: str) -> None:
    for sheet in checked[name]:
        names = {f.code: f.name for f in sheet.item.fields}
        for row, (_, said) in zip(sheet.rows, sheet.found, strict=True):
            for one in said:
                assert one["field"] in names, one
                assert one["expected"], one
                assert "{" not in one["message"], one
                assert one["message"] != one["expected"], one
                if one["found"] is None:
                    assert not str(row.get(one["field"], "")).strip("\0 无空"), one


@pytest.mark.parametrize("name", PACKS)
def test_no_check_of_a_pack_is_left_out(
    checked: dict[str, list[Sheet]], packs: dict[str, Pack], name: str
) -> None:
    tried = {check.id for sheet in checked[name] for check in sheet.of if check is not None}
    assert tried == {check.id for _, mine in own(packs[name]) for check in mine}
