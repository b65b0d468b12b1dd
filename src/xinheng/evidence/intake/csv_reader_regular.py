"""Whether a delimited file can be scanned where it lies, decided by DuckDB over the whole file.

In strict mode rows of the wrong width, stray quotes and bad text are errors. As many rows as lines means
that no line is blank; a cell with line breaks accounts for its own. A row of empty cells is none.
"""
# ruff: noqa: S608 - SQL of our own column names c<i>; paths go through `quoted`

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from xinheng.core.cells import BLANKS_RE2, sql_text
from xinheng.core.errors import XinhengError
from xinheng.evidence.intake.encoding import Survey
from xinheng.evidence.intake.model import DROPPED, ColumnPlan, Staged
from xinheng.evidence.intake.readers_staged import kept, quoted

TAIL_BYTES = 1 << 16
# DuckDB turns an IN of more than four constants into a join, and a join mixes up the rows of a parallel scan.
# Only an engine that leaves IN alone keeps a row's place, and so lets the place give the line.
KEEPS_ORDER = "contains(current_setting('disabled_optimizers'), 'in_clause')"


class Scanner(Protocol):
    """What reading needs of `ground.engine.Engine`: DuckDB in a child, closed to all but `folder`."""

    def run(
        self, folder: Path, statements: Sequence[str], queries: Sequence[str]
    ) -> list[list[tuple[Any, ...]]]: ...


@dataclass(frozen=True)
class Layout:
    """Where the table stands in the text."""

    delimiter: str
    header_index: int  # records before the header
    header_lines: int  # physical lines up to and with the header
    columns: tuple[ColumnPlan, ...]
    top: tuple[tuple[str, ...], ...] = ()  # records down to the header and with it
    notes: tuple[str, ...] = ()  # where the header stands, for the receipt


@dataclass(frozen=True)
class Seen:
    """What a strict scan of the whole file told: its rows, those of them without any content, and whether
    the engine kept their order."""

    rows: int
    blank: int
    keeps_order: bool


def regular(
    data: Path, folder: Path, layout: Layout, plain: Survey, engine: Scanner, seen: Seen | None = None
) -> tuple[int, str, bool] | None:
    """Rows, relation and `ordered` of the file in place; None where DuckDB does not prove it regular.

    `seen`: what a scan of all its cells in place (`in_place`) told already.
    """
    if plain.has_nul or layout.header_lines != layout.header_index + 1:
        return None
    scan = _scan(data, layout)
    lines = plain.newlines + plain.ends_open - layout.header_lines - _blank_tail(data)
    try:
        seen = seen or _counted(folder, layout, engine, scan)
        if seen.rows != lines and not _breaks_explain(folder, layout, lines - seen.rows, engine, scan):
            return None
    except XinhengError:
        return None  # not regular: whatever DuckDB stumbled over, the slow path reads it
    ordered = seen.keeps_order and not seen.blank
    return seen.rows - seen.blank, _relation(scan, layout, ordered), ordered


def in_place(data: Path, layout: Layout) -> str:
    """The staged relation of a file that has turned out regular, without blank rows: `ordered`."""
    return _relation(_scan(data, layout), layout, ordered=True)


def seen_query(staged: Staged, written: Path, others: Path) -> str:
    """One row, as `Seen` has it, once all rows of an `in_place` relation were `written` to Parquet, and the
    cells of those among which all blank ones are to `others`."""
    blank = " AND ".join(["dropped = 0", _is_blank([c for c in staged.columns if c.target != DROPPED])])
    return (
        f"SELECT (SELECT count(*) FROM read_parquet({quoted(written)})), "
        f"(SELECT count(*) FROM read_parquet({quoted(others)}) WHERE {blank}), {KEEPS_ORDER}"
    )


def _counted(folder: Path, layout: Layout, engine: Scanner, scan: str) -> Seen:
    first = _is_blank([layout.columns[0]])
    counts = f"SELECT count(*), count(*) FILTER ({first}), {KEEPS_ORDER} FROM {scan}"
    rows, blank, keeps_order = engine.run(folder, [], [counts])[0][0]
    if blank:
        ask = f"SELECT count(*) FROM {scan} WHERE {_is_blank(layout.columns)}"
        blank = engine.run(folder, [], [ask])[0][0][0]
    return Seen(int(rows), int(blank), bool(keeps_order))


def _scan(data: Path, layout: Layout) -> str:
    names = ", ".join(f"'c{c.index}': 'VARCHAR'" for c in layout.columns)
    return (
        f"read_csv({quoted(data)}, auto_detect=false, header=false, skip={layout.header_lines}, "
        f"delim='{layout.delimiter}', quote='\"', escape='\"', nullstr='', strict_mode=true, "
        f"null_padding=false, ignore_errors=false, encoding='utf-8', columns={{{names}}})"
    )


def _relation(scan: str, layout: Layout, ordered: bool) -> str:
    cells = "".join(f"c{i}, " for i in kept(layout.columns))
    left = [f"CAST(NOT ({_is_blank([c])}) AS INTEGER)" for c in layout.columns if c.target == DROPPED]
    none = "CAST(NULL AS VARCHAR)"
    ends = f"CAST({' + '.join(left) or 0} AS INTEGER) AS dropped, {none} AS numeric, {none} AS fault"
    if ordered:
        return f"SELECT {cells}{ends} FROM {scan}"
    line = f"CAST(row_number() OVER () + {layout.header_index + 1} AS INTEGER) AS line"
    blank = _is_blank(layout.columns)
    return f"SELECT line, {cells}{ends} FROM (SELECT {line}, * FROM {scan}) WHERE NOT ({blank})"


def _is_blank(columns: Sequence[ColumnPlan]) -> str:
    filled = BLANKS_RE2.replace("[", "[^", 1)
    return " AND ".join(f"coalesce(NOT regexp_matches(c{c.index}, '{filled}'), true)" for c in columns)


def _breaks_explain(folder: Path, layout: Layout, missing: int, engine: Scanner, scan: str) -> bool:
    """Whether line breaks inside cells make up for the lines that are no rows, and no quote is suspicious.

    A cell with a line break and a whole row's delimiters in it looks like rows between two stray quotes.
    """
    cells = [f"c{c.index}" for c in layout.columns]
    breaks = " + ".join(f"coalesce({_count(c, chr(10))}, 0)" for c in cells)
    whole = len(cells) - 1
    swallowed = " OR ".join(
        f"(contains({c}, chr(10)) AND {_count(c, layout.delimiter)} >= {whole})" for c in cells
    )
    ask = f"SELECT coalesce(sum({breaks}), 0), count(*) FILTER ({swallowed}) FROM {scan}"
    found, suspicious = engine.run(folder, [], [ask])[0][0]
    return int(found) == missing and not suspicious


def _count(cell: str, character: str) -> str:
    return f"(length({cell}) - length(replace({cell}, {sql_text(character)}, '')))"


def _blank_tail(data: Path) -> int:
    """Blank lines at the end of the file, beyond the last line feed of the data."""
    size = data.stat().st_size
    with data.open("rb") as file:
        file.seek(max(0, size - TAIL_BYTES))
        tail = file.read()
    ends = tail[len(tail.rstrip(b"\r\n")) :].count(b"\n")
    return max(0, ends - 1)
