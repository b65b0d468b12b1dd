"""From a file of any kind to one staged relation: which reader it needs is told by its content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from xinheng.evidence.intake import encoding, headers, mapping, own_columns
from xinheng.evidence.intake.csv_reader import Ahead, stage_text
from xinheng.evidence.intake.csv_reader_regular import Scanner
from xinheng.evidence.intake.jsonl import stage_json_lines
from xinheng.evidence.intake.model import IGNORED, Limits, Staged
from xinheng.evidence.intake.model_refusals import EmptyFileError, NotATableError
from xinheng.evidence.intake.spreadsheet import stage_workbook
from xinheng.evidence.intake.spreadsheet_parts import OLE_MAGIC, ZIP_MAGIC
from xinheng.law.headers import Target
from xinheng.law.model import Item

_FOREIGN = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"{\\rtf",
    b"\x7fELF",
)
_WORKBOOK_NAMES = (".xlsx", ".xls", ".et", ".ods", ".xlsb", ".xlsm")
_JSON_NAMES = (".jsonl", ".ndjson", ".json")


@dataclass(frozen=True)
class Reading:
    """How a file is to be read: the sender's own assignments, the sheet, the limits."""

    mapping: Mapping[str, str] = field(default_factory=dict)  # header -> field code, name or 'ignored'
    sheet: str | None = None
    limits: Limits = field(default_factory=Limits)
    also: Mapping[str, str] = field(default_factory=dict)  # headers beside the item's own -> field code


def stage(
    path: Path,
    folder: Path,
    item: Item,
    engine: Scanner,
    reading: Reading | None = None,
    ahead: Ahead | None = None,
) -> Staged:
    """Read a CSV, TSV, XLSX, XLSB, XLS, ET, ODS or JSON-lines file into `folder` as a staged relation.

    `folder` is private to this submission; it is deleted with the upload once the receipt is written.
    Raises a `FileRefusedError` of `model_refusals`; never loses a row: what cannot be read as a row has
    `fault`. A file with a header and no rows is staged with `rows = 0`. `ahead` works on a long text file
    before it is known to be what it seems (`csv_reader.Ahead`).
    """
    how = reading or Reading()
    known = headers.dictionary(item).besides({h: Target(code) for h, code in how.also.items()})
    known = known.with_overrides(dict.fromkeys(own_columns.ALL, Target(IGNORED)))
    known = known.with_overrides(mapping.overrides(how.mapping, item))
    encoding.measure(path, how.limits)
    with path.open("rb") as file:
        head = file.read(1 << 12)
    is_workbook = head.startswith((ZIP_MAGIC, OLE_MAGIC))
    if is_workbook:
        staged = stage_workbook(path, folder, known, how.limits, how.sheet)
    elif _is_json(path, head):
        staged = stage_json_lines(path, folder, known, how.limits)
    else:
        staged = stage_text(path, folder, known, engine, how.limits, ahead)
    mapping.check_headers(how.mapping, staged.columns, path.name)
    joined = mapping.joined(how.mapping, staged.columns, item)
    return replace(staged, notes=(*staged.notes, *_remarks(staged, how.sheet, is_workbook), *joined))


def _remarks(staged: Staged, sheet: str | None, is_workbook: bool) -> Iterator[str]:
    """What the sender may have expected otherwise."""
    if sheet is not None and not is_workbook:
        yield "文件不是工作簿，没有工作表；指定的工作表名称未起作用"
    if not staged.rows:
        yield "文件没有数据行"


def _is_json(path: Path, head: bytes) -> bool:
    """Whether a file that is no workbook holds JSON lines. Refuses what is no table at all."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text and len(head) < 1 << 12:
        raise EmptyFileError(
            found="文件里只有空白", expected="至少有一行表头", todo="重新导出后再传", where=path.name
        )
    if text[:200].lower().startswith((b"<!doctype", b"<html", b"<?xml", b"<table", b"<meta")):
        raise _not_a_table(path, "内容是网页或 XML，只是取了表格的名字")
    if head.startswith(_FOREIGN):
        raise _not_a_table(path, "内容是文档、图片或压缩包")
    if path.suffix.lower() in _WORKBOOK_NAMES:
        raise _not_a_table(path, "名字是工作簿，内容不是")
    if text.startswith(b"["):
        todo = "去掉最外面的方括号和对象之间的逗号，每行写一个对象；或另存为 XLSX、CSV 后重新报送"
        raise _not_a_table(path, "内容是一个 JSON 数组", todo)
    return text.startswith(b"{") or path.suffix.lower() in _JSON_NAMES


def _not_a_table(
    path: Path, found: str, todo: str = "在表格软件中另存为 XLSX 或 CSV UTF-8 后重新报送"
) -> NotATableError:
    return NotATableError(
        found=found,
        expected="XLSX、XLS、ET、ODS、CSV、TSV，或每行一个对象的 JSON 行文件",
        todo=todo,
        where=path.name,
    )
