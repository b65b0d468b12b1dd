"""Delimited text: scanned in place where DuckDB proves it regular, else rewritten row by row.

The fast path leaves the file as it is. DuckDB reads all of it in strict mode (wrong widths, stray quotes
and bad text are errors there) and counts its rows; as many rows as lines means that no line is blank, so
that a row's place gives its line. Everything else goes through `csv_reader_records` into a Parquet file.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import Path

from xinheng.core.errors import XinhengError
from xinheng.evidence.intake import encoding, header_rows, mapping
from xinheng.evidence.intake.csv_reader_records import Record, fit, records
from xinheng.evidence.intake.csv_reader_regular import Layout, Scanner, Seen, in_place, regular
from xinheng.evidence.intake.header_rows import Head
from xinheng.evidence.intake.headers import HEADER_ROWS, Dictionary
from xinheng.evidence.intake.model import Limits, Staged
from xinheng.evidence.intake.model_refusals import EmptyFileError, NoHeaderError, TooLargeError
from xinheng.evidence.intake.readers_staged import StagedWriter, staged_select

DELIMITERS = (",", "\t", ";", "|")
HEAD_BYTES = 1 << 18  # of the file, to look for the header in
COPY = "upload.csv"
LONG_BYTES = 8 << 20  # from this size it pays to work ahead of the survey

Ahead = Callable[[Staged], Seen | None]
"""Works on a long file as it seems to lie, while its bytes are still surveyed; tells what the scan saw, None
where it did not come through. Whether the file lies so, the staged file says: same relation, `ordered`."""


def stage_text(
    path: Path, folder: Path, known: Dictionary, engine: Scanner, limits: Limits, ahead: Ahead | None = None
) -> Staged:
    """Stage a delimited text file. `folder` is private to this submission and goes with it.

    Raises the refusals of `encoding.survey`, `EmptyFileError`, `NoHeaderError`, `TooLargeError`.
    """
    with ThreadPoolExecutor(1) as beside:
        surveying = beside.submit(encoding.survey, path, limits)
        likely = _likely(path, folder, known, limits) if ahead else None
        seen = ahead(likely) if ahead and likely else None
        found = surveying.result()
    data, plain = _in_folder(path, folder, found)
    layout = _layout(data, path.name, known, limits)
    fast = regular(data, folder, layout, plain, engine, seen)
    if fast is not None:
        rows, relation, ordered = fast
    else:
        target = folder / "staged.parquet"
        rows, ordered = _rewrite(data, target, layout, limits), False
        relation = staged_select(target, layout.columns)
        data = target
    refuse_rows(rows, limits, path.name)
    staged = _staged(folder, data, layout, relation)
    return replace(
        staged,
        rows=rows,
        ordered=ordered,
        file_sha256=found.sha256,
        encoding=found.encoding,
        notes=_notes(found, layout),
    )


def _staged(folder: Path, data: Path, layout: Layout, relation: str) -> Staged:
    """A staged file of which no more is known than where its table stands."""
    return Staged(
        folder=folder,
        data=data,
        relation=relation,
        columns=layout.columns,
        rows=0,
        header_line=layout.header_index + 1,
        first_line=layout.header_index + 2,
        file_sha256="",
        encoding=encoding.UTF8,
        top=layout.top,
    )


def _likely(path: Path, folder: Path, known: Dictionary, limits: Limits) -> Staged | None:
    """The file as it will be staged if all of it is as its beginning is, `rows` being an estimate; None where
    that is not worth a try.

    Refusals are left to the one who has seen all of the file.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    size = path.stat().st_size
    if size < LONG_BYTES or not encoding.begins_as_utf8(head) or b"\0" in head:
        return None
    try:
        layout = _layout(path, path.name, known, limits)
    except XinhengError:
        return None
    if layout.header_lines != layout.header_index + 1:
        return None
    data = _linked(path, folder)
    about = size * head.count(b"\n") // len(head)
    return replace(_staged(folder, data, layout, in_place(data, layout)), rows=about, ordered=True)


def refuse_columns(count: int, limits: Limits, name: str) -> None:
    """Raise `TooLargeError` for a table wider than allowed."""
    if count > limits.columns:
        raise TooLargeError(
            found=f"表头有 {count} 列",
            expected=f"不超过 {limits.columns} 列",
            todo="删去与报送无关的列后重新报送",
            where=name,
        )


def refuse_rows(count: int, limits: Limits, name: str) -> None:
    """Raise `TooLargeError` for a table longer than allowed (decision 12)."""
    if count > limits.rows:
        raise TooLargeError(
            found=f"文件有 {count} 行数据",
            expected=f"不超过 {limits.rows} 行",
            todo="分成几个文件报送",
            where=name,
        )


def no_header(name: str, rows: Sequence[Sequence[str | None]], limits: Limits) -> XinhengError:
    """The refusal for first rows without a header: too wide, empty, or not of this item."""
    refuse_columns(max((sum(bool(c) for c in row) for row in rows), default=0), limits, name)
    filled = [[c.strip() for c in row if c and c.strip()] for row in rows]
    first = next((row for row in filled if row), None)
    if first is None:
        return EmptyFileError(
            found="文件里没有一个有内容的格", expected="至少有一行表头", todo="重新导出后再传", where=name
        )
    return NoHeaderError(
        found=f"前 {HEADER_ROWS} 行没有一行像本事项的表头；首行为“{'、'.join(first)[:80]}”",
        expected="表头使用数据项代码、标准中文名称或常用写法，至少能认出两列",
        todo="核对报送事项是否选对；把各列的表头改成标准中文名称后重新报送（命令行可用 --map 指定各列）",
        where=name,
    )


def _in_folder(path: Path, folder: Path, found: encoding.Survey) -> tuple[Path, encoding.Survey]:
    """The text as UTF-8 inside `folder`: rewritten where it is not, else linked or copied."""
    if found.encoding in (encoding.UTF8, encoding.UTF8_MARK):
        return _linked(path, folder), found
    data = folder / COPY
    data.unlink(missing_ok=True)  # it may be another name of the file itself: that is not written over
    return data, encoding.rewrite(path, found.encoding, data)


def _linked(path: Path, folder: Path) -> Path:
    """The file itself, where it is in `folder` already; else another name of it there, or a copy."""
    if path.resolve().parent == folder.resolve():
        return path
    data = folder / COPY
    data.unlink(missing_ok=True)
    try:
        os.link(path, data)
    except OSError:
        shutil.copyfile(path, data)
    return data


def _layout(data: Path, name: str, known: Dictionary, limits: Limits) -> Layout:
    """Delimiter and header: the delimiter under which the first rows map best."""
    with data.open("rb") as file:
        text = file.read(HEAD_BYTES).decode("utf-8-sig", errors="ignore")
    best: tuple[tuple[int, int], str, Head, list[Record]] | None = None
    widest: list[Record] = []
    for delimiter in DELIMITERS:
        rows = list(islice(records(io.StringIO(text, newline=""), delimiter), HEADER_ROWS))
        widest = max(widest, rows, key=_width)
        head = header_rows.head(known, [row.cells for row in rows])
        if head is not None:
            score = known.score(head.cells)
            if best is None or score > best[0]:
                best = (score, delimiter, head, rows)
    if best is None:
        raise no_header(name, [row.cells for row in widest], limits)
    _, delimiter, head, rows = best
    cells = _trim(head.cells)
    refuse_columns(len(cells), limits, name)
    lines = sum(1 + "".join(row.cells).count("\n") for row in rows[: head.index + 1])
    top = (*(tuple(row.cells) for row in rows[: head.index]), tuple(head.cells))
    return Layout(delimiter, head.index, lines, mapping.plan(cells, known), top, head.note)


def _width(rows: list[Record]) -> int:
    return max((len(row.cells) for row in rows), default=0)


def _trim(cells: list[str]) -> list[str]:
    """The header without empty cells at its end, which exports leave behind."""
    end = len(cells)
    while end > 1 and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _rewrite(data: Path, target: Path, layout: Layout, limits: Limits) -> int:
    """Write every row that is not blank to `target`; the number of rows."""
    csv.field_size_limit(limits.cell_chars)
    width = len(layout.columns)
    text = encoding.lines(data, limits, "")
    with StagedWriter(target, layout.columns) as writer:
        for record in islice(records(text, layout.delimiter, width), layout.header_index + 1, None):
            if not record.blank:
                row = fit(record, width)
                writer.add(row.number, row.cells, None, row.fault)
    return writer.rows


def _notes(found: encoding.Survey, layout: Layout) -> tuple[str, ...]:
    notes = []
    if found.encoding not in (encoding.UTF8, encoding.UTF8_MARK):
        notes.append(f"文件按 {found.encoding} 编码读取；如文字有误，请另存为 UTF-8 后重传")
    return (*notes, *layout.notes)
