"""A zipped workbook before it is opened: kind, sizes, dangerous XML, formulas, hidden rows.

Everything is streamed; nothing is kept in memory but counts. Limits: decision 25.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast
from xml.parsers import expat

from xinheng.evidence.intake.model import Limits
from xinheng.evidence.intake.model_refusals import (
    DamagedWorkbookError,
    DangerousWorkbookError,
    EncryptedWorkbookError,
    NotATableError,
    TooLargeError,
)

ZIP_MAGIC = b"PK"
OLE_MAGIC = bytes.fromhex("D0CF11E0A1B11AE1")
_STEP = 1 << 18
_OVERLAP = 256  # longest tag looked for, so that none is lost between two steps
_RATIO_FLOOR = 1 << 20  # a small part may be as regular as it likes
_SAVE_AGAIN = "用表格软件打开，另存为 XLSX 后重新报送"
_TAGS = re.compile(rb'<(?:\w+:)?f[ />]|<(?:\w+:)?row [^>]*hidden="(?:1|true)"|<(?:\w+:)?c [^>]*t="e"')
# An error in a cell: its place and its value. #N/A says that there is nothing, in text files too.
_BROKEN = re.compile(
    rb'<(?:\w+:)?c r="([A-Z]{1,3})([0-9]{1,7})"[^>]* t="e"[^>]*>'
    rb"(?:<(?:\w+:)?f(?: [^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>))?<(?:\w+:)?v>(#(?!N/A)[^<]{1,12})<"
)
_PLACE = re.compile(rb'<(?:\w+:)?c r="([A-Z]{1,3})[0-9]')
_MOST_BROKEN = 100_000  # cells; more are counted only
_BEGINS = (0x0809, 0x0409, 0x0209, 0x0009)  # the first record of every workbook that Excel ever wrote
_FILEPASS = 0x002F  # what follows is encrypted
_ENTRY, _SMALL = 128, 4096  # bytes of a directory entry; below, a stream lies in the small stream
_DTD = re.compile(rb"<!DOCTYPE|<!ENTITY", re.IGNORECASE)


@dataclass(frozen=True)
class Broken:
    """A cell whose formula gave an error: row from 1, column from 0, its place as the sheet names it."""

    row: int
    column: int
    place: str
    value: str


@dataclass(frozen=True)
class SheetMarks:
    """What the streamed scan of one sheet's XML counted."""

    formulas: int = 0
    errors: int = 0
    hidden_rows: int = 0
    broken: tuple[Broken, ...] = ()  # XLSX only: error cells with their places, without #N/A
    first_column: int = 0  # of the first rows: what stands left of it readers leave out


def kind_of(path: Path) -> str:
    """`XLSX`, `XLSB`, `ODS` or `XLS`, by content. Raises for anything else, and for encrypted files."""
    with path.open("rb") as file:
        head = file.read(8)
        if head == OLE_MAGIC:
            return _ole_kind(file, path.name)
    with _opened(path) as archive:
        names = set(archive.namelist())
        if any(info.flag_bits & 1 for info in archive.infolist()):
            raise encrypted(path.name)
    if "xl/workbook.xml" in names:
        return "XLSX"
    if "xl/workbook.bin" in names:
        return "XLSB"
    if "content.xml" in names and "mimetype" in names:
        return "ODS"
    raise NotATableError(
        found="这是压缩文件，但里面没有工作簿",
        expected="XLSX、XLS、ET、ODS、CSV、TSV 或 JSON 行文件",
        todo="传工作簿本身，不要传压缩包或文档",
        where=path.name,
    )


def weigh(path: Path, limits: Limits) -> None:
    """Refuse a workbook that unzips to too much, by its own directory and by what really comes out."""
    packed = path.stat().st_size
    with _opened(path) as archive:
        infos = archive.infolist()
        total = sum(info.file_size for info in infos)
        if total > limits.unzipped_bytes:
            raise TooLargeError(
                found=f"解压后有 {total >> 20} MB",
                expected=f"不超过 {limits.unzipped_bytes >> 20} MB",
                todo="分成几个文件，或另存为 CSV 后报送",
                where=path.name,
            )
        if total > _RATIO_FLOOR and total > limits.ratio * packed:
            raise DangerousWorkbookError(
                found=f"压缩比为 {total // packed} 倍",
                expected=f"不超过 {limits.ratio} 倍",
                todo="只保留有数据的区域，另存为 CSV 后报送",
                where=path.name,
            )
        if len({info.filename for info in infos}) != len(infos):
            raise _damaged(path.name, "同名部件重复")
        for info in infos:
            if info.filename.endswith((".xml", ".rels")):
                for piece, _ in _windows(archive, info.filename, path.name):
                    _refuse_dtd(piece, path.name)


def marks(path: Path, sheet: int) -> SheetMarks:
    """Formula cells, error cells and hidden rows of the sheet at this index of an XLSX file."""
    formulas = errors = hidden = 0
    broken: dict[str, Broken] = {}
    first: int | None = None
    with _opened(path) as archive:
        part = _sheet_part(archive, sheet, path.name)
        if part is None:
            return SheetMarks()
        for piece, start in _windows(archive, part, path.name):
            for match in _TAGS.finditer(piece):
                if match.end() <= start:
                    continue  # counted in the step before
                text = match.group()
                hidden += b"hidden" in text
                errors += text.endswith(b't="e"')
                formulas += not (b"hidden" in text or text.endswith(b't="e"'))
            if first is None:
                first = min(map(_column, _PLACE.findall(piece)), default=None)
            if errors and len(broken) < _MOST_BROKEN:
                broken |= {cell.place: cell for cell in map(_broken, _BROKEN.finditer(piece))}
    return SheetMarks(formulas, errors, hidden, tuple(broken.values()), first or 0)


def _broken(match: re.Match[bytes]) -> Broken:
    letters, row, value = match.groups()
    return Broken(int(row), _column(letters), (letters + row).decode(), value.decode(errors="replace"))


def _column(letters: bytes) -> int:
    """`A` is 0, `AA` is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _windows(archive: zipfile.ZipFile, part: str, name: str) -> Iterator[tuple[bytes, int]]:
    """Pieces of a part with some of the piece before in front, and how long that front is."""
    before = b""
    try:
        with archive.open(part) as stream:
            while step := stream.read(_STEP):
                yield before + step, len(before)
                before = (before + step)[-_OVERLAP:]
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise _damaged(name, f"部件 {part} 读到一半中断") from error


def _sheet_part(archive: zipfile.ZipFile, sheet: int, name: str) -> str | None:
    """Path of the sheet's XML, through the workbook's list of sheets and its relations."""
    ids = [a.get("r:id", "") for tag, a in _elements(archive, "xl/workbook.xml", name) if tag == "sheet"]
    relations = _elements(archive, "xl/_rels/workbook.xml.rels", name)
    targets = {a.get("Id", ""): a.get("Target", "") for tag, a in relations if tag == "Relationship"}
    target = targets.get(ids[sheet], "") if sheet < len(ids) else ""
    part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return part if part in archive.namelist() else None


def _elements(archive: zipfile.ZipFile, part: str, name: str) -> list[tuple[str, dict[str, str]]]:
    """All start tags of a small part, without their prefixes."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, attributes: found.append((tag.split(":")[-1], attributes))
    try:
        with archive.open(part) as stream:
            parser.ParseFile(cast(BinaryIO, stream))
    except (KeyError, expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise _damaged(name, f"部件 {part} 缺失或无法解析") from error
    return found


def _refuse_dtd(piece: bytes, name: str) -> None:
    if _DTD.search(piece):
        raise DangerousWorkbookError(
            found="工作簿的 XML 里有文档类型或实体定义",
            expected="表格软件保存的普通工作簿",
            todo=_SAVE_AGAIN,
            where=name,
        )


def _ole_kind(file: BinaryIO, name: str) -> str:
    """XLS, unless the container holds an encrypted package, a locked workbook, or none that readers know.

    WPS writes .et as one of these; its oldest versions wrote a format of their own, which nobody else reads.
    """
    file.seek(0)
    data = file.read(64 << 20)
    if _entry(data, "EncryptedPackage") is not None:
        raise encrypted(name)
    entry = next((e for n in ("Workbook", "Book") if (e := _entry(data, n)) is not None), None)
    records = None if entry is None else _records(data, entry)
    if entry is None or (records is not None and records[:1] and records[0] not in _BEGINS):
        old = name.lower().endswith(".et")
        raise NotATableError(
            found="这是 WPS 表格早期版本的 .et 文件" if old else "这是 Office 旧格式文件，但里面没有工作簿",
            expected="XLSX、XLS、ET（与 XLS 相同的内容）、ODS、CSV、TSV 或 JSON 行文件",
            todo="用 WPS 表格打开，另存为 XLSX 后重新报送" if old else "传表格文件，不要传文档",
            where=name,
        )
    if records and _FILEPASS in records:
        raise encrypted(name)
    return "XLS"


def _entry(data: bytes, name: str) -> bytes | None:
    """The directory entry of this stream in a compound file: its name fills 64 of 128 bytes."""
    wanted = name.encode("utf-16le") + b"\0\0"
    place = data.find(wanted)
    while place >= 0:
        if place % _ENTRY == 0 and data[place + 64 : place + 66] == struct.pack("<H", len(wanted)):
            return data[place : place + _ENTRY]
        place = data.find(wanted, place + 2)
    return None


def _records(data: bytes, entry: bytes) -> list[int] | None:
    """Kinds of the first records of a stream, in its first sector; None where it lies in the small stream."""
    sector = 1 << struct.unpack_from("<H", data, 30)[0] if data[30] < 16 else 512
    start, size = struct.unpack_from("<IQ", entry, 116)
    if size < _SMALL:
        return None
    here, end = (start + 1) * sector, min(len(data), (start + 2) * sector)
    kinds = []
    while here + 4 <= end:
        kind, length = struct.unpack_from("<HH", data, here)
        kinds.append(kind)
        here += 4 + length
    return kinds


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
        raise _damaged(path.name, "压缩目录不完整，文件可能没有传完") from error


def _damaged(name: str, what: str) -> DamagedWorkbookError:
    return DamagedWorkbookError(found=what, expected="完整的工作簿", todo=_SAVE_AGAIN, where=name)


def encrypted(name: str) -> EncryptedWorkbookError:
    """The refusal of a workbook that asks for a password."""
    return EncryptedWorkbookError(
        found="打开需要密码", expected="没有密码的工作簿", todo="去掉密码后重新报送", where=name
    )
