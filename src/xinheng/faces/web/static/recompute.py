#!/usr/bin/env python3
"""Work three published rates out again from the published counts. Needs nothing but Python 3.9 or later.

    python3 recompute.py 2026-10.csv 2026-10-rates.csv

The first file holds the counts, the second the rates as the platform publishes them; both are on /quality.
For each unit, and for all together, it adds up the counts, works out 合规率, 及时率 and 迟报率, prints them
beside the published ones, and ends with 1 where any differs. It shares no code with the platform.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

COUNTS = ("accepted", "corrected", "returned", "late", "undated")


def read(path: str) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def percent(part: int, whole: int, up: bool) -> str:
    """Hundredths of a per cent by whole numbers alone, cut off or rounded up; '' where there is no whole."""
    if whole == 0:
        return ""
    hundredths, rest = divmod(part * 10000, whole)
    if up and rest:
        hundredths += 1
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def rates(sums: dict[str, int]) -> dict[str, str]:
    """The three rates of one unit."""
    taken = sums["accepted"] + sums["corrected"]
    timed = sums["accepted"] - sums["undated"]
    return {
        "合规率": percent(taken, taken + sums["returned"], False),
        "及时率": percent(timed - sums["late"], timed, False),
        "迟报率": percent(sums["late"], timed, True),
    }


def say(text: str) -> None:
    """A line of the answer."""
    sys.stdout.write(text + "\n")


def main() -> int:
    """Compare every published rate; 1 where one differs."""
    if len(sys.argv) != 3:
        say(__doc__ or "")
        return 2
    units: dict[str, dict[str, int]] = {"": dict.fromkeys(COUNTS, 0)}
    for row in read(sys.argv[1]):
        for unit in ("", row["unit_code"]):
            sums = units.setdefault(unit, dict.fromkeys(COUNTS, 0))
            for name in COUNTS:
                sums[name] += int(row[name])
    wrong = 0
    for row in read(sys.argv[2]):
        found = rates(units.get(row["unit_code"], dict.fromkeys(COUNTS, 0)))[row["rate"]]
        published = row["percent"]
        wrong += found != published
        verdict = "一致" if found == published else "不同"
        name = row["unit_name"] or "全平台"
        say(f"{verdict}  {row['rate']}  {name}  重算 {found or '—'}  公布 {published or '—'}")
    say(f"不同的有 {wrong} 个" if wrong else "全部一致")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
