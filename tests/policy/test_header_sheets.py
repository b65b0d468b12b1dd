"""All published sheets map without a hand."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from xinheng.law.headers import resolve
from xinheng.law.model import Item
from xinheng.law.packs import load, shipped

SHEETS = Path(__file__).resolve().parents[3] / "shared" / "data" / "headers"
PENALTIES = SHEETS.parent / "penalties-cn" / "penalties-a-handed.csv"


@pytest.fixture(scope="module")
def items() -> dict[str, Item]:
    pack = load("national", [shipped()])
    return {"penalty": pack.item("penalty"), "permit": pack.item("permit")}


@pytest.mark.parametrize(
    ("sheet", "item", "column", "count"),
    [
        ("double-publicity-penalty-early.csv", "penalty", "header", 21),
        ("double-publicity-permit-2018.csv", "permit", "header", 27),
        ("penalty-header-synonyms.csv", "penalty", "header_as_published", 68),
    ],
)
def test_every_header_of_the_sheet_maps_to_its_target(
    items: dict[str, Item], sheet: str, item: str, column: str, count: int
) -> None:
    if not (SHEETS / sheet).exists():
        pytest.skip("the published header sheets (shared/data/headers) are not here")
    with (SHEETS / sheet).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == count
    found = {row[column]: resolve(items[item], row[column]) for row in rows}
    assert {h: t.target for h, t in found.items()} == {row[column]: row["target"] for row in rows}
    in_yuan = {row[column] for row in rows if "10 000" in (row.get("note") or "")}
    assert {h for h, t in found.items() if t.divide_by == 10_000} == in_yuan


def test_the_sheet_of_real_penalties_maps(items: dict[str, Item]) -> None:
    if not PENALTIES.exists():
        pytest.skip("the published penalties (shared/data/penalties-cn) are not here")
    with PENALTIES.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    assert {h: resolve(items["penalty"], h).target for h in header} == {
        "处罚决定书文号": "CF_WSH",
        "处罚机关": "CF_CFJG",
        "处罚决定日期": "CF_JDRQ",
        "处罚内容": "CF_NR",
        "处罚依据或事由": "CF_YJ",
        "数据来源": "CF_SJLY",
        "expected_fine_yuan": "unmapped",
        "expected_confiscation_yuan": "unmapped",
    }


@pytest.mark.parametrize(
    ("item", "header", "target"),
    [
        ("permit", "XK_XDR", "XK_XDR_MC"),
        ("permit", "XK_SPLB", "XK_XKLB"),
        ("permit", "XK_FR", "XK_FRDB"),
        ("permit", "XK_XZJG", "XK_XKJG"),
        ("permit", "XK_JZQ", "XK_YXQZI"),
        ("permit", "XK_XDR_ZDM", "XK_XDR_ZZJG"),
        ("permit", "XK_XDR_GSDJ", "XK_XDR_GSZC"),
        ("permit", "XK_XDR_SFZ", "dropped"),
        ("permit", "XK_XMMC", "ignored"),
        ("permit", "XK_SYFW", "X_SCOPE"),
        ("penalty", "CF_CFMC", "ignored"),
        ("penalty", "CF_CFLB1", "CF_CFLB"),
        ("penalty", "CF_CFLB2", "CF_CFLB"),
        ("penalty", "CF_JG", "CF_NR"),
        ("penalty", "CF_FR", "CF_FRDB"),
        ("penalty", "CF_XZJG", "CF_CFJG"),
        ("penalty", "CF_FR_SFZH", "dropped"),
        ("penalty", "CF_SYFW", "X_SCOPE"),
        ("penalty", "DFBM", "ignored"),
        ("penalty", "SJC", "ignored"),
    ],
)
def test_codes_of_the_2016_template_map(items: dict[str, Item], item: str, header: str, target: str) -> None:
    assert resolve(items[item], header).target == target


def test_every_field_maps_by_its_code_and_by_its_name(items: dict[str, Item]) -> None:
    for item in items.values():
        for field in item.fields:
            target = "dropped" if field.dropped else field.code
            assert resolve(item, field.code).target == target
            assert resolve(item, field.name).target == target
