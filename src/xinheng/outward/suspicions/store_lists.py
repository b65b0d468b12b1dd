"""The tables of lists: their lines, packages, attachments, and what was given back."""
# ruff: noqa: S608 - SQL is composed from our own constants; values are always parameters

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import pyarrow as pa

from xinheng.core import canonical
from xinheng.ground.store.transaction import Row, Transaction
from xinheng.outward.suspicions.model_lists import (
    Attachment,
    Line,
    Origin,
    Package,
    SheetColumn,
    SuspicionList,
)

_LIST = (
    "list_id, office, title, sender, number, item, received_on, due_on, days_back, file_name, file_sha256, "
    "kind, above, columns, lines, persons, masked, origin, created, created_by, closed, closed_by"
)
_LINE = "line, line_id, number, cells, suspicion"
_PACKAGE = "package, list_id, agency, digest, lines, made, made_by, merged_at, merged_made"
_ATTACHMENT = (
    "attachment, suspicion, sha256, name, media, size, added, agency, actor, removed, removed_by, removed_why"
)
SCHEMA = pa.schema(
    [
        ("list_id", pa.binary(16)),
        ("line", pa.int32()),
        ("line_id", pa.binary(16)),
        ("number", pa.string()),
        ("cells", pa.string()),
        ("suspicion", pa.binary(16)),
    ]
)


# -- lists -------------------------------------------------------------------------------------------


def insert_list(tx: Transaction, new: SuspicionList) -> None:
    """Keep a list. Raises UniqueClash where this office has the same file already."""
    origin = vars(new.origin) if new.origin else None
    _insert(
        tx,
        "suspicion_lists",
        _LIST,
        {
            **vars(new),
            "above": canonical.dumps([list(row) for row in new.above]),
            "columns": canonical.dumps([[c.header, c.target, c.written] for c in new.columns]),
            "origin": canonical.dumps({k: str(v) for k, v in origin.items()}) if origin else None,
        },
    )


def list_by_id(tx: Transaction, list_id: UUID, *, held: bool = False) -> SuspicionList | None:
    rows = tx.fetch(
        f"select {_LIST} from suspicion_lists where list_id = %(id)s" + (" for update" if held else ""),
        {"id": list_id},
    )
    return _list(rows[0]) if rows else None


def list_by_file(tx: Transaction, office: UUID, sha256: str) -> SuspicionList | None:
    rows = tx.fetch(
        f"select {_LIST} from suspicion_lists where office = %(office)s and file_sha256 = %(sha256)s",
        {"office": office, "sha256": sha256},
    )
    return _list(rows[0]) if rows else None


def lists(tx: Transaction, sees: UUID | None, limit: int, offset: int) -> list[SuspicionList]:
    """Lists that a body holds or of which something came to it; None: all. The latest first."""
    rows = tx.fetch(
        f"""select {_LIST} from suspicion_lists l
            where %(sees)s::uuid is null or office = %(sees)s::uuid
               or exists (select 1 from suspicions s
                          where s.list_id = l.list_id and s.chain @> array[%(sees)s::uuid])
            order by created desc, list_id limit %(limit)s offset %(offset)s""",
        {"sees": sees, "limit": limit, "offset": offset},
    )
    return [_list(row) for row in rows]


def tallies(tx: Transaction, ids: Collection[UUID], sees: UUID | None) -> dict[UUID, tuple[int, int]]:
    """(lines to be answered, settled ones) of each list, as far as a body sees them."""
    rows = tx.fetch(
        """select list_id, count(*), count(settled) from suspicions
           where list_id = any(%(ids)s::uuid[])
             and (%(sees)s::uuid is null or chain @> array[%(sees)s::uuid])
           group by list_id""",
        {"ids": [str(i) for i in ids], "sees": sees},
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def set_closed(tx: Transaction, list_id: UUID, at: datetime | None, by: str | None) -> None:
    tx.execute(
        "update suspicion_lists set closed = %(at)s, closed_by = %(by)s where list_id = %(id)s",
        {"at": at, "by": by, "id": list_id},
    )


# -- lines -------------------------------------------------------------------------------------------


def load_lines(tx: Transaction, rows: Iterator[pa.RecordBatch]) -> int:
    """Keep lines (SCHEMA)."""
    return tx.load("suspicion_lines", pa.RecordBatchReader.from_batches(SCHEMA, rows))


def lines(tx: Transaction, list_id: UUID, after: int, limit: int) -> list[Line]:
    """Lines of a list in the sender's order, those behind a line of the file."""
    rows = tx.fetch(
        f"""select {_LINE} from suspicion_lines where list_id = %(id)s and line > %(after)s
            order by line limit %(limit)s""",
        {"id": list_id, "after": after, "limit": limit},
    )
    return [_line(row) for row in rows]


def lines_of(tx: Transaction, suspicions: Collection[UUID]) -> dict[UUID, Line]:
    """The line of each of these suspicions."""
    rows = tx.fetch(
        f"select {_LINE} from suspicion_lines where suspicion = any(%(ids)s::uuid[])",
        {"ids": [str(i) for i in suspicions]},
    )
    return {row[4]: _line(row) for row in rows}


def by_line_id(tx: Transaction, list_id: UUID, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """line id -> suspicion, of a list."""
    rows = tx.fetch(
        """select line_id, suspicion from suspicion_lines
           where list_id = %(list)s and line_id = any(%(ids)s::uuid[]) and suspicion is not null""",
        {"list": list_id, "ids": [str(i) for i in ids]},
    )
    return {row[0]: row[1] for row in rows}


# -- packages ----------------------------------------------------------------------------------------


def insert_package(tx: Transaction, new: Package) -> None:
    _insert(tx, "suspicion_packages", _PACKAGE, vars(new))


def package(tx: Transaction, package_id: UUID, *, held: bool = False) -> Package | None:
    rows = tx.fetch(
        f"select {_PACKAGE} from suspicion_packages where package = %(id)s" + (" for update" if held else ""),
        {"id": package_id},
    )
    return Package(*rows[0]) if rows else None


def packages(tx: Transaction, list_id: UUID) -> list[Package]:
    rows = tx.fetch(
        f"select {_PACKAGE} from suspicion_packages where list_id = %(id)s order by made", {"id": list_id}
    )
    return [Package(*row) for row in rows]


def set_merged(tx: Transaction, package_id: UUID, at: datetime, made: str) -> None:
    tx.execute(
        "update suspicion_packages set merged_at = %(at)s, merged_made = %(made)s where package = %(id)s",
        {"at": at, "made": made, "id": package_id},
    )


# -- attachments -------------------------------------------------------------------------------------


def insert_attachment(tx: Transaction, new: Attachment) -> None:
    _insert(tx, "suspicion_attachments", _ATTACHMENT, vars(new))


def attachment(tx: Transaction, attachment_id: UUID) -> Attachment | None:
    rows = tx.fetch(
        f"select {_ATTACHMENT} from suspicion_attachments where attachment = %(id)s", {"id": attachment_id}
    )
    return Attachment(*rows[0]) if rows else None


def attachments(tx: Transaction, suspicions: Collection[UUID]) -> dict[UUID, list[Attachment]]:
    """The attachments of each, removed ones too, in the order in which they were added."""
    rows = tx.fetch(
        f"""select {_ATTACHMENT} from suspicion_attachments where suspicion = any(%(ids)s::uuid[])
            order by suspicion, added, attachment""",
        {"ids": [str(i) for i in suspicions]},
    )
    found: dict[UUID, list[Attachment]] = {}
    for row in rows:
        found.setdefault(row[1], []).append(Attachment(*row))
    return found


def remove_attachment(tx: Transaction, attachment_id: UUID, at: datetime, by: str, why: str) -> None:
    tx.execute(
        """update suspicion_attachments set removed = %(at)s, removed_by = %(by)s, removed_why = %(why)s
           where attachment = %(id)s and removed is null""",
        {"at": at, "by": by, "why": why, "id": attachment_id},
    )


def empty_lines(tx: Transaction, suspicions: Collection[UUID]) -> None:
    """Take away what the sender's rows say of these; the rows stay, blank."""
    for one in lines_of(tx, suspicions).values():
        tx.execute(
            """update suspicion_lines set number = null, cells = %(cells)s where suspicion = %(suspicion)s""",
            {"cells": canonical.dumps([""] * len(one.cells or ())), "suspicion": one.suspicion},
        )


def is_used(tx: Transaction, sha256: str) -> bool:
    """Whether anything still names these bytes."""
    return bool(
        tx.fetch(
            "select 1 from suspicion_attachments where sha256 = %(sha256)s and removed is null limit 1",
            {"sha256": sha256},
        )
    )


# -- what was given back -----------------------------------------------------------------------------


def insert_export(tx: Transaction, values: dict[str, Any]) -> None:
    """export, list_id, at, actor, kind, sha256, lines, open."""
    _insert(tx, "suspicion_exports", "export, list_id, at, actor, kind, sha256, lines, open", values)


def exports(tx: Transaction, list_id: UUID, limit: int) -> list[Row]:
    """(at, actor, kind, sha256, lines, open), the latest first."""
    return tx.fetch(
        """select at, actor, kind, sha256, lines, open from suspicion_exports where list_id = %(id)s
           order by at desc, export limit %(limit)s""",
        {"id": list_id, "limit": limit},
    )


def _insert(tx: Transaction, table: str, columns: str, values: dict[str, Any]) -> None:
    names = ", ".join(f"%({name.strip()})s" for name in columns.split(","))
    tx.execute(f"insert into {table} ({columns}) values ({names})", values)


def _list(row: Row) -> SuspicionList:
    values = dict(zip(_LIST.replace(" ", "").split(","), row, strict=True))
    origin = json.loads(values["origin"]) if values["origin"] else None
    typed = {
        "above": tuple(tuple(cells) for cells in json.loads(values["above"])),
        "columns": tuple(SheetColumn(*pair) for pair in json.loads(values["columns"])),
        "origin": Origin(UUID(origin["list_id"]), UUID(origin["package"]), origin["digest"])
        if origin
        else None,
    }
    return SuspicionList(**values | typed)


def _line(row: Row) -> Line:
    cells = tuple(json.loads(row[3])) if row[3] is not None else None
    return Line(row[0], row[1], row[2], cells, row[4])


def line_rows(list_id: UUID, given: Sequence[Line]) -> pa.RecordBatch:
    """Lines as they are loaded."""
    return pa.RecordBatch.from_pylist(
        [
            {
                "list_id": list_id.bytes,
                "line": one.line,
                "line_id": one.line_id.bytes,
                "number": one.number,
                "cells": canonical.dumps(list(one.cells)) if one.cells is not None else None,
                "suspicion": one.suspicion.bytes if one.suspicion else None,
            }
            for one in given
        ],
        SCHEMA,
    )
