"""Giving a list back in the sender's form: title rows, columns and order as they came, answers filled in."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import xlsxwriter

from xinheng.core.ids import new_id
from xinheng.core.times import Clock
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit
from xinheng.office.cases.model import Actor
from xinheng.outward.suspicions import store, store_lists
from xinheng.outward.suspicions.model import State
from xinheng.outward.suspicions.model_lists import (
    ADDED,
    PERSON_SAID,
    TO_FILL,
    Attachment,
    Column,
    Line,
    SheetColumn,
    SuspicionList,
    answered,
    filled,
)

PIECE = 5_000
CELL = 32_767  # characters in a cell of a spreadsheet
STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
FIXED = (1980, 1, 1, 0, 0, 0)  # of a member of a zip: the same list gives the same bytes


@dataclass(frozen=True)
class Scan:
    """An attachment with the name it has in what is given back."""

    name: str
    attachment: Attachment


@dataclass(frozen=True)
class Returned:
    """What was written: rows as they go back, scans by line, how many rows wait for an answer that stands."""

    columns: tuple[SheetColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    scans: tuple[Scan, ...]
    open: int


def returned(tx: Transaction, of: SuspicionList) -> Returned:
    """The list as it stands: rows whose answer was accepted here are filled, others are as they came.

    A row about a natural person has its number alone: nothing else of it was kept.
    """
    columns = of.columns
    if not {c.target for c in columns} & {c.value for c in TO_FILL}:
        columns = (*columns, *(SheetColumn(header, c.value, header) for c, header in ADDED.items()))
    rows: list[tuple[str, ...]] = []
    scans: list[Scan] = []
    waiting = 0
    for line, said, own in _answered(tx, of):
        waiting += said is None
        scans.extend(own)
        cells = (*line.cells, *[""] * (len(columns) - len(of.columns))) if line.cells is not None else None
        rows.append(filled(columns, cells, said or {}, line.number))
    return Returned(columns, tuple(rows), tuple(scans), waiting)


def _answered(
    tx: Transaction, of: SuspicionList
) -> Iterator[tuple[Line, Mapping[Column, str] | None, list[Scan]]]:
    """Each line in order with what is said of it (None: nothing yet) and its scans."""
    after = 0
    while part := store_lists.lines(tx, of.list_id, after, PIECE):
        after = part[-1].line
        ids = [line.suspicion for line in part if line.suspicion]
        settled = {s.suspicion: s for s in store.by_ids(tx, ids) if s.state is State.SETTLED}
        files = store_lists.attachments(tx, list(settled))
        for line in part:
            if line.cells is None:
                yield line, PERSON_SAID, []
                continue
            if line.suspicion is None:  # a remark below the table
                yield line, {}, []
                continue
            one = settled.get(line.suspicion)
            if one is None:
                yield line, None, []
                continue
            own = scans_of(line.line, files.get(one.suspicion, ()))
            yield line, answered(one.outcome, one.note or "", [scan.name for scan in own]), own


def scans_of(line: int, attachments: Sequence[Attachment]) -> list[Scan]:
    """The scans of a line under the names they go out with: line, ordinal, own name."""
    standing = [a for a in attachments if a.removed is None]
    return [Scan(f"第{line}行-{n}-{a.name}", a) for n, a in enumerate(standing, 1)]


# -- writing -----------------------------------------------------------------------------------------


def as_xlsx(of: SuspicionList, what: Returned) -> bytes:
    """A workbook: every cell a text, so that no number loses digits and no text becomes a formula."""
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(
        sink,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"created": datetime(1980, 1, 1, tzinfo=UTC)})
    sheet = book.add_worksheet()
    text = book.add_format({"num_format": "@"})
    for at, row in enumerate(_all_rows(of, what)):
        for place, cell in enumerate(row):
            if cell:
                sheet.write_string(at, place, cell[:CELL], text)
    book.close()
    return sink.getvalue()


def as_csv(of: SuspicionList, what: Returned) -> bytes:
    """UTF-8 with a mark, as spreadsheets read it; what we filled in never begins a formula (decision 25)."""
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, lineterminator="\r\n")
    ours = {i for i, c in enumerate(what.columns) if c.target in {c.value for c in TO_FILL}}
    for row in _all_rows(of, what):
        writer.writerow(
            f"'{cell}" if i in ours and cell.startswith(STARTS_FORMULA) else cell
            for i, cell in enumerate(row)
        )
    return sink.getvalue().encode("utf-8-sig")


def _all_rows(of: SuspicionList, what: Returned) -> Iterator[Sequence[str]]:
    yield from of.above
    yield [column.written for column in what.columns]
    yield from what.rows


WRITERS: Final[Mapping[str, Callable[[SuspicionList, Returned], bytes]]] = {"xlsx": as_xlsx, "csv": as_csv}


def as_zip(of: SuspicionList, what: Returned, kind: str, read: Callable[[str], bytes], target: Path) -> None:
    """The filled sheet and all scans, named by line, into `target`. `read`: the bytes of a digest."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as parts:
        put(parts, f"反馈表.{kind}", WRITERS[kind](of, what))
        for scan in what.scans:
            put(parts, f"附件/{scan.name}", read(scan.attachment.sha256))


def put(parts: zipfile.ZipFile, name: str, content: bytes) -> None:
    """One member with fixed time and rights: the same content gives the same bytes."""
    member = zipfile.ZipInfo(name, FIXED)
    member.external_attr = 0o600 << 16
    parts.writestr(member, content)


def note(
    tx: Transaction,
    of: SuspicionList,
    kind: str,
    digest: str,
    count: tuple[int, int],
    actor: Actor,
    clock: Clock,
) -> None:
    """Note what was given out: digest, lines, and how many of them are open (`count`)."""
    store_lists.insert_export(
        tx,
        {
            "export": new_id(clock),
            "list_id": of.list_id,
            "at": clock.now().at,
            "actor": actor.name,
            "kind": kind,
            "sha256": digest,
            "lines": count[0],
            "open": count[1],
        },
    )
    audit.note(tx, clock, actor.name, "suspicions.export", f"{of.title} {kind} {digest[:12]}", actor.account)


def digest(content: bytes) -> str:
    """SHA-256 as hex."""
    return hashlib.sha256(content).hexdigest()
