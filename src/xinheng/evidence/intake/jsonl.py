"""JSON lines: one object a line, its names as headers, its values as the text that was written.

Numbers keep their literal (`1e400`, 300 digits, `0.10`): nothing is rounded on the way in. What has no
place in a table (nested values, repeated names, a line that is no object) goes back with its reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from xinheng.evidence.intake import encoding, mapping
from xinheng.evidence.intake.csv_reader import no_header, refuse_columns, refuse_rows
from xinheng.evidence.intake.headers import Dictionary
from xinheng.evidence.intake.model import ColumnPlan, Limits, Staged
from xinheng.evidence.intake.model_refusals import NotATableError
from xinheng.evidence.intake.readers_staged import StagedWriter, kept, staged_select

_NOT_JSON = "本行不是一个完整的 JSON 对象"
_DEEP = "本行的括号一层套一层，套得太深，无法读取；应为只有一层的 JSON 对象"
_NESTED = "“{name}”的值是嵌套的结构，应为一个文本"
_REPEATED = "“{name}”在同一行里出现了两次"
_BAD_TEXT = "“{name}”的值含有不成对的代理字符"


class _Number(str):
    """A number or truth value, as the text that stood in the file."""

    __slots__ = ()


@dataclass(frozen=True)
class _Row:
    line: int
    values: Mapping[str, str | None]
    numeric: frozenset[str]
    fault: str | None
    raw: str | None = None  # the line itself, where it could not be taken apart


def stage_json_lines(path: Path, folder: Path, known: Dictionary, limits: Limits) -> Staged:
    """Stage a file of JSON lines. Raises the refusals of `encoding.survey` and of missing or too many names.

    Two passes: the names of all lines first, because the first line need not have them all.
    """
    found = encoding.survey(path, limits)
    data = path
    if found.encoding not in (encoding.UTF8, encoding.UTF8_MARK):
        data = folder / "upload.jsonl"
        encoding.rewrite(path, found.encoding, data)
    names: dict[str, None] = {}
    count = 0
    first: _Row | None = None
    for row in _rows(data, limits):
        names.update(dict.fromkeys(row.values))
        count += 1
        first = first or row
        refuse_columns(len(names), limits, path.name)
    refuse_rows(count, limits, path.name)
    headers = list(names)
    if not headers and first is not None:
        raise _no_object(path.name, first)
    if known.score(headers)[0] < 2:
        raise no_header(path.name, [headers], limits)
    columns = mapping.plan(headers, known)
    target = folder / "staged.parquet"
    _write(_rows(data, limits), target, headers, columns)
    return Staged(
        folder=folder,
        data=target,
        relation=staged_select(target, columns),
        columns=columns,
        rows=count,
        header_line=0,
        first_line=1,
        file_sha256=found.sha256,
        encoding=found.encoding,
        notes=()
        if data == path
        else (f"文件按 {found.encoding} 编码读取；如文字有误，请另存为 UTF-8 后重传",),
    )


def _write(rows: Iterable[_Row], target: Path, headers: list[str], columns: tuple[ColumnPlan, ...]) -> None:
    visible = kept(columns)
    with StagedWriter(target, columns) as writer:
        for row in rows:
            cells = [row.values.get(name) for name in headers]
            if row.raw is not None and visible:
                cells[visible[0]] = row.raw  # so that the sender sees which line it was
            numbers = [i for i in visible if headers[i] in row.numeric]
            numeric = f",{','.join(map(str, numbers))}," if numbers else None
            writer.add(row.line, cells, numeric, row.fault)


def _no_object(name: str, first: _Row) -> NotATableError:
    """The refusal for lines none of which gives a single name: not an empty file, but no table either."""
    return NotATableError(
        found=f"没有一行是带名称的 JSON 对象；第 {first.line} 行：{first.fault or '对象里没有内容'}",
        expected='每行一个只有一层的 JSON 对象，如 {"决定书文号": "…"}',
        todo="按每行一个对象重新导出，或改用 XLSX、CSV",
        where=name,
    )


def _rows(path: Path, limits: Limits) -> Iterator[_Row]:
    """All lines that are not blank."""
    for number, line in enumerate(encoding.lines(path, limits, "\n"), start=1):
        text = line.strip()
        if text:
            yield _row(number, text)


def _row(number: int, text: str) -> _Row:
    try:
        pairs = json.loads(
            text,
            object_pairs_hook=lambda found: found,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_Number,
        )
    except RecursionError:
        return _Row(number, {}, frozenset(), _DEEP, text)
    except ValueError:
        return _Row(number, {}, frozenset(), _NOT_JSON, text)
    if not text.startswith("{"):
        return _Row(number, {}, frozenset(), _NOT_JSON, text)
    values: dict[str, str | None] = {}
    numeric = set()
    fault = None
    for name, value in pairs:
        if name in values:
            fault = fault or _REPEATED.format(name=name)
        if isinstance(value, (_Number, bool)):
            numeric.add(name)
        values[name], wrong = _text(value)
        fault = fault or (wrong.format(name=name) if wrong else None)
    return _Row(number, values, frozenset(numeric), fault)


def _text(value: object) -> tuple[str | None, str | None]:
    """A value as the text of a cell, and what is wrong with it."""
    if value is None:
        return None, None
    if isinstance(value, bool):
        return ("true" if value else "false"), None
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=True)[:1000], _NESTED
    clean = value.encode("utf-8", "replace").decode()
    return clean, (None if clean == value else _BAD_TEXT)
