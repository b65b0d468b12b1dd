"""What differs between here and there: the table and its SQL."""
# ruff: noqa: S608 - SQL of our own constants; values are parameters

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xinheng.ground.store.transaction import Row, Transaction
from xinheng.outward.reconciliation.model import Kind


@dataclass(frozen=True)
class Found:
    """Something that differs. `about`: record:<uuid>, batch:<uuid>, there:<id>, item:<id>, file:<name>."""

    kind: Kind
    about: str
    owner: UUID
    said: str  # Chinese
    item: str | None = None
    agency: UUID | None = None
    since: datetime | None = None  # None: from now on


@dataclass(frozen=True)
class Difference:
    """A difference as it is kept."""

    difference: UUID
    partner: UUID
    kind: Kind
    about: str
    item: str | None
    agency: UUID | None
    owner: UUID
    since: datetime
    said: str
    case: UUID | None
    ended: datetime | None


@dataclass(frozen=True)
class Wanted:
    """Which differences; None asks nothing. `owners` and `agencies`: a scope, whichever of the two holds."""

    partner: UUID | None = None
    kind: Kind | None = None
    item: str | None = None
    scope: tuple[UUID, ...] | None = None


_COLUMNS = "difference, partner, kind, about, item, agency, owner, since, said, case_id, ended"


def open_keys(tx: Transaction, partner: UUID, kind: Kind) -> dict[str, Difference]:
    """The open differences of one kind, by what they are about."""
    rows = tx.fetch(
        f"""select {_COLUMNS} from upward_differences
            where partner = %(partner)s and kind = %(kind)s and ended is null""",
        {"partner": partner, "kind": kind.value},
    )
    return {row[3]: _difference(row) for row in rows}


def insert(tx: Transaction, given: Sequence[Difference]) -> None:
    """Keep differences."""
    if not given:
        return
    columns: dict[str, list[object]] = {
        "difference": [str(d.difference) for d in given],
        "partner": [str(d.partner) for d in given],
        "kind": [d.kind.value for d in given],
        "about": [d.about for d in given],
        "item": [d.item for d in given],
        "agency": [str(d.agency) if d.agency else None for d in given],
        "owner": [str(d.owner) for d in given],
        "since": [d.since for d in given],
        "said": [d.said for d in given],
        "case_id": [str(d.case) if d.case else None for d in given],
    }
    types = {
        **dict.fromkeys(("difference", "partner", "agency", "owner", "case_id"), "uuid"),
        "since": "timestamptz",
    }
    arrays = ", ".join(f"%({name})s::{types.get(name, 'text')}[]" for name in columns)
    tx.execute(
        f"insert into upward_differences ({', '.join(columns)}) select * from unnest({arrays})", columns
    )


def resay(tx: Transaction, given: Sequence[tuple[UUID, str]]) -> None:
    """Say differences anew: numbers in them changed."""
    if given:
        tx.execute(
            """update upward_differences d set said = g.said
               from unnest(%(ids)s::uuid[], %(said)s::text[]) as g(difference, said)
               where d.difference = g.difference""",
            {"ids": [str(i) for i, _ in given], "said": [s for _, s in given]},
        )


def end(tx: Transaction, ids: Sequence[UUID], at: datetime) -> None:
    """These are gone."""
    if ids:
        tx.execute(
            "update upward_differences set ended = %(at)s where difference = any(%(ids)s::uuid[])",
            {"ids": [str(i) for i in ids], "at": at},
        )


def listed(tx: Transaction, wanted: Wanted, limit: int, offset: int = 0) -> list[Difference]:
    """Open differences, the oldest first."""
    rows = tx.fetch(
        f"""select {_COLUMNS} from upward_differences where {_WHERE}
            order by since, difference limit %(limit)s offset %(offset)s""",
        {**_asked(wanted), "limit": limit, "offset": offset},
    )
    return [_difference(row) for row in rows]


def counts(tx: Transaction, wanted: Wanted) -> dict[Kind, int]:
    """Open differences by kind."""
    rows = tx.fetch(
        f"select kind, count(*) from upward_differences where {_WHERE} group by kind", _asked(wanted)
    )
    return {Kind(row[0]): int(row[1]) for row in rows}


def of_record(tx: Transaction, partner: UUID, record: UUID) -> list[Difference]:
    """Every difference there ever was about a record, the oldest first."""
    rows = tx.fetch(
        f"""select {_COLUMNS} from upward_differences
            where partner = %(partner)s and about = %(about)s order by since""",
        {"partner": partner, "about": f"record:{record}"},
    )
    return [_difference(row) for row in rows]


def returned_cases(tx: Transaction, about: str) -> list[Difference]:
    """The open differences about one thing, with any partner."""
    rows = tx.fetch(
        f"select {_COLUMNS} from upward_differences where about = %(about)s and ended is null",
        {"about": about},
    )
    return [_difference(row) for row in rows]


def forget(tx: Transaction, record: UUID) -> None:
    """The record's content is erased by law: what a difference quotes of it goes."""
    tx.execute(
        "update upward_differences set said = '内容已依法删除' where about = %(about)s",
        {"about": f"record:{record}"},
    )


_WHERE = """ended is null
    and (%(partner)s::uuid is null or partner = %(partner)s::uuid)
    and (%(kind)s::text is null or kind = %(kind)s::text)
    and (%(item)s::text is null or item = %(item)s::text)
    and (%(scope)s::uuid[] is null or owner = any(%(scope)s::uuid[]) or agency = any(%(scope)s::uuid[]))"""


def _asked(wanted: Wanted) -> dict[str, object]:
    return {
        "partner": wanted.partner,
        "kind": wanted.kind.value if wanted.kind else None,
        "item": wanted.item,
        "scope": None if wanted.scope is None else [str(a) for a in wanted.scope],
    }


def _difference(row: Row) -> Difference:
    return Difference(row[0], row[1], Kind(row[2]), *row[3:])
