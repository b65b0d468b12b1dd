"""Records on their way upward and their versions: the tables and their SQL, a page of records at a time."""
# ruff: noqa: S608 - SQL of our own constants; values are parameters

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from xinheng.ground.store.transaction import Row, Transaction
from xinheng.outward.reconciliation.model import Act, Kind, State, Way

COLUMNS = (
    "record, item, agency, wanted, act, state, sent, sent_act, stands, there, back, digest, fault, "
    "fault_since, attempts, changed, seen"
)
PAGE = 1_000


@dataclass(frozen=True)
class Kept:
    """A record on its way, with what the comparison needs of it."""

    way: Way
    item: str
    agency: UUID
    digest: str | None
    fault: Kind | None
    fault_since: datetime | None
    attempts: int
    changed: datetime
    seen: datetime | None

    def moved(self, way: Way, at: datetime) -> Kept:
        """The same further on."""
        return self if way == self.way else replace(self, way=way, changed=at)


def by_records(tx: Transaction, partner: UUID, records: Collection[UUID]) -> dict[UUID, Kept]:
    """These records' ways, held until the transaction ends, in one order for everybody."""
    return {
        k.way.record: k for k in _held(tx, partner, "record = any(%(values)s::uuid[])", map(str, records))
    }


def by_there(tx: Transaction, partner: UUID, there: Collection[str]) -> dict[str, Kept]:
    """The ways of the records that the partner calls so."""
    found = _held(tx, partner, "there = any(%(values)s::text[])", there)
    return {k.way.there: k for k in found if k.way.there is not None}


def by_versions(tx: Transaction, partner: UUID, versions: Collection[UUID]) -> dict[UUID, Kept]:
    """By version, the ways of the records whose versions these are."""
    rows = tx.fetch(
        """select version, record from upward_versions
           where partner = %(partner)s and version = any(%(versions)s::uuid[])""",
        {"partner": partner, "versions": [str(v) for v in versions]},
    )
    ways = by_records(tx, partner, {row[1] for row in rows})
    return {version: ways[record] for version, record in rows if record in ways}


def _held(tx: Transaction, partner: UUID, where: str, values: Iterable[str]) -> list[Kept]:
    rows = tx.fetch(
        f"""select {COLUMNS} from upward_records where partner = %(partner)s and {where}
            order by record for update""",
        {"partner": partner, "values": list(values)},
    )
    return [kept_of(row) for row in rows]


def due(tx: Transaction, partner: UUID, limit: int, but: Collection[str] = ()) -> list[Kept]:
    """The next records to be sent: of one item (none of `but`), all with one act; to be recorded first."""
    first = tx.fetch(
        """select item, act from upward_records
           where partner = %(partner)s and state = 'due' and item <> all(%(but)s::text[])
           order by act, item limit 1""",
        {"partner": partner, "but": list(but)},
    )
    if not first:
        return []
    rows = tx.fetch(
        f"""select {COLUMNS} from upward_records
            where partner = %(partner)s and state = 'due' and item = %(item)s and act = %(act)s
            order by record limit %(limit)s for update""",
        {"partner": partner, "item": first[0][0], "act": first[0][1], "limit": limit},
    )
    return [kept_of(row) for row in rows]


def unseen(tx: Transaction, partner: UUID, at: datetime, after: UUID | None) -> list[Kept]:
    """Records that a list of `at` should have named, or that differed before, and that it did not name."""
    rows = tx.fetch(
        f"""select {COLUMNS} from upward_records
            where partner = %(partner)s and record > %(after)s and changed < %(at)s
              and (seen is null or seen < %(at)s) and (stands or fault is not null)
            order by record limit {PAGE} for update""",
        {"partner": partner, "at": at, "after": after or UUID(int=0)},
    )
    return [kept_of(row) for row in rows]


def standing(tx: Transaction, partner: UUID, at: datetime) -> dict[str, tuple[int, int]]:
    """By item: records that the partner held at a moment by its answers and that are not on their way, and
    those that are or were answered since."""
    rows = tx.fetch(
        """select item, count(*) filter (where stands and state = 'taken' and changed < %(at)s),
                  count(*) filter (where state in ('due', 'sent', 'received') or changed >= %(at)s)
           from upward_records where partner = %(partner)s group by item""",
        {"partner": partner, "at": at},
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def save(tx: Transaction, partner: UUID, kept: Sequence[Kept], at: datetime) -> None:
    """Write ways as they are now, and settle the versions that no longer wait."""
    if not kept:
        return
    columns: dict[str, list[object]] = {
        "record": [str(k.way.record) for k in kept],
        "item": [k.item for k in kept],
        "agency": [str(k.agency) for k in kept],
        "wanted": [str(k.way.wanted) for k in kept],
        "act": [k.way.act.value for k in kept],
        "state": [k.way.state.value for k in kept],
        "sent": [_text(k.way.sent) for k in kept],
        "sent_act": [k.way.sent_act.value for k in kept],
        "stands": [k.way.stands for k in kept],
        "there": [k.way.there for k in kept],
        "back": [k.way.back for k in kept],
        "digest": [bytes.fromhex(k.digest) if k.digest else None for k in kept],
        "fault": [k.fault.value if k.fault else None for k in kept],
        "fault_since": [k.fault_since for k in kept],
        "attempts": [k.attempts for k in kept],
        "changed": [k.changed for k in kept],
        "seen": [k.seen for k in kept],
    }
    arrays = ", ".join(f"%({name})s::{_TYPES.get(name, 'text')}[]" for name in columns)
    others = ", ".join(f"{name} = excluded.{name}" for name in columns if name != "record")
    tx.execute(
        f"""insert into upward_records (partner, {COLUMNS})
            select %(partner)s::uuid, * from unnest({arrays})
            on conflict (partner, record) do update set {others}""",
        {**columns, "partner": partner},
    )
    _settle(tx, partner, columns["record"], at)


_TYPES = {
    **dict.fromkeys(("record", "agency", "wanted", "sent"), "uuid"),
    **dict.fromkeys(("stands", "back"), "boolean"),
    **dict.fromkeys(("fault_since", "changed", "seen"), "timestamptz"),
    "digest": "bytea",
    "attempts": "integer",
}


def _settle(tx: Transaction, partner: UUID, records: Sequence[object], at: datetime) -> None:
    """A version waits no longer when it was taken, when a newer one replaced it, or when it is void; one that
    goes once more waits again."""
    tx.execute(
        f"""update upward_versions v
            set settled = case when {_WAITS} then null else %(at)s end,
                outcome = case when {_WAITS} or v.outcome is not null then v.outcome
                               when r.state = 'void' and v.version = r.wanted then 'void'
                               else 'superseded' end
            from upward_records r
            where v.partner = %(partner)s and v.record = any(%(records)s::uuid[])
              and r.partner = v.partner and r.record = v.record and {_WAITS} = (v.settled is not null)""",
        {"partner": partner, "records": list(records), "at": at},
    )


_WAITS = """coalesce((v.version = r.wanted and r.state in ('due', 'sent', 'received', 'returned'))
    or (v.version = r.sent and r.state in ('sent', 'received')), false)"""


def forget(tx: Transaction, record: UUID) -> None:
    """The record's content is erased by law: what was worked out from it goes."""
    values = {"record": record}
    tx.execute("update upward_records set digest = null where record = %(record)s", values)
    tx.execute("update upward_versions set reasons = null where record = %(record)s", values)


def pages(records: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    """Ids a page at a time."""
    for start in range(0, len(records), PAGE):
        yield records[start : start + PAGE]


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def kept_of(row: Row) -> Kept:
    record, item, agency, wanted, act, state, sent, sent_act, stands, there, back, digest, fault = row[:13]
    way = Way(record, wanted, Act(act), State(state), sent, Act(sent_act), stands, there, back)
    return Kept(
        way=way,
        item=item,
        agency=agency,
        digest=bytes(digest).hex() if digest else None,
        fault=Kind(fault) if fault else None,
        fault_since=row[13],
        attempts=row[14],
        changed=row[15],
        seen=row[16],
    )
