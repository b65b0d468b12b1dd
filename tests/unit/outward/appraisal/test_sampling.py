"""The draw: stable, a stranger's script draws the same, nobody is favoured; and the rates' intervals."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import ROOT

from xinheng.outward.appraisal import model_assessment as model
from xinheng.outward.appraisal import rates, sampling
from xinheng.outward.appraisal.rates import Stratum
from xinheng.outward.appraisal.sampling import Design, Unit

SCRIPT = ROOT / "docs" / "redraw_sample.py"


def design(least: int = 3, percent: int = 10) -> Design:
    return Design(
        "双公示季度评估",
        date(2026, 7, 1),
        date(2026, 10, 1),
        datetime(2026, 10, 8, 1, tzinfo=UTC),
        least,
        percent,
        "福彩双色球 2026-10-15 开奖号码",
        date(2026, 10, 15),
    )


def units(count: int) -> list[Unit]:
    return [
        Unit(str(UUID(int=7919 * n + 1)), ("SJJ", "HBJ", "JTJ")[n % 3], ("penalty", "permit")[n % 2])
        for n in range(count)
    ]


@given(st.permutations(units(20)), st.text("0123456789 ,+", min_size=4, max_size=20))
def test_the_order_in_which_records_come_changes_nothing(order: list[Unit], seed: str) -> None:
    frame = sampling.frame_text(design(), order)
    assert frame == sampling.frame_text(design(), units(20))
    assert sampling.draw(frame, seed) == sampling.draw(frame, seed)


@given(st.integers(0, 5000), st.integers(1, 40), st.integers(0, 100))
def test_a_stratum_gives_its_share_at_least_the_least_and_never_more_than_it_has(
    size: int, least: int, percent: int
) -> None:
    found = sampling.wanted(size, least, percent)
    assert found <= size
    assert found >= min(size, least)
    assert found * 100 >= min(size * 100, size * percent)


def test_a_stranger_draws_the_same_sample_from_frame_and_seed_alone(tmp_path: Path) -> None:
    frame = sampling.frame_text(design(), units(500))
    seed = "02 11 13 24 28 31 + 07"
    sample = sampling.draw(frame, seed)
    (tmp_path / "frame.json").write_bytes(frame)
    (tmp_path / "sample.json").write_bytes(sample)
    (tmp_path / "redraw.py").write_bytes(SCRIPT.read_bytes())

    def redraw(told: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "redraw.py", "frame.json", told, "sample.json"]
        return subprocess.run(
            command,
            cwd=tmp_path,
            env={"PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            text=True,
            check=False,
        )

    done = redraw(seed)
    assert (done.returncode, done.stderr) == (0, "same sample\n")
    drawn = [line.split("\t") for line in done.stdout.splitlines()]
    told = json.loads(sample)["lines"]
    assert drawn == [[str(ln["line"]), ln["agency"], ln["item"], ln["record"]] for ln in told]
    assert redraw(seed + " ").returncode == 1
    # a frame that was changed after its digest was published gives another sample
    (tmp_path / "frame.json").write_bytes(frame.replace(b'"percent":10', b'"percent": 10'))
    assert redraw(seed).returncode == 1


def test_every_record_is_drawn_as_often_as_any_other() -> None:
    """Chi-square over 600 seeds: 40 records of one stratum, 8 drawn each time; fixed seeds, so no chance."""
    frame = sampling.frame_text(
        design(8, 0), [Unit(str(UUID(int=n + 1)), "SJJ", "penalty") for n in range(40)]
    )
    drawn: Counter[str] = Counter()
    for n in range(600):
        drawn.update(line["record"] for line in json.loads(sampling.draw(frame, f"seed {n}"))["lines"])
    expected = Fraction(600 * 8, 40)
    chi = sum((drawn[str(UUID(int=n + 1))] - expected) ** 2 for n in range(40)) / expected
    # of each draw 8 of 40 are taken, so the sum spreads like 39 degrees of freedom times 0.8; 99.9 % below 73
    assert chi < 73
    assert chi > 5  # far evener than chance would be a fault as well


@pytest.mark.parametrize(
    ("right", "judged", "low", "high"),
    [
        # Wilson without continuity correction, worked out from the formula apart from this code
        (8, 10, "49.01", "94.34"),
        (0, 10, "0.00", "27.76"),
        (10, 10, "72.24", "100.00"),
        (263, 300, "83.46", "90.92"),
    ],
)
def test_the_interval_is_wilson_s_and_is_rounded_outwards(
    right: int, judged: int, low: str, high: str
) -> None:
    found = rates.rate([Stratum("SJJ", "penalty", 10_000, right, judged - right)])
    assert (found.low, found.high) == (Decimal(low), Decimal(high))


COUNTED = st.builds(
    lambda right, wrong, more: Stratum("SJJ", "penalty", right + wrong + more, right, wrong),
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(0, 500),
)


@given(st.lists(COUNTED, max_size=6))
def test_a_rate_lies_in_its_interval_and_a_whole_stratum_has_none(strata: list[Stratum]) -> None:
    found = rates.rate(strata)
    if not any(s.judged for s in strata):
        assert found == rates.Rate(None, None, None)
        return
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= found.value + Decimal("0.01")
    assert found.value - Decimal("0.01") <= found.high <= 100
    if all(s.judged == s.size for s in strata):
        assert found.high - found.low <= Decimal("0.01")


LINES = {n: model.Line(n, UUID(int=n), UUID(int=9), "penalty") for n in (1, 2, 3)}


def rows(*told: tuple[str, str, str, str]) -> list[dict[str, str]]:
    return [
        dict.fromkeys(model.HEAD, "") | {"行号": n, "信衡编号": r, "结论": v, "说明": s}
        for n, r, v, s in told
    ]


def test_a_sheet_is_held_to_the_sample() -> None:
    found, wrong = model.verdicts(
        rows(
            ("1", str(UUID(int=1)), "合格", ""),
            ("2", str(UUID(int=3)), "合格", ""),
            ("9", str(UUID(int=9)), "合格", ""),
            ("1", str(UUID(int=1)), "合格", ""),
            ("3", str(UUID(int=3)), "还行", ""),
        ),
        LINES,
    )
    assert found == {1: (model.Verdict.RIGHT, "")}
    assert [text[:5] for text in wrong] == ["第 3 行", "第 4 行", "第 5 行", "第 6 行"]
    _, wrong = model.verdicts(rows(("3", str(UUID(int=3)), "不合格", "")), LINES)
    assert "没有说明" in wrong[0]
    _, wrong = model.verdicts(rows(("3", str(UUID(int=3)), "不合格", "张某110101199003074477")), LINES)
    assert "身份证号码" in wrong[0]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_sheet_comes_back_from_any_spreadsheet(encoding: str) -> None:
    content = model.sheet([("1", "x", "SJJ", "市监局", "行政处罚", "=示〔2026〕1号", "", "合格", "")])
    assert b"'=" in content
    read = model.read_rows(content.decode("utf-8-sig").encode(encoding), model.HEAD)
    assert isinstance(read, list)
    assert read[0]["决定书文号"] == "=示〔2026〕1号"
    assert "表头" in str(model.read_rows("甲,乙\n".encode(), model.HEAD))
