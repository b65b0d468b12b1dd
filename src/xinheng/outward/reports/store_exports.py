"""The table exports."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xinheng.ground.store.transaction import Transaction


@dataclass(frozen=True)
class Entry:
    """One export or print."""

    export: int
    at: datetime
    actor: str
    agency: UUID | None
    what: str
    filters: str
    form: str
    rows: int
    purpose: str | None
    digest: str | None


def insert(tx: Transaction, values: Mapping[str, object]) -> None:
    tx.execute(
        """insert into exports (at, account, actor, agency, what, filters, form, rows, purpose, digest)
           values (%(at)s, %(account)s, %(actor)s, %(agency)s, %(what)s, %(filters)s, %(form)s, %(rows)s,
                   %(purpose)s, %(digest)s)""",
        values,
    )


def listed(tx: Transaction, among: Collection[UUID] | None, limit: int, before: int | None) -> list[Entry]:
    rows = tx.fetch(
        """select export, at, actor, agency, what, filters, form, rows, purpose, digest from exports
           where (%(among)s::uuid[] is null or agency = any(%(among)s::uuid[]))
             and (%(before)s::bigint is null or export < %(before)s::bigint)
           order by export desc limit %(limit)s""",
        {"among": None if among is None else list(among), "limit": limit, "before": before},
    )
    return [Entry(*row) for row in rows]
