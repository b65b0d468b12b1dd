"""The files of the folder exchange (docs/reconciliation.md): JSON lines, each with a manifest beside it.

A data file is written under `.part` and renamed; its manifest follows in the same way. Who reads takes a
manifest first: it names file, rows and SHA-256, and a file that is not what its manifest says is half-written
and left alone. Names say nothing; all that counts stands in the manifest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from xinheng.core import canonical
from xinheng.core.times import Known
from xinheng.outward.reconciliation.model import Act, Held, Outcome
from xinheng.outward.reconciliation.partner import Line, Outgoing, Said

FORMAT: Final = "xinheng-upward/1"
OUTBOX, INBOX = "outbox", "inbox"  # as the lower side sees it
MANIFEST: Final = ".manifest.json"
PART: Final = ".part"
MOST_BYTES: Final = 512 << 20  # of one file
KINDS: Final = {Act.RECORD: "records", Act.WITHDRAW: "withdrawals"}


@dataclass(frozen=True)
class Manifest:
    """What a data file is."""

    kind: str  # records, withdrawals, receipt, snapshot
    file: str
    rows: int
    sha256: str
    made: datetime
    batch: UUID | None = None
    number: int | None = None
    item: str | None = None

    def as_json(self) -> bytes:
        """The text of the manifest."""
        value = {
            "format": FORMAT,
            "kind": self.kind,
            "file": self.file,
            "rows": self.rows,
            "sha256": self.sha256,
            "made": Known(self.made).isoformat(),
            "batch": str(self.batch) if self.batch else None,
            "number": self.number,
            "item": self.item,
        }
        return (canonical.dumps(value) + "\n").encode()


class Unreadable(ValueError):
    """A file is not what the format says; the text says what is wrong, in Chinese."""


def manifest(content: bytes) -> Manifest:
    """Read a manifest. Raises Unreadable."""
    said = _object(content, "清单")
    if said.get("format") != FORMAT:
        raise Unreadable(f"清单的 format 不是 {FORMAT}")
    try:
        return Manifest(
            kind=str(said["kind"]),
            file=_name(said["file"]),
            rows=int(said["rows"]),
            sha256=str(said["sha256"]),
            made=Known.parse(said["made"]).at,
            batch=UUID(said["batch"]) if said.get("batch") else None,
            number=said.get("number"),
            item=said.get("item"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable("清单缺项，或有的项不合格式") from error


def _name(given: Any) -> str:
    """A plain file name: nothing that leads out of the folder."""
    name = str(given)
    if not name or "/" in name or "\\" in name or name.startswith(".") or "\0" in name:
        raise ValueError("a file name")
    return name


def written(values: Iterable[Mapping[str, Any]]) -> tuple[bytes, int]:
    """JSON lines and how many there are."""
    lines = [canonical.dumps(dict(value)) for value in values]
    return "".join(line + "\n" for line in lines).encode(), len(lines)


def described(
    kind: str,
    file: str,
    content: bytes,
    rows: int,
    made: datetime,
    batch: tuple[UUID, int, str] | None = None,
) -> Manifest:
    """The manifest of a content. `batch`: id, number and item."""
    digest = hashlib.sha256(content).hexdigest()
    return Manifest(kind, file, rows, digest, made, *(batch or (None, None, None)))


def lines(content: bytes, of: Manifest) -> list[dict[str, Any]]:
    """The rows of a data file. Raises Unreadable where it is not what its manifest says."""
    if hashlib.sha256(content).hexdigest() != of.sha256:
        raise Unreadable("内容与清单的摘要不符，多为没有写完")
    found = [_object(line, "行") for line in content.splitlines() if line.strip()]
    if len(found) != of.rows:
        raise Unreadable(f"清单写 {of.rows} 行，实有 {len(found)} 行")
    return found


def _object(content: bytes, what: str) -> dict[str, Any]:
    try:
        said = json.loads(content)
    except ValueError:
        raise Unreadable(f"{what}不是 JSON") from None
    if not isinstance(said, dict):
        raise Unreadable(f"{what}不是 JSON 对象")
    return said


# -- rows --------------------------------------------------------------------------------------------


def outgoing_rows(out: Outgoing) -> Iterable[dict[str, Any]]:
    """A batch as rows."""
    for line in out.lines:
        head = {
            "version": str(line.version),
            "record": str(line.record),
            "seq": line.seq,
            "there": line.there,
        }
        if out.act is Act.RECORD:
            yield {**head, "fields": dict(line.fields)}
        else:
            yield {**head, "on": line.on.isoformat() if line.on else None, "reason": line.reason}


def line_of(row: Mapping[str, Any]) -> Line:
    """A row of a batch as the upper side reads it. Raises Unreadable."""
    try:
        fields = row.get("fields") or {}
        if not isinstance(fields, dict) or not all(isinstance(v, str) for v in fields.values()):
            raise TypeError("fields")
        return Line(
            version=UUID(row["version"]),
            record=UUID(row["record"]),
            seq=int(row["seq"]),
            there=row.get("there"),
            fields=fields,
            on=date.fromisoformat(row["on"]) if row.get("on") else None,
            reason=row.get("reason"),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable("有的行缺项或不合格式") from error


def said_row(said: Said) -> dict[str, Any]:
    """An answer as a row of a receipt."""
    return {
        "version": str(said.version),
        "outcome": said.outcome.value,
        "there": said.there,
        "reasons": list(said.reasons),
    }


def said_of(row: Mapping[str, Any]) -> Said:
    """A row of a receipt. Raises Unreadable."""
    try:
        reasons = row.get("reasons") or ()
        there = row.get("there")
        return Said(
            UUID(row["version"]),
            Outcome(row["outcome"]),
            None if there is None else str(there)[:200],
            tuple(str(text) for text in reasons),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable("回执有的行缺项或不合格式") from error


def held_row(held: Held) -> dict[str, Any]:
    """What is held as a row of a snapshot."""
    return {
        "there": held.there,
        "record": str(held.record) if held.record else None,
        "item": held.item,
        "state": "current" if held.current else "withdrawn",
        "shown": held.shown,
        "digest": held.digest,
    }


def held_of(row: Mapping[str, Any]) -> Held:
    """A row of a snapshot. Raises Unreadable."""
    try:
        if row["state"] not in ("current", "withdrawn") or not isinstance(row["shown"], bool):
            raise ValueError("state or shown")
        return Held(
            there=str(row["there"])[:200],
            item=str(row["item"]),
            current=row["state"] == "current",
            shown=row["shown"],
            digest=row.get("digest"),
            record=UUID(row["record"]) if row.get("record") else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable("清单有的行缺项或不合格式") from error
