"""A long file's usual rows are told apart first: every row comes out as it does the full way."""

from __future__ import annotations

import csv
import hashlib
import io
import random
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.unit.evidence.intake.test_normalise import NASTY

from xinheng.core.uscc import check_character, organisation_check
from xinheng.evidence.intake import checking, checks, csv_reader, drafting
from xinheng.evidence.intake.drafting import Draft
from xinheng.evidence.intake.first_pass import FirstPass
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
    folder = path.parent / f"work-{checking.LONG}-{csv_reader.LONG_BYTES}"
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
    seed: int,
    left_out: tuple[str, ...],
    constants: dict[str, str],
) -> None:
    path = sheet(tmp_path / "sheet.csv", seed, left_out)
    whole, full = drafted(path, *bench, constants)
    monkeypatch.setattr(checking, "LONG", 10)
    monkeypatch.setattr(checking, "WORTH", 10**9)
    parted, apart = drafted(path, *bench, constants)
    assert whole.split.parted is None
    assert parted.split.parted is not None
    assert apart == full
    usual = bench[0].run(parted.folder, [], [f"SELECT count(*) FROM '{parted.split.first}' WHERE usual"])
    assert 0 < usual[0][0][0] < ROWS


def plain(rows: int = 60) -> list[list[str]]:
    """Header and usual rows, each another decision."""
    headers = ["CF_XDR_MC", "CF_XDR_LB", "CF_XDR_SHXYM", "CF_WSH", "CF_WFXW", "CF_SY", "CF_YJ", "CF_CFLB"]
    headers += ["CF_NR", "CF_NR_FK", "CF_JDRQ", "CF_YXQ", "CF_CFJG", "CF_CFJGDM", "CF_SJLY", "CF_SJLYDM"]
    body = [[USUAL[h][0] or "经查" for h in headers] for _ in range(rows)]
    for i, row in enumerate(body):
        row[3] = f"示市监罚〔2024〕{i}号"
    return [headers, *body]


def written(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def blank_row() -> bytes:
    rows = plain()
    return written([*rows[:40], ["", "　", *[""] * 14], *rows[40:]])


def line_breaks() -> bytes:
    rows = plain()
    rows[30][5] = "经查：\n一、属实\n二、属实"
    return written(rows)


def stray_quote() -> bytes:
    return written(plain()).replace("示市监罚〔2024〕30号".encode(), '"示市监罚〔2024〕30号'.encode())


# what follows is seen after the head of the file alone: `HEAD_BYTES` of it
LATE = {
    "regular": (written(plain()), True),
    "line breaks": (line_breaks(), True),
    "a blank row": (blank_row(), False),
    "a blank line": (written(plain()).replace(b"\r\n", b"\n\n", 41).replace(b"\n\n", b"\n", 40), False),
    "a stray quote": (stray_quote(), False),
    "a short row": (written(plain()) + b"1,2\r\n", False),
    "a NUL": (written(plain()).replace("〕30号".encode(), b"\0"), False),
    "GB18030": (written(plain()).decode().encode("gb18030"), False),
}


@pytest.mark.parametrize("content", LATE)
def test_what_was_found_ahead_of_the_survey_counts_only_where_the_survey_bears_it_out(
    tmp_path: Path, bench: tuple[Engine, Pack], monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes(LATE[content][0])
    _, told = drafted(path, *bench, {})
    monkeypatch.setattr(csv_reader, "LONG_BYTES", 0)
    monkeypatch.setattr(csv_reader, "HEAD_BYTES", 200)
    found, ahead = drafted(path, *bench, {})
    assert ahead == told
    assert (found.split.parted is not None) is LATE[content][1]
    assert found.split.staged.rows == found.rows
    assert found.split.staged.file_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_only_cells_that_are_usual_alone_and_pass_their_rules_are_spared(
    tmp_path: Path, bench: tuple[Engine, Pack], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_reader, "LONG_BYTES", 0)
    passes: list[FirstPass] = []
    knowing = FirstPass.knowing
    monkeypatch.setattr(FirstPass, "knowing", lambda *said: passes.append(knowing(*said)) or passes[-1])
    rows = plain()
    header = rows[0]
    # a blank, a word for nothing, no listed value, another spelling of one, no day, no sum, too long a text
    odd = {"CF_SY": "经查 属实", "CF_YJ": "无", "CF_XDR_LB": "企业", "CF_CFLB": "警告、罚款"}
    odd |= {"CF_JDRQ": "2024-13-01", "CF_NR_FK": "1千", "CF_SJLY": "局" * 201, "CF_XDR_SHXYM": "9142"}
    for column, text in odd.items():
        for row in rows[1:31]:
            row[header.index(column)] = text
    path = tmp_path / "sheet.csv"
    path.write_bytes(written(rows))
    drafted(path, *bench, {})
    found = {header[column]: cells for column, cells in passes[0].familiar.items()}
    assert found == {h: (USUAL[h][0] or "经查",) for h in header if h != "CF_WSH"}


def test_a_regular_file_is_scanned_once(
    tmp_path: Path, bench: tuple[Engine, Pack], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_reader, "LONG_BYTES", 0)
    asked: list[str] = []
    ask = bench[0].run

    def run(folder: Path, statements: Sequence[str], queries: Sequence[str] = ()) -> list[list[Any]]:
        asked.extend(sql for sql in (*statements, *queries) if "read_csv" in sql and "LIMIT" not in sql)
        return ask(folder, statements, queries)

    monkeypatch.setattr(bench[0], "run", run)
    path = tmp_path / "sheet.csv"
    path.write_bytes(written(plain()))
    drafted(path, *bench, {})
    assert len(asked) == 1


def test_a_file_without_a_required_column_goes_the_full_way(
    tmp_path: Path, bench: tuple[Engine, Pack], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "LONG", 10)
    monkeypatch.setattr(checking, "WORTH", 10**9)
    found, _ = drafted(sheet(tmp_path / "sheet.csv", 4, ("CF_NR", "CF_JDRQ")), *bench, {})
    assert found.split.parted is None
    assert found.candidates == 0
