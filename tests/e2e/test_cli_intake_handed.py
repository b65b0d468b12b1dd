"""Twenty decisions as they were really published, through the command line, in a process of its own."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PARTY = ("--set", "行政相对人名称=衡川示例文化有限公司", "--set", "行政相对人代码_1=91420200MADEM0011F")


def xinheng(home: Path, *arguments: object, code: int = 0) -> str:
    """Run the command as a user does, elsewhere than in the checkout; its standard output."""
    done = subprocess.run(
        [str(ROOT / "run"), "xinheng", *map(str, arguments)],
        env={**os.environ, "XINHENG_HOME": str(home), "PYTHON": sys.executable},
        cwd=home.parent,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def handed(request: pytest.FixtureRequest) -> Path:
    path = ROOT.parent / "shared" / "data" / "penalties-cn" / "penalties-a-handed.csv"
    if not path.exists():
        pytest.skip("../shared/data is not there")
    return path


def expected(path: Path) -> list[tuple[Decimal | None, Decimal | None]]:
    """The sums a reader of the text finds, by row; 0 stands for none."""
    with path.open(encoding="utf-8-sig", newline="") as text:
        return [
            (Decimal(r["expected_fine_yuan"]) or None, Decimal(r["expected_confiscation_yuan"]) or None)
            for r in csv.DictReader(text)
        ]


def derived(answer: dict[str, Any]) -> list[tuple[Decimal | None, Decimal | None]]:
    return [
        tuple(
            None if r["derived"][k] is None else Decimal(r["derived"][k])
            for k in ("fine_yuan", "confiscation_yuan")
        )
        for r in answer["rows"]
    ]


def test_real_decisions_go_in_under_their_own_headers_and_a_second_time_change_nothing(
    home: Path, handed: Path
) -> None:
    place = home / "h"
    dry = ("intake", handed, "--item", "penalty", "--profile", "collected", *PARTY, "--json")
    tried = json.loads(xinheng(place, *dry, "--dry-run"))
    assert tried["receipt"] is None
    assert (tried["accepted"], tried["known"]) == (20, None)
    assert derived(tried) == expected(handed)

    xinheng(place, "init", "--pack", "national")
    xinheng(place, "agency", "add", "A", "衡川市示例局")
    first = json.loads(xinheng(place, *dry, "--source", "A"))
    assert (first["accepted"], first["returned"], first["known"], first["persons"]) == (20, 0, 0, 0)
    assert derived(first) == expected(handed)
    assert [r["line"] for r in first["rows"]] == list(range(2, 22))
    assert len({r["record"] for r in first["rows"]}) == 20, "two decisions of one day are two decisions"

    again = json.loads(xinheng(place, *dry, "--source", "A"))
    assert again["repeated"] is True
    assert (again["accepted"], again["known"]) == (0, 20)
    assert {r["outcome"] for r in again["rows"]} == {"known"}
    assert [r["record"] for r in again["rows"]] == [r["record"] for r in first["rows"]]
    assert again["receipt"] == first["receipt"]
    assert again["position"] == first["position"]
    assert derived(again) == expected(handed)
