"""The tables of capture."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from xinheng.core import canonical
from xinheng.ground.store.transaction import Row, Transaction
from xinheng.outward.capture.model import Capture, Draft, State

_CAPTURE = (
    "capture, agency, name, item, description, created, removed, completed, etag, modified, last_run, "
    "last_code, last_said, last_counts"
)
_DRAFT = (
    "draft, capture, digest, fields, advice, source, page_sha256, fetched, state, edited, decided, "
    "decided_by, submission, line"
)


def insert_capture(tx: Transaction, new: Capture) -> None:
    """Keep a new capture. Raises UniqueClash where the name is taken."""
    _insert(tx, "captures", _CAPTURE, {**vars(new), "last_counts": canonical.dumps(dict(new.last_counts))})


def by_name(tx: Transaction, name: str) -> Capture | None:
    """The capture of this name that was not removed."""
    rows = tx.fetch(
        f"select {_CAPTURE} from captures where name = %(name)s and removed is null", {"name": name}
    )
    return _capture(rows[0]) if rows else None


def by_id(tx: Transaction, capture: UUID) -> Capture | None:
    rows = tx.fetch(f"select {_CAPTURE} from captures where capture = %(id)s", {"id": capture})
    return _capture(rows[0]) if rows else None


def listed(tx: Transaction, among: Collection[UUID] | None) -> list[Capture]:
    """Captures that were not removed, by name: of these agencies, or of all."""
    rows = tx.fetch(
        f"""select {_CAPTURE} from captures
            where removed is null and (%(among)s::uuid[] is null or agency = any(%(among)s::uuid[]))
            order by name""",
        {"among": None if among is None else list(among)},
    )
    return [_capture(row) for row in rows]


def set_removed(tx: Transaction, capture: UUID, at: datetime) -> None:
    tx.execute("update captures set removed = %(at)s where capture = %(id)s", {"at": at, "id": capture})


def set_completed(
    tx: Transaction, capture: UUID, at: datetime, etag: str | None, modified: str | None
) -> None:
    """Note that a run came to its end, and what its first page said of itself."""
    tx.execute(
        """update captures set completed = %(at)s, etag = %(etag)s, modified = %(modified)s
           where capture = %(id)s""",
        {"at": at, "etag": etag, "modified": modified, "id": capture},
    )


def set_ended(
    tx: Transaction,
    capture: UUID,
    at: datetime,
    code: str | None,
    said: str | None,
    counts: Mapping[str, int],
) -> None:
    """Note how the last run ended."""
    tx.execute(
        """update captures set last_run = %(at)s, last_code = %(code)s, last_said = %(said)s,
           last_counts = %(counts)s where capture = %(id)s""",
        {"at": at, "code": code, "said": said, "counts": canonical.dumps(dict(counts)), "id": capture},
    )


def seen(tx: Transaction, capture: UUID, pages: Iterable[bytes]) -> set[bytes]:
    """Which of these pages were read before."""
    found: set[bytes] = set()
    for page in dict.fromkeys(pages):
        rows = tx.fetch(
            "select 1 from capture_seen where capture = %(id)s and page = %(page)s",
            {"id": capture, "page": page},
        )
        if rows:
            found.add(page)
    return found


def see(tx: Transaction, capture: UUID, pages: Iterable[bytes]) -> None:
    """Note pages as read."""
    for page in pages:
        tx.execute(
            "insert into capture_seen values (%(id)s, %(page)s) on conflict do nothing",
            {"id": capture, "page": page},
        )


def insert_draft(tx: Transaction, draft: Draft) -> bool:
    """Keep a draft; False where the same row was one before."""
    return bool(_insert(tx, "capture_drafts", _DRAFT, _values(draft), " on conflict do nothing"))


def waiting(tx: Transaction, capture: UUID, limit: int, offset: int = 0) -> list[Draft]:
    """Drafts that wait for the agency, oldest first."""
    rows = tx.fetch(
        f"""select {_DRAFT} from capture_drafts where capture = %(id)s and state = 'waiting'
            order by draft limit %(limit)s offset %(offset)s""",
        {"id": capture, "limit": limit, "offset": offset},
    )
    return [_draft(row) for row in rows]


def draft(tx: Transaction, which: UUID) -> Draft | None:
    rows = tx.fetch(f"select {_DRAFT} from capture_drafts where draft = %(id)s", {"id": which})
    return _draft(rows[0]) if rows else None


def locked(tx: Transaction, capture: UUID, drafts: Iterable[UUID]) -> list[Draft]:
    """Those of these drafts that wait, locked against another decision, in the order of their ids."""
    rows = tx.fetch(
        f"""select {_DRAFT} from capture_drafts where capture = %(id)s and state = 'waiting'
            and draft = any(%(drafts)s::uuid[]) order by draft for update""",
        {"id": capture, "drafts": [str(d) for d in drafts]},
    )
    return [_draft(row) for row in rows]


def counts(tx: Transaction, captures: Iterable[UUID]) -> dict[UUID, dict[State, int]]:
    """How many drafts of each capture stand in each state."""
    rows = tx.fetch(
        """select capture, state, count(*) from capture_drafts
           where capture = any(%(captures)s::uuid[]) group by capture, state""",
        {"captures": [str(c) for c in captures]},
    )
    found: dict[UUID, dict[State, int]] = {}
    for capture, state, count in rows:
        found.setdefault(capture, {})[State(state)] = count
    return found


def save_draft(tx: Transaction, changed: Draft) -> None:
    """Keep what became of a draft."""
    names = [n.strip() for n in _DRAFT.split(",")][3:]
    sets = ", ".join(f"{n} = %({n})s" for n in names)
    tx.execute(f"update capture_drafts set {sets} where draft = %(draft)s", _values(changed))


def _values(draft: Draft) -> dict[str, Any]:
    texts = {
        "fields": canonical.dumps(dict(draft.fields)),
        "advice": json.dumps(list(draft.advice), ensure_ascii=False),
        "state": draft.state.value,
    }
    return {**vars(draft), **texts}


def _insert(tx: Transaction, table: str, columns: str, values: Mapping[str, Any], end: str = "") -> int:
    names = ", ".join(f"%({name.strip()})s" for name in columns.split(","))
    return tx.execute(f"insert into {table} ({columns}) values ({names}){end}", values)


def _capture(row: Row) -> Capture:
    values = dict(zip(_CAPTURE.replace(" ", "").split(","), row, strict=True))
    return Capture(**values | {"last_counts": json.loads(values["last_counts"])})


def _draft(row: Row) -> Draft:
    values = dict(zip(_DRAFT.replace(" ", "").split(","), row, strict=True))
    texts = {
        "digest": bytes(values["digest"]),
        "fields": json.loads(values["fields"]),
        "advice": tuple(json.loads(values["advice"])),
        "state": State(values["state"]),
    }
    return Draft(**values | texts)
