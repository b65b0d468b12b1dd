"""Which arriving rows meet something that is held: set-wise, in the transaction that will append.

The caller hands over one row per candidate (`ARRIVING_SCHEMA`); everything stays in temporary tables that go
with the transaction, so that a million rows pass through no program.
"""
# ruff: noqa: S608 - SQL of our own constants; values are parameters

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pyarrow as pa

from xinheng.evidence.ledger.about import about
from xinheng.ground.store.transaction import Row, Transaction

ARRIVING_SCHEMA = pa.schema(
    [
        ("line", pa.int32()),
        ("key_mac", pa.binary(32)),
        ("named_record", pa.binary(16)),  # the record that the row names, or null
        ("numbered", pa.bool_()),  # it has a document number
        ("deciding", pa.bool_()),  # its sender is the deciding authority
    ]
)
CONTENT_SCHEMA = pa.schema([("line", pa.int32()), ("content_mac", pa.binary(32))])
PAGE = 50_000

_CREATE = """
create temp table arriving (
    line integer not null, key_mac bytea not null,
    named_record uuid, numbered boolean not null, deciding boolean not null
) on commit drop
"""

_MEET = """
create temp table found on commit drop as
select a.line, a.key_mac, a.numbered, a.deciding, false as named,
       r.record, r.event, r.source, r.state, r.content_mac as held
from arriving a join record_keys k on k.key_mac = a.key_mac join records r on r.record = k.record
where a.named_record is null
union all
select a.line, a.key_mac, a.numbered, a.deciding, true,
       r.record, r.event, r.source, r.state, r.content_mac
from arriving a left join records r on r.record = a.named_record
where a.named_record is not null
"""

# Whatever meets a record or a buried key: only of these rows does the comparison need to know what they say.
_LINES = """
select line from found
union
select a.line from arriving a join tombstones t on t.key_mac = a.key_mac where a.named_record is null
order by line
"""

_SITUATION = f"""
create temp table met on commit drop as
with said as (select f.*, s.content_mac from found f join said_lines s on s.line = f.line)
select f.line, f.record, f.event,
       coalesce(f.held = f.content_mac, false) as same,
       f.deciding or coalesce(f.source = any(%(own)s::uuid[]), false) as own,
       case when f.held = f.content_mac or f.record is null then false
            else exists (select from contents c where {about("f.record")} and c.event <> f.event
                         and c.content_mac = f.content_mac)
                 or exists (select from tombstones t where t.key_mac = f.key_mac
                            and t.reason = 'superseded'
                            and f.content_mac = any(t.content_macs)) end as superseded,
       coalesce(f.state = 'withdrawn', false) as withdrawn,
       coalesce(f.state = 'erased', false) as erased,
       exists (select from contents c join events e on e.event = c.event
               where c.record = f.record and c.event <> c.record
                 and e.kind = 'publicity_ended') as ended,
       f.numbered, f.named,
       f.record is null as missing,
       f.named and exists (select from record_keys o
                           where o.key_mac = f.key_mac and o.record <> f.record) as taken,
       count(*) over (partition by f.record) > 1 as doubled
from said f
"""

# Keys whose record is gone (erased) or has moved to another key: a re-send must not revive what it said.
_BURIED = """
insert into met
select a.line, t.record, null::uuid, false, a.deciding,
       t.reason = 'superseded', false, t.reason <> 'superseded', false, a.numbered, false, false, false, false
from arriving a join tombstones t on t.key_mac = a.key_mac join said_lines s on s.line = a.line
where a.named_record is null
  and (t.reason <> 'superseded' or s.content_mac = any(t.content_macs))
  and not exists (select from met m where m.line = a.line)
"""

_BITS = (
    *("same", "own", "superseded", "withdrawn", "erased", "ended", "numbered", "named"),
    *("missing", "taken", "doubled"),
)


def meet(tx: Transaction, arriving: pa.RecordBatchReader) -> list[int]:
    """Load the arriving rows; the lines that meet something held, ascending."""
    tx.execute(_CREATE)
    tx.load("arriving", arriving)
    tx.execute("analyze arriving")
    tx.execute(_MEET)
    return [line for (line,) in tx.fetch(_LINES)]


def compare(tx: Transaction, said: pa.RecordBatchReader, own: tuple[UUID, ...]) -> None:
    """Work out what the lines of `meet` mean. `said` (CONTENT_SCHEMA): what they say.

    `own`: agencies whose records the sender may correct.
    """
    tx.execute("create temp table said_lines (line integer not null, content_mac bytea) on commit drop")
    tx.load("said_lines", said)
    tx.execute("analyze said_lines")
    tx.execute(_SITUATION, {"own": list(own)})
    tx.execute(_BURIED)
    tx.execute("create unique index on met (line)")


def met(tx: Transaction) -> Iterator[list[Row]]:
    """Rows that meet something, by line, in pages: (line, record, current event, situation bits)."""
    bits = " + ".join(f"{name}::int * {1 << i}" for i, name in enumerate(_BITS))
    last = 0
    while page := tx.fetch(
        f"select line, record, event, {bits} from met where line > %(last)s order by line limit {PAGE}",
        {"last": last},
    ):
        yield page
        last = page[-1][0]


def retire_keys(tx: Transaction, records: list[UUID]) -> None:
    """Remember the keys that these records leave for those of their arriving rows, with all they said so far.

    Call it after `compare` and before the append.
    """
    tx.execute(
        f"""
        insert into tombstones (key_mac, record, content_macs, reason)
        select r.key_mac, r.record,
               array(select c.content_mac from contents c
                     where {about("r.record")} and c.content_mac is not null),
               'superseded'
        from records r join arriving a on a.named_record = r.record
        where r.record = any(%(records)s::uuid[]) and r.key_mac <> a.key_mac
        on conflict (key_mac) do update
        set content_macs = tombstones.content_macs || excluded.content_macs
        where tombstones.reason = 'superseded'
        """,
        {"records": records},
    )
