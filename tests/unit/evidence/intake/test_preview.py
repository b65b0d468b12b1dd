"""The preview's sample rows: as they would be taken, and nothing about natural persons in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import SteppingClock
from tests.sending import AUTHORITY, row, write

from xinheng.evidence.intake.model import Request
from xinheng.evidence.intake.preview import SAMPLES, Bench, Look, looked_through
from xinheng.ground.engine import Engine
from xinheng.law.packs import Pack

IDENTITY = "11010519491231002X"


@pytest.fixture
def bench(engine: Engine, national: Pack, clock: SteppingClock, tmp_path: Path) -> Bench:
    return Bench(engine, national, clock, tmp_path / "incoming")


def looked(bench: Bench, folder: Path, *rows: dict[str, str], **more: object) -> Look:
    path = write(folder / "sheet.csv", rows)
    with looked_through(bench, Request(path, path.name, "penalty", **more)) as look:  # type: ignore[arg-type]
        return look


PERSON = {"CF_XDR_MC": "赵某", "CF_XDR_LB": "自然人", "CF_XDR_SHXYM": "", "CF_FRDB": ""}


def test_rows_are_shown_in_their_normal_form(bench: Bench, tmp_path: Path) -> None:
    given = row(1, CF_JDRQ="2026年11月2日", CF_XDR_MC="清河第1号商贸（集团）有限公司 ")
    look = looked(bench, tmp_path, given)
    (sample,) = look.samples
    assert sample.line == 2
    assert sample.fields["CF_JDRQ"] == "2026-11-02"
    assert look.cells["CF_JDRQ"] == ("2026年11月2日",)
    assert "CF_XKZH" not in sample.fields
    assert sample.shown
    assert sample.reported


def test_returned_rows_and_persons_are_in_no_sample(bench: Bench, tmp_path: Path) -> None:
    wrong = row(2, CF_CFLB="罚")
    look = looked(bench, tmp_path, row(1, **PERSON), wrong, row(3))
    assert [s.line for s in look.samples] == [4]
    assert look.receipt.counts.persons == 1
    assert "赵某" not in repr(look)
    assert look.cells["CF_CFLB"] == ("罚", "罚款")


def test_a_row_that_the_file_says_twice_is_shown_once(bench: Bench, tmp_path: Path) -> None:
    look = looked(bench, tmp_path, row(1), row(1), row(2), row(2, CF_NR_FK="9"))
    assert [s.line for s in look.samples] == [2]


def test_no_more_than_a_handful(bench: Bench, tmp_path: Path) -> None:
    look = looked(bench, tmp_path, *(row(n) for n in range(1, 3 * SAMPLES)))
    assert [s.line for s in look.samples] == list(range(2, 2 + SAMPLES))
    assert all(len(cells) == 3 for header, cells in look.cells.items() if header == "CF_WSH")


def test_identity_numbers_are_masked_wherever_they_stand(bench: Bench, tmp_path: Path) -> None:
    look = looked(
        bench,
        tmp_path,
        row(1, CF_SY=f"负责人李四（{IDENTITY}）发布虚假广告", 备注栏=f"证件 {IDENTITY}", 证件号码=IDENTITY),
    )
    assert IDENTITY not in repr(look)
    assert "证件号码" not in look.cells
    assert look.cells["备注栏"]


def test_marks_say_what_is_not_shown(bench: Bench, tmp_path: Path) -> None:
    look = looked(bench, tmp_path, row(1, CF_SY="其" * 3000), profile="collected")
    (sample,) = look.samples
    assert not sample.reported
    assert all(c.severity.value != "return" for c in sample.checks)


def test_authority_of_the_sheet_is_there(bench: Bench, tmp_path: Path) -> None:
    assert looked(bench, tmp_path, row(1)).samples[0].fields["CF_CFJG"] == AUTHORITY
