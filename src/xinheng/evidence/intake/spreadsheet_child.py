"""The child process that reads one workbook: `python -m xinheng.evidence.intake.spreadsheet_child`.

In: one JSON job. Out: one JSON line, `{"refused": …}` or the columns, rows and notes of the staged file.
Cells come as text: numbers in their shortest decimal form (15 digits, as a sheet shows them), dates as
YYYY-MM-DD. Which cells were numbers is kept beside them, because a code that became a number is no longer
that code (decision 25).
"""

from __future__ import annotations

import json
import re
import resource
import sys
from dataclasses import asdict
from decimal import Context, Decimal
from pathlib import Path
from typing import Any

import fastexcel
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xinheng.core.errors import XinhengError
from xinheng.core.identity import mask
from xinheng.evidence.intake import header_rows, mapping, spreadsheet_ods, spreadsheet_parts
from xinheng.evidence.intake.csv_reader import no_header, refuse_columns, refuse_rows
from xinheng.evidence.intake.header_rows import Head
from xinheng.evidence.intake.headers import HEADER_ROWS, Dictionary
from xinheng.evidence.intake.model import DROPPED, ColumnPlan, Limits
from xinheng.evidence.intake.model_refusals import (
    DamagedWorkbookError,
    EncryptedWorkbookError,
    NoHeaderError,
    TooHeavyError,
)
from xinheng.evidence.intake.readers_staged import ROW_GROUP

_SHEET_DIGITS = Context(prec=15)
_LONG_DECIMAL = r"^-?[0-9]*\.[0-9]{12,}$"
_MIDNIGHT = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) 00:00:00(\.0+)?$"


def main() -> None:
    """Read the job, answer, and never end in a traceback."""
    job = json.load(sys.stdin)
    limits = Limits(**job["limits"])
    path = Path(job["path"])
    _limit(limits)
    try:
        answer = _read(path, Path(job["target"]), Dictionary.from_json(job["known"]), limits, job["sheet"])
    except XinhengError as error:
        answer = {"refused": error.as_dict()}
    except MemoryError:
        answer = {"refused": _too_heavy(path.name, limits).as_dict()}
    except BaseException as error:  # noqa: BLE001 - a panic in the reader's Rust is no Exception
        answer = {"refused": _broken(error, path.name, limits).as_dict()}
    sys.stdout.write(json.dumps(answer) + "\n")


def _limit(limits: Limits) -> None:
    memory = limits.memory_mb << 20
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _broken(error: BaseException, name: str, limits: Limits) -> XinhengError:
    text = str(error).lower()
    if "memory" in text or "alloc" in text or "capacity" in text:
        return _too_heavy(name, limits)
    if "password" in text or "encrypt" in text:
        return EncryptedWorkbookError(
            found="打开需要密码", expected="没有密码的工作簿", todo="去掉密码后重新报送", where=name
        )
    return DamagedWorkbookError(
        found="内容不完整或不合格式",
        expected="完整的工作簿",
        todo="用表格软件另存为 XLSX 后重新报送",
        where=name,
    )


def _too_heavy(name: str, limits: Limits) -> TooHeavyError:
    return TooHeavyError(
        found=f"读取需要的内存超过 {limits.memory_mb} MB",
        expected="内容集中、没有大片空区域的工作表",
        todo="删去空白区域，或另存为 CSV 后报送",
        where=name,
    )


def _read(path: Path, target: Path, known: Dictionary, limits: Limits, wanted: str | None) -> dict[str, Any]:
    kind = spreadsheet_parts.kind_of(path)
    if kind != "XLS":
        spreadsheet_parts.weigh(path, limits)
    sheets = spreadsheet_ods.look(path, limits) if kind == "ODS" else ()
    reader = fastexcel.read_excel(path.read_bytes())
    chosen, head, table = _choose(reader, known, path.name, wanted, limits)
    header = head.index
    width = _width(table, header + 1 - head.rows)
    refuse_columns(width, limits, path.name)
    columns = mapping.plan(head.cells[:width], known)
    body = table.select(range(width)).slice(header + 1)
    refuse_rows(body.num_rows, limits, path.name)
    numbers = pa.table(_sheet(reader, chosen, "boolean").to_arrow())
    numbers = numbers.select(range(width)).slice(header + 1)
    marks = _marks(path, kind, chosen, sheets)
    rows = _write(target, columns, body, numbers, (header + 2, _faults(columns, marks)))
    return {
        "kind": kind,
        "rows": rows,
        "header_line": header + 1,
        "columns": [asdict(c) for c in columns],
        "top": [*_cells(table.slice(0, header)), head.cells],
        "notes": _notes(reader, chosen, head, marks),
    }


def _choose(
    reader: Any, known: Dictionary, name: str, wanted: str | None, limits: Limits
) -> tuple[int, Head, pa.Table]:
    """Index of the sheet, its header, and its cells as text.

    Visible sheets first, in their order. Raises `NoHeaderError`, `EmptyFileError`.
    """
    first_rows: list[list[str | None]] = []
    hidden: list[tuple[int, Head, pa.Table]] = []
    for index, title in enumerate(reader.sheet_names):
        if wanted is not None and title != wanted:
            continue
        sheet = _sheet(reader, index, "string")
        table = pa.table(sheet.to_arrow())
        rows = _cells(table.slice(0, HEADER_ROWS))
        first_rows += rows
        head = header_rows.head(known, rows)
        if head is None:
            continue
        if sheet.visible == "visible" or wanted is not None:
            return index, head, table
        hidden.append((index, head, table))
    if hidden:
        return hidden[0]
    if wanted is not None and wanted not in reader.sheet_names:
        raise NoHeaderError(
            found=f"没有名为“{wanted}”的工作表",
            expected="、".join(reader.sheet_names)[:200],
            todo="改正工作表的名称",
            where=name,
        )
    raise no_header(name, first_rows, limits)


def _sheet(reader: Any, index: int, dtype: str) -> Any:
    """A sheet from its first row on, no row taken as a header, every cell read as `dtype`.

    As `boolean`, numbers and truth values are there and texts and dates are not: that tells them apart.
    """
    return reader.load_sheet(index, header_row=None, skip_rows=0, dtypes=dtype)


def _cells(table: pa.Table) -> list[list[str | None]]:
    columns = [c.to_pylist() for c in table.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def _filled(column: pa.ChunkedArray) -> pa.ChunkedArray:
    trimmed = pc.utf8_trim_whitespace(column)
    return pc.fill_null(pc.not_equal(trimmed, ""), False)


def _width(table: pa.Table, header: int) -> int:
    """Columns up to the last one with anything at or below the header."""
    width = 0
    for index, column in enumerate(table.slice(header).columns):
        if pc.any(_filled(column)).as_py():
            width = index + 1
    return width


def _faults(columns: tuple[ColumnPlan, ...], marks: spreadsheet_parts.SheetMarks) -> dict[int, str]:
    """What is wrong with rows, by line: an error stands where a value should, unknown which."""
    found: dict[int, list[str]] = {}
    for cell in marks.broken:
        at = cell.column - marks.first_column
        if 0 <= at < len(columns) and columns[at].mapped:
            said = f"{cell.place} 格（{columns[at].header}）是错误值 {cell.value}，读不出内容"
            found.setdefault(cell.row, []).append(said)
    return {row: "；".join(said) for row, said in found.items()}


def _write(
    target: Path,
    columns: tuple[ColumnPlan, ...],
    body: pa.Table,
    numbers: pa.Table,
    placed: tuple[int, dict[int, str]],
) -> int:
    """The staged file: cells of the columns that are kept, and the number of rows that are not blank.
    `placed`: the first line of the body, and what is wrong with lines."""
    first_line, faults = placed
    texts: dict[str, Any] = {}
    dropped = pa.array([0] * body.num_rows, pa.int32())
    numeric = pa.array([""] * body.num_rows, pa.string())
    filled_rows = pa.array([False] * body.num_rows, pa.bool_())
    for plan in columns:
        cells = body.column(plan.index).combine_chunks()
        filled = _filled(cells)
        filled_rows = pc.or_(filled_rows, filled)
        if plan.target == DROPPED:
            dropped = pc.add(dropped, filled.cast(pa.int32()))
            continue
        is_number = pc.is_valid(numbers.column(plan.index).combine_chunks())
        numeric = pc.binary_join_element_wise(numeric, pc.if_else(is_number, f",{plan.index}", ""), "")
        texts[f"c{plan.index}"] = _tidy(cells, is_number)
    numeric = pc.if_else(
        pc.equal(numeric, ""), pa.scalar(None, pa.string()), pc.binary_join_element_wise(numeric, ",", "")
    )
    lines = pa.array(range(first_line, first_line + body.num_rows), pa.int32())
    fault = pa.nulls(body.num_rows, pa.string())
    if faults:
        fault = pa.array((faults.get(first_line + i) for i in range(body.num_rows)), pa.string())
    staged = pa.table({"line": lines, **texts, "dropped": dropped, "numeric": numeric, "fault": fault})
    staged = staged.filter(filled_rows)
    pq.write_table(staged, target, row_group_size=ROW_GROUP, compression="snappy")
    return int(staged.num_rows)


def _tidy(cells: pa.Array, is_number: pa.Array) -> pa.Array:
    """Dates without their midnight; numbers rounded to the 15 digits that a sheet shows."""
    cells = pc.replace_substring_regex(cells, _MIDNIGHT, r"\1")
    noisy = pc.and_(is_number, pc.fill_null(pc.match_substring_regex(cells, _LONG_DECIMAL), False))
    if not pc.any(noisy).as_py():
        return cells
    rounded = [_shown(v) for v in cells.filter(noisy).to_pylist()]
    return pc.replace_with_mask(cells, noisy, pa.array(rounded, pa.string()))


def _shown(number: str) -> str:
    """`0.30000000000000004` as a sheet shows it: `0.3`. Plain decimal text, no exponent."""
    text = format(_SHEET_DIGITS.create_decimal(Decimal(number)), "f")
    return re.sub(r"\.?0+$", "", text) if "." in text else text


def _marks(
    path: Path, kind: str, chosen: int, sheets: tuple[spreadsheet_parts.SheetMarks, ...]
) -> spreadsheet_parts.SheetMarks:
    """What was counted in the chosen sheet; nothing for the kinds that are no XML."""
    if kind == "XLSX":
        return spreadsheet_parts.marks(path, chosen)
    return sheets[chosen] if chosen < len(sheets) else spreadsheet_parts.SheetMarks()


def _notes(reader: Any, chosen: int, head: Head, found: spreadsheet_parts.SheetMarks) -> list[str]:
    notes = []
    names = [mask(name)[0] for name in reader.sheet_names]  # notes stand in the receipt
    if len(names) > 1:
        others = "、".join(n for i, n in enumerate(names) if i != chosen)[:200]
        notes.append(f"读取的是工作表“{names[chosen]}”；未读取：{others}")
    notes += head.note
    if found.formulas:
        notes.append(f"有 {found.formulas} 个公式单元格，按文件里保存的结果读取，请核对")
    if found.errors:
        back = "；其中在数据项列里的，该行退回（#N/A 除外）" if found.broken else ""
        notes.append(f"有 {found.errors} 个单元格是错误值（如 #DIV/0!），按空白处理{back}")
    if found.hidden_rows:
        notes.append(f"有 {found.hidden_rows} 行处于隐藏状态，同样作为数据读取")
    return notes


if __name__ == "__main__":
    main()
