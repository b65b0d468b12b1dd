"""A long file's usual rows are told apart first: every row comes out as it does the full way."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.unit.evidence.intake.test_normalise import NASTY

from xinheng.core.uscc import check_character, organisation_check
from xinheng.evidence.intake import checks, drafting
from xinheng.evidence.intake.drafting import Draft
from xinheng.evidence.intake.model import Request
from xinheng.evidence.intake.record_key import MacBlocks
from xinheng.ground.engine import Engine
from xinheng.law import packs
from xinheng.law.packs import Pack

DAY = date(2026, 11, 20)
ROWS = 400


@pytest.fixture(scope="module")
def bench() -> Iterator[tuple[Engine, Pack]]:
    with Engine(600, 2) as warm:
        yield warm, packs.load("national", [packs.shipped()])


def code(number: int) -> str:
    body = f"{number:08d}"
    first = "91420100" + body + organisation_check(body)
    return first + check_character(first)


USUAL: dict[str, tuple[str, ...]] = {
    "CF_XDR_MC": ("示例商贸有限公司", "示例（武汉）商贸有限公司"),
    "CF_XDR_LB": ("法人及非法人组织", "个体工商户"),
    "CF_XDR_SHXYM": tuple(code(n) for n in range(20)),
    "CF_XDR_ZZJG": ("", "00000019-5"),
    "CF_FRDB": ("李四", ""),
    "CF_WSH": ("示市监罚〔2024〕1号", "示市监罚〔2024〕2号"),
    "CF_WFXW": ("违反广告管理规定",),
    "CF_SY": ("经查属实", ""),
    "CF_YJ": ("《中华人民共和国广告法》第五十五条",),
    "CF_CFLB": ("罚款", "警告；罚款", "警告、罚款", "警告"),
    "CF_NR": ("罚款1000元",),
    "CF_NR_FK": ("0.1", "0.100000", "1", ""),
    "CF_JDRQ": ("2024-01-02", "2024/01/02", "2018-07-01", "2027-01-01"),
    "CF_YXQ": ("2099/12/31", "长期"),
    "CF_GSJZQ": ("2025-01-02", "2023-01-02", ""),
    "CF_CFJG": ("示例市市场监督管理局",),
    "CF_CFJGDM": (code(1),),
    "CF_SJLY": ("示例市市场监督管理局", ""),
    "CF_SJLYDM": (code(1),),
    "备注2": ("甲", ""),
}


def sheet(path: Path, seed: int, left_out: tuple[str, ...]) -> Path:
    chance = random.Random(seed)
    headers = [h for h in USUAL if h not in left_out]
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(headers)
        for _ in range(ROWS):
            row = [chance.choice(USUAL[h] if chance.random() < 0.98 else NASTY) for h in headers]
            writer.writerow(row)
    return path


def drafted(
    path: Path, engine: Engine, pack: Pack, constants: dict[str, str]
) -> tuple[Draft, dict[str, Any]]:
    folder = path.parent / f"work-{drafting.LONG}"
    folder.mkdir()
    request = Request(path, path.name, "penalty", constants=constants)
    macs = MacBlocks(b"i" * 64, b"o" * 64)
    found = drafting.draft(request, drafting.rules(pack, request, DAY), folder, engine, macs)
    this = found.split
    columns = ["line", "fate", "masked", "dropped", "fault", "cells", "named_record", "named_case"]
    columns += ["shown_mark", "reported_mark", *(f'"{f.code}"' for f in this.item.fields)]
    columns += checks.bitmap_columns(this.plan)
    order = "ORDER BY line" if this.parted else ""  # else the order of the file is theirs already
    rows = engine.run(folder, [], [f"SELECT {', '.join(columns)} FROM ({this.rows_sql()}) {order}"])[0]
    return found, {
        "rows": rows,
        "counts": (found.rows, found.candidates, found.persons, found.masked, found.dropped),
        "checks": found.checks,
        "authorities": sorted(map(repr, found.authorities)),
    }


@pytest.fixture(params=[0, 10**9], ids=["apart", "together"])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the parts stay apart."""
    monkeypatch.setattr(drafting, "FEW", request.param)
    return request.param == 0


@pytest.mark.parametrize(
    ("seed", "left_out", "constants"),
    [
        (1, (), {}),
        (2, ("CF_FRDB", "CF_SJLY"), {"CF_SJLY": "示例市局"}),
        (3, ("CF_NR_FK",), {"CF_YXQ": "长期"}),
    ],
)
def test_rows_told_apart_first_come_out_as_the_full_way(
    tmp_path: Path,
    bench: tuple[Engine, Pack],
    monkeypatch: pytest.MonkeyPatch,
    few: bool,
    seed: int,
    left_out: tuple[str, ...],
    constants: dict[str, str],
) -> None:
    path = sheet(tmp_path / "sheet.csv", seed, left_out)
    whole, full = drafted(path, *bench, constants)
    monkeypatch.setattr(drafting, "LONG", 10)
    monkeypatch.setattr(drafting, "WORTH", 10**9)
    parted, apart = drafted(path, *bench, constants)
    assert whole.split.parted is None
    assert (parted.split.parted is not None) is few
    assert apart == full
    usual = bench[0].run(parted.folder, [], [f"SELECT count(*) FROM '{parted.split.first}' WHERE usual"])
    assert 0 < usual[0][0][0] < ROWS


def test_a_file_without_a_required_column_goes_the_full_way(
    tmp_path: Path, bench: tuple[Engine, Pack], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafting, "LONG", 10)
    monkeypatch.setattr(drafting, "WORTH", 10**9)
    found, _ = drafted(sheet(tmp_path / "sheet.csv", 4, ("CF_NR", "CF_JDRQ")), *bench, {})
    assert found.split.parted is None
    assert found.candidates == 0
