"""Reading a list in the sender's own form, with the intake's readers; of a person's row the number alone.

The readers know the columns by a dictionary; that of a list is the item's, the usual headers of such lists,
and what the office says itself. Identity numbers are masked in every cell, in the rows above the header too.
"""
# ruff: noqa: S608 - engine SQL of our own column names c<i>; paths go through `quoted`

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from xinheng.core import cells as said
from xinheng.core.identity import MASK, mask, mask_sql
from xinheng.evidence.intake import encoding
from xinheng.evidence.intake.csv_reader import stage_text
from xinheng.evidence.intake.csv_reader_regular import Scanner
from xinheng.evidence.intake.headers import Dictionary, normal
from xinheng.evidence.intake.model import Limits, Staged
from xinheng.evidence.intake.party import listed_person_sql
from xinheng.evidence.intake.readers_staged import kept, quoted
from xinheng.evidence.intake.spreadsheet import stage_workbook
from xinheng.evidence.intake.spreadsheet_parts import OLE_MAGIC, ZIP_MAGIC
from xinheng.law.headers import DROPPED, UNMAPPED, Target
from xinheng.law.model import Item
from xinheng.outward.suspicions.columns import meanings
from xinheng.outward.suspicions.errors import ListRefused
from xinheng.outward.suspicions.model_lists import KEPT, Column, Row, Sheet, SheetColumn

LIMITS: Final = Limits(file_bytes=50 << 20, rows=100_000, columns=200)
PIECE = 10_000
CELL_LENGTH = 32_767  # characters that a cell of a workbook holds


def read(path: Path, folder: Path, item: Item, engine: Scanner, mapping: Mapping[str, str]) -> Sheet:
    """Read a CSV, XLSX, XLS … list. `folder` is private and goes afterwards; `mapping`: header -> Column,
    'kept' or 'dropped', before what the headers say.

    Raises the refusals of the readers (`evidence.intake.model_refusals`), ListRefused.
    """
    chosen = {h: Target(UNMAPPED if to == KEPT else to) for h, to in mapping.items()}
    known = Dictionary(meanings(item)).with_overrides(chosen)
    encoding.measure(path, LIMITS)
    with path.open("rb") as file:
        is_workbook = file.read(8).startswith((ZIP_MAGIC, OLE_MAGIC))
    if is_workbook:
        staged = stage_workbook(path, folder, known, LIMITS)
    else:
        staged = stage_text(path, folder, known, engine, LIMITS)
    columns = _columns(staged, mapping)
    if not ({Column.NUMBER.value, Column.CODE.value, Column.PARTY.value} & {c.target for c in columns}):
        raise ListRefused(
            found="没有一列是文号、相对人名称或代码",
            expected="至少一列能说明是哪一个决定",
            todo="在下面指定各列的含义",
            where=path.name,
        )
    rows, masked = _rows(staged, columns, folder, engine)
    return Sheet(
        columns=columns,
        above=tuple(tuple(mask(cell)[0] for cell in _trimmed(row)) for row in staged.top[:-1]),
        rows=rows,
        file_sha256=staged.file_sha256,
        kind="xlsx" if is_workbook else "csv",
        masked=masked,
        notes=staged.notes,
    )


def _columns(staged: Staged, mapping: Mapping[str, str]) -> tuple[SheetColumn, ...]:
    own = {normal(header): to for header, to in mapping.items()}
    written = [mask(cell)[0] for cell in (staged.top[-1] if staged.top else ())]
    meant = (KEPT if c.target == UNMAPPED else c.target for c in staged.columns)
    return tuple(
        SheetColumn(
            c.header,
            DROPPED if c.target == DROPPED else own.get(normal(c.header), target),
            written[at] if at < len(written) else "",
        )
        for at, (c, target) in enumerate(zip(staged.columns, meant, strict=True))
    )


def _trimmed(row: tuple[str, ...]) -> tuple[str, ...]:
    end = len(row)
    while end and not row[end - 1].strip():
        end -= 1
    return row[:end]


def _rows(
    staged: Staged, columns: tuple[SheetColumn, ...], folder: Path, engine: Scanner
) -> tuple[tuple[Row, ...], int]:
    """All rows with the cells that may be kept, and how many identity numbers were masked in them."""
    at = {target: i for i, c in reversed(list(enumerate(columns))) if (target := c.target) != KEPT}
    present = kept(staged.columns)
    nobody = Column.PARTY.value not in at and Column.CODE.value not in at
    # where no column says whom a row is about, the cells that might say it are left with the sender
    written = [i for i in present if not (nobody and columns[i].target == KEPT)]
    person = "false"
    if not nobody:
        name, code, kind = (
            f"c{at[column.value]}" if column.value in at else None
            for column in (Column.PARTY, Column.CODE, Column.KIND)
        )
        person = listed_person_sql(name or "''", code, kind, "dropped")
    listed = ", ".join(f"left({mask_sql(f'c{i}')}, {CELL_LENGTH}) AS c{i}" for i in written)
    written_to = folder / "list.parquet"
    cells_sql = f", {listed}" if listed else ""
    select = f"SELECT line, {person} AS person{cells_sql} FROM ({staged.scan_sql()}) ORDER BY line"
    engine.run(folder, [f"COPY ({select}) TO {quoted(written_to)} (FORMAT parquet)"], [])
    rows: list[Row] = []
    masked = 0
    with pq.ParquetFile(written_to) as file:
        for piece in file.iter_batches(PIECE):
            for found in piece.to_pylist():
                cells = tuple((found.get(f"c{i}") or "") for i in range(len(columns)))
                masked += sum(cell.count(MASK) for cell in cells)
                rows.append(_row(found["line"], cells, at, person=found["person"]))
    return tuple(rows), masked


def _row(line: int, cells: tuple[str, ...], at: Mapping[str, int], *, person: bool) -> Row:
    def cell(column: Column) -> str | None:
        place = at.get(column.value)
        return (said.tidy(cells[place]) or None) if place is not None else None

    number, party = cell(Column.NUMBER), cell(Column.PARTY)
    decided = said.date(cell(Column.DECIDED) or "")
    if person:
        return Row(line, None, number, None, date.fromisoformat(decided) if decided else None)
    return Row(
        line,
        cells,
        number,
        party,
        date.fromisoformat(decided) if decided else None,
        data=bool(number or party or cell(Column.CODE)),
    )
