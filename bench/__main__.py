"""Run the measurements: `./run bench [--json FILE] [--only NAME] [--small]`.

Every row is a ratio of two things measured in this very run on this very machine; absolute figures are
printed beside it for orientation only.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path

# module, function; each takes `small: bool` and returns one row or a list of rows
ROWS = (
    "check_and_split",
    "whole_intake",
    "lookup",
    "search",
    "exchange",
    "classes",
    "growth",
    "submissions",
    "todo",
    "bulletin",
    "books",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows as a JSON list")
    parser.add_argument("--only", choices=ROWS, action="append", help="measure only this (repeatable)")
    parser.add_argument("--small", action="store_true", help="a tenth of the size, for a quick look")
    given = parser.parse_args()
    rows: list[dict[str, object]] = []
    for name in given.only or ROWS:
        print(f"… {name}", file=sys.stderr, flush=True)
        measured = importlib.import_module(f"bench.{name}").measure(small=given.small)
        for row in [measured] if isinstance(measured, dict) else measured:
            rows.append(row)
            print(line(row), flush=True)
    if given.json:
        given.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


def line(row: dict[str, object]) -> str:
    """One row as text: name, ours, bare, ratio, aim, then whatever else was seen."""
    head = f"{row['name']:<42} ours {row['ours']}  bare {row['bare']}  ratio {row['ratio']}  aim {row['aim']}"
    rest = {k: v for k, v in row.items() if k not in {"name", "ours", "bare", "ratio", "aim"}}
    return head + (f"  {rest}" if rest else "")


if __name__ == "__main__":
    sys.exit(main())
