"""An invented catalogue item, and files to read: what the tests of reading share."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from xinheng.evidence.intake import normalise, readers
from xinheng.evidence.intake.model import Staged
from xinheng.ground.engine import Engine
from xinheng.law.model import Basis, BasisKind, Disclosure, Field, FieldType, HeaderSynonym, Item, Marks, Span

CODE = "91420200MA4KXT0A1B"  # shape only: reading does not judge codes
HEADER = [
    "行政相对人名称",
    "统一社会信用代码",
    "行政处罚决定书文号",
    "处罚决定日期",
    "罚款金额（万元）",
    "处罚内容",
]
ROW = ["示例商贸有限公司", CODE, "石市监罚〔2024〕1号", "2024-01-02", "1.5", "罚款壹万伍仟元"]


def synonyms(*texts: str) -> tuple[HeaderSynonym, ...]:
    return tuple(HeaderSynonym(text) for text in texts)


def field(code: str, name: str, kind: FieldType = FieldType.TEXT, **more: Any) -> Field:
    return Field(code, name, kind, Disclosure.PUBLIC, **more)


KINDS = ("警告", "罚款", "没收违法所得、没收非法财物", "责令停产停业", "其他")
FIELDS = (
    field("CF_XDR_MC", "行政相对人名称", synonyms=synonyms("名称", "企业名称")),
    field("CF_XDR_LB", "行政相对人类别", FieldType.ENUM, values=("法人及非法人组织", "自然人", "个体工商户")),
    field(
        "CF_XDR_SHXYM",
        "行政相对人代码_1(统一社会信用代码)",
        FieldType.USCC,
        synonyms=synonyms("统一社会信用代码"),
    ),
    field("CF_XDR_GSZC", "行政相对人代码_2(工商注册号)", FieldType.CODE),
    field("CF_FR_ZJHM", "法定代表人证件号码", dropped=True),
    field("CF_WSH", "行政处罚决定书文号", FieldType.CODE),
    field(
        "CF_CFLB",
        "处罚类别",
        FieldType.ENUM,
        many=True,
        values=KINDS,
        value_synonyms={"没收违法所得": KINDS[2], "停业": KINDS[3]},
        synonyms=synonyms("处罚类别1", "处罚类别2"),
    ),
    field("CF_NR", "处罚内容", FieldType.LONG_TEXT),
    field(
        "CF_NR_FK",
        "罚款金额（万元）",
        FieldType.WAN_YUAN,
        synonyms=(HeaderSynonym("处罚金额（元）", 10_000),),
    ),
    field("CF_JDRQ", "处罚决定日期", FieldType.DATE),
    field("CF_CFJG", "处罚机关"),
    field("BZ", "备注", FieldType.LONG_TEXT),
)
ITEM = Item(
    id="penalty",
    name="行政处罚",
    edition="E2018",
    span=Span(date(2018, 1, 1)),
    provider="处罚机关",
    basis=Basis(BasisKind.PRACTICE),
    marks=Marks(collected=True, shown=True, reported=True),
    retention="",
    fields=FIELDS,
    ignored=("序号", "联系电话"),
    dropped=("法定代表人身份证号",),
    roles={
        "party_name": "CF_XDR_MC",
        "party_kind": "CF_XDR_LB",
        "party_code": "CF_XDR_SHXYM",
        "document": "CF_WSH",
        "authority": "CF_CFJG",
        "decided": "CF_JDRQ",
        "content": "CF_NR",
    },
    collected_fields=(),
    checks=(),
    timeliness=(),
)


def stage(path: Path, engine: Engine, **how: Any) -> Staged:
    """The file staged into a folder of its own beside it."""
    folder = path.parent / f"staged-{path.name}"
    folder.mkdir(exist_ok=True)
    return readers.stage(path, folder, ITEM, engine, readers.Reading(**how))


def scanned(staged: Staged, engine: Engine, columns: str = "*") -> list[tuple[Any, ...]]:
    """The staged relation's rows in the order of the sheet."""
    return engine.run(staged.folder, [], [f"SELECT {columns} FROM ({staged.scan_sql()}) ORDER BY line"])[0]


def normalised(staged: Staged, engine: Engine, columns: str, **constants: str) -> list[tuple[Any, ...]]:
    """Columns of the normalised relation, in the order of the sheet."""
    sql = normalise.normalised_sql(staged, ITEM, constants)
    return engine.run(staged.folder, [], [f"SELECT {columns} FROM ({sql})"])[0]


def text_file(
    path: Path, rows: Sequence[Sequence[str]], *, delimiter: str = ",", encoding: str = "utf-8"
) -> Path:
    """Rows joined by the delimiter as they are, one a line; the caller quotes."""
    path.write_bytes("".join(delimiter.join(row) + "\n" for row in rows).encode(encoding))
    return path


# --- a minimal Excel 97 workbook, written by hand: one stream of BIFF8 records in a compound file ---------


def xls(rows: Sequence[Sequence[Any]], *, stream: str = "Workbook") -> bytes:
    """An .xls of one sheet 表一. Cells: str, number, date (as Excel stores it), None for empty."""
    return _compound(_workbook("表一", rows), stream)


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _cell(row: int, column: int, value: Any) -> bytes:
    if isinstance(value, str):
        text = value.encode("utf-16le")
        return _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(value), 1) + text)
    if isinstance(value, date):
        days = (value - date(1899, 12, 30)).days
        return _record(0x0203, struct.pack("<HHHd", row, column, 1, float(days)))
    return _record(0x0203, struct.pack("<HHHd", row, column, 0, float(value)))


def _workbook(name: str, rows: Sequence[Sequence[Any]]) -> bytes:
    sheet = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    sheet += _record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    for i, row in enumerate(rows):
        sheet += b"".join(_cell(i, j, value) for j, value in enumerate(row) if value is not None)
    sheet += _record(0x0A)
    head = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)) + _record(
        0x42, struct.pack("<H", 1200)
    )
    for number_format in (0, 14):  # general, date
        head += _record(0xE0, struct.pack("<HHH", 0, number_format, 0) + b"\0" * 14)
    title = name.encode("utf-16le")
    start = len(head) + 4 + 8 + len(title) + 4
    head += _record(0x85, struct.pack("<IHBB", start, 0, len(name), 1) + title) + _record(0x0A)
    return (head + sheet).ljust(4096, b"\0")  # shorter streams would lie in the mini stream


def _compound(stream: bytes, name: str) -> bytes:
    sectors = -(-len(stream) // 512)
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *(i + 3 for i in range(sectors))]
    fat[-1] = 0xFFFFFFFE
    if len(fat) > 128:
        raise ValueError("one sector of table is enough for a test")
    fat += [0xFFFFFFFF] * (128 - len(fat))
    entries = _entry("Root Entry", 5, 0xFFFFFFFE, 0, 1) + _entry(name, 2, 2, len(stream))
    entries += _entry("", 0, 0, 0) * 2
    head = bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    head += b"\0" * 6 + struct.pack("<9I", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    return head + struct.pack("<128I", *fat) + entries + stream.ljust(sectors * 512, b"\0")


def _entry(name: str, kind: int, start: int, size: int, child: int = 0xFFFFFFFF) -> bytes:
    text = name.encode("utf-16le")
    length = len(text) + 2 if name else 0
    links = struct.pack("<HBBIII", length, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
    return text.ljust(64, b"\0") + links + b"\0" * 36 + struct.pack("<IQ", start, size)
