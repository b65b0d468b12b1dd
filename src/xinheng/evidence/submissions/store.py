"""The table of submissions and its SQL."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from xinheng.core import canonical
from xinheng.evidence.intake.model import Way
from xinheng.evidence.submissions.model import PERISHABLE, Filter, State, Submission
from xinheng.ground.store.transaction import Row, Transaction

_COLUMNS = (
    "submission, agency, behalf, way, state, item, profile, file_name, size, digest, constants, mapping, "
    "sheet, account, client, key, callback, created, changed, attempts, reviewed_by, reviewed_at, note, "
    "receipt, error"
)
_NAMES = tuple(name.strip() for name in _COLUMNS.split(","))


def _submission(row: Row) -> Submission:
    values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
    return Submission(
        id=values.pop("submission"),
        way=Way(values.pop("way")),
        state=State(values.pop("state")),
        digest=bytes(values.pop("digest")).hex(),
        constants=json.loads(values.pop("constants")),
        mapping=json.loads(values.pop("mapping")),
        error=_loaded(values.pop("error")),
        **values,
    )


def _loaded(text: str | None) -> Mapping[str, Any] | None:
    return None if text is None else json.loads(text)


def insert(tx: Transaction, new: Submission, draft: str | None = None) -> None:
    """Keep a new submission. Raises UniqueClash where the sender used its key before."""
    values = ", ".join(f"%({name})s" for name in _NAMES)
    tx.execute(
        f"insert into submissions ({_COLUMNS}, draft) values ({values}, %(draft)s)",
        _values(new) | {"draft": draft},
    )


def replace(tx: Transaction, changed: Submission, draft: str | None = None) -> None:
    """Write every column of a submission that stands there already."""
    sets = ", ".join(f"{name} = %({name})s" for name in _NAMES[1:])
    tx.execute(
        f"update submissions set {sets}, draft = %(draft)s where submission = %(submission)s",
        _values(changed) | {"draft": draft},
    )


def _values(given: Submission) -> dict[str, Any]:
    return {
        **vars(given),
        "submission": given.id,
        "way": given.way.value,
        "state": given.state.value,
        "digest": bytes.fromhex(given.digest),
        "constants": canonical.dumps(dict(given.constants)),
        "mapping": canonical.dumps(dict(given.mapping)),
        "error": canonical.dumps(dict(given.error)) if given.error is not None else None,
    }


def move(tx: Transaction, submission: UUID, at: datetime, **columns: Any) -> None:
    """Set `columns` of a submission that this transaction has locked, and note when."""
    error = columns.get("error")
    if isinstance(error, Mapping):
        columns["error"] = canonical.dumps(dict(error))
    sets = ", ".join(f"{name} = %({name})s" for name in columns)
    tx.execute(
        f"update submissions set changed = %(at)s, {sets} where submission = %(submission)s",
        {"submission": submission, "at": at, **columns},
    )


def by_id(tx: Transaction, submission: UUID) -> Submission | None:
    rows = tx.fetch(f"select {_COLUMNS} from submissions where submission = %(id)s", {"id": submission})
    return _submission(rows[0]) if rows else None


def locked(tx: Transaction, submission: UUID) -> Submission | None:
    """The same; nobody else moves it before this transaction ends."""
    rows = tx.fetch(
        f"select {_COLUMNS} from submissions where submission = %(id)s for update", {"id": submission}
    )
    return _submission(rows[0]) if rows else None


def by_key(tx: Transaction, sender: str, key: str) -> Submission | None:
    """What a sender (client, else agency by its id's text) handed in under this idempotency key."""
    rows = tx.fetch(
        f"""select {_COLUMNS} from submissions
            where coalesce(client, agency::text) = %(sender)s and key = %(key)s""",
        {"sender": sender, "key": key},
    )
    return _submission(rows[0]) if rows else None


def draft_text(tx: Transaction, submission: UUID) -> str | None:
    """The JSON lines of a draft that was typed in a form."""
    rows = tx.fetch("select draft from submissions where submission = %(id)s", {"id": submission})
    return rows[0][0] if rows else None


def listed(tx: Transaction, wanted: Filter, limit: int) -> list[Submission]:
    """Submissions, newest first."""
    rows = tx.fetch(
        f"""select {_COLUMNS} from submissions
            where (%(agencies)s::uuid[] is null or agency = any(%(agencies)s::uuid[])
                   or behalf = any(%(agencies)s::uuid[]))
              and (%(states)s::text[] is null or state = any(%(states)s::text[]))
              and (%(ways)s::text[] is null or way = any(%(ways)s::text[]))
              and (%(account)s::uuid is null or account = %(account)s::uuid)
              and (%(client)s::text is null or client = %(client)s::text)
              and (%(before)s::uuid is null or submission < %(before)s::uuid)
            order by submission desc limit %(limit)s""",
        {
            "agencies": list(wanted.agencies) if wanted.agencies is not None else None,
            "states": [s.value for s in wanted.states] if wanted.states is not None else None,
            "ways": [w.value for w in wanted.ways] if wanted.ways is not None else None,
            "account": wanted.account,
            "client": wanted.client,
            "before": wanted.before,
            "limit": limit,
        },
    )
    return [_submission(row) for row in rows]


def counts(tx: Transaction, agencies: Iterable[UUID] | None) -> dict[State, int]:
    """How many submissions stand in each state: of these agencies, or of all."""
    rows = tx.fetch(
        """select state, count(*) from submissions
           where %(agencies)s::uuid[] is null or agency = any(%(agencies)s::uuid[])
                 or behalf = any(%(agencies)s::uuid[])
           group by state""",
        {"agencies": list(agencies) if agencies is not None else None},
    )
    return {State(state): int(count) for state, count in rows}


def perished(tx: Transaction, before: datetime, limit: int) -> list[UUID]:
    """What was left untouched since before then, oldest first."""
    rows = tx.fetch(
        """select submission from submissions
           where state = any(%(states)s) and changed < %(before)s order by changed limit %(limit)s""",
        {"states": sorted(s.value for s in PERISHABLE), "before": before, "limit": limit},
    )
    return [row[0] for row in rows]
