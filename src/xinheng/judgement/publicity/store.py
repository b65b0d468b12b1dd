"""The tables `publicity`, `publicity_names`, `publicity_grounds` and their SQL; nobody else touches them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pyarrow as pa

from xinheng.ground.store.transaction import Params, Row, Transaction
from xinheng.judgement.publicity.deciding import SCHEMA
from xinheng.judgement.publicity.model import Decision, PublicityRow
from xinheng.judgement.publicity.numbers import Words, number_of

_STAGED = "publicity_staged"
_COLUMNS = """p.record, i.name, p.subject, a.name, p.decided_on, c.name, g.regime, g.class, p.shown,
    p.first_day, p.earliest_end, g.earliest_note, p.last_day, g.reason, g.pack, p.ended_on"""
_WORDS = """join publicity_grounds g using (ground)
    join publicity_names i on i.number = p.item
    join publicity_names c on c.number = p.channel
    left join publicity_names a on a.number = p.authority"""
_FEW = 10  # authorities; a part that more have is met so often on the way that the index of lists is quicker
# Shown by this site on a day: what the law decided, unless an event has ended it.
_SHOWN = """p.listed and p.first_day <= %(day)s and (p.last_day is null or p.last_day >= %(day)s)
            and (p.ended_on is null or p.ended_on > %(day)s)"""


@dataclass(frozen=True)
class Listing:
    """Which of the records that this site shows are asked for. `authority` is a part of the deciding
    authority's name; dates are days of decision, both ends included. `after` is the (decided_on, record) of
    the last row seen."""

    item: str | None = None
    authority: str | None = None
    decided_from: date | None = None
    decided_to: date | None = None
    subject: UUID | None = None
    subjects: tuple[UUID, ...] = ()  # any of these; empty: no matter which
    after: tuple[date, UUID] | None = None


def load(tx: Transaction, rows: pa.RecordBatchReader) -> int:
    """Add rows (SCHEMA) for records that are new."""
    return tx.load("publicity", rows)


def enter_words(tx: Transaction, words: Words) -> None:
    """Make sure that what the numbers of rows stand for is there. Call it while nobody else can append:
    writers that enter the same words would otherwise wait for each other."""
    tx.execute(
        """insert into publicity_names (number, kind, name)
           select * from unnest(%(numbers)s::bigint[], %(kinds)s::text[], %(names)s::text[])
           on conflict (number) do nothing""",
        {
            "numbers": list(words.names),
            "kinds": [kind for kind, _ in words.names.values()],
            "names": [name for _, name in words.names.values()],
        },
    )
    grounds = words.grounds.values()
    tx.execute(
        """insert into publicity_grounds (ground, regime, class, earliest_note, reason, pack)
           select * from unnest(%(grounds)s::bigint[], %(regimes)s::text[], %(classes)s::text[],
                                %(notes)s::text[], %(reasons)s::text[], %(packs)s::text[])
           on conflict (ground) do nothing""",
        {
            "grounds": list(words.grounds),
            "regimes": [ground.regime for ground in grounds],
            "classes": [ground.class_ for ground in grounds],
            "notes": [ground.earliest_note for ground in grounds],
            "reasons": [ground.reason for ground in grounds],
            "packs": [ground.pack for ground in grounds],
        },
    )


def forget_names(tx: Transaction) -> None:
    """Forget the authorities that no row names any more: after an erasure nothing of what a record said is
    left. Call it while nobody else can append."""
    # those of which nothing is listed are few: for them alone the table is looked through
    idle = tx.fetch(
        f"""select number from publicity_names n
            where kind = 'authority' and ({_LISTED["authority"]}) is not true"""
    )
    if idle:
        tx.execute(
            """delete from publicity_names n where number = any(%(idle)s::bigint[])
               and not exists (select from publicity p where p.authority = n.number)""",
            {"idle": [row[0] for row in idle]},
        )


def replace(tx: Transaction, rows: pa.RecordBatchReader) -> None:
    """Bring the rows of existing records to `rows` (SCHEMA). What an event has ended stays ended."""
    tx.execute(f"create temporary table {_STAGED} (like publicity including defaults) on commit drop")
    tx.load(_STAGED, rows)
    names = [name for name in SCHEMA.names if name not in ("record", "channel")]
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in names)
    columns = ", ".join(f'"{name}"' for name in SCHEMA.names)
    tx.execute(
        f"""delete from publicity p using (select distinct record from {_STAGED}) s
            where p.record = s.record and not exists (
                select 1 from {_STAGED} k where k.record = p.record and k.channel = p.channel)"""
    )
    tx.execute(
        f"""insert into publicity ({columns}) select {columns} from {_STAGED}
            on conflict (record, channel) do update set {changes}"""
    )
    tx.execute(f"drop table {_STAGED}")


def drop(tx: Transaction, records: Sequence[bytes]) -> None:
    """Forget records that no longer stand (withdrawn, erased)."""
    ids = [str(UUID(bytes=record)) for record in records]
    tx.execute("delete from publicity where record = any(%(records)s::uuid[])", {"records": ids})


def end(tx: Transaction, record: bytes, channel: str | None, on: date) -> int:
    """End the publicity of a record on `on` (the first day not shown), in one channel or in all.

    An earlier end stands. How many channels it ended.
    """
    return tx.execute(
        """update publicity set ended_on = %(on)s
           where record = %(record)s::uuid
             and (%(channel)s::bigint is null or channel = %(channel)s::bigint)
             and (ended_on is null or ended_on > %(on)s)""",
        {"record": str(UUID(bytes=record)), "channel": _channel(channel), "on": on},
    )


def of_records(tx: Transaction, records: Sequence[UUID], channel: str | None = None) -> list[PublicityRow]:
    """Every decision about these records, shown or not, by record and channel."""
    rows = tx.fetch(
        f"""select {_COLUMNS} from publicity p {_WORDS}
            where p.record = any(%(records)s::uuid[])
              and (%(channel)s::bigint is null or p.channel = %(channel)s::bigint)
            order by p.record, c.name""",
        {"records": [str(record) for record in records], "channel": _channel(channel)},
    )
    return [row_of(row) for row in rows]


def listed(tx: Transaction, asked: Listing, day: date, limit: int) -> list[PublicityRow]:
    """Shown records on `day`, latest decision first, at most `limit`."""
    way = _way(tx, asked, day)
    if way is None:
        return []
    rows = tx.fetch(
        f"""select {_COLUMNS} from (
                select p.* from {way.each} cross join lateral (
                    select * from publicity p where {way.where}
                    order by p.decided_on desc, p.record desc limit %(limit)s) p
                order by p.decided_on desc, p.record desc limit %(limit)s) p {_WORDS}
            order by p.decided_on desc, p.record desc""",
        {**way.params, "limit": limit},
    )
    return [row_of(row) for row in rows]


def counted(tx: Transaction, asked: Listing, day: date, most: int) -> int:
    """How many records are shown on `day`; never counts beyond `most` + 1."""
    way = _way(tx, asked, day)
    if way is None:
        return 0
    # In the order of the index: whoever looks through the table until it has enough reads all of it where
    # an item came last.
    rows = tx.fetch(
        f"""select count(*) from (
                select 1 from {way.each} cross join lateral (
                    select 1 from publicity p where {way.where} order by p.decided_on desc limit %(most)s) p
                limit %(most)s) as found""",
        {**way.params, "most": most + 1},
    )
    return int(rows[0][0])


def counted_by_subject(tx: Transaction, subjects: Sequence[UUID], day: date, most: int) -> dict[UUID, int]:
    """How many records about each subject are shown on `day`, in one query; none counts beyond `most` + 1."""
    rows = tx.fetch(
        f"""select asked.subject, found.count
            from unnest(%(subjects)s::uuid[]) as asked(subject)
            cross join lateral (select count(*) from (
                select 1 from publicity p where p.subject = asked.subject and {_SHOWN}
                limit %(most)s) as shown) as found(count)""",
        {"subjects": [str(s) for s in subjects], "day": day, "most": most + 1},
    )
    return {row[0]: int(row[1]) for row in rows}


def items(tx: Transaction) -> list[int]:
    """The items of which records are shown, by number."""
    return [row[0] for row in tx.fetch(f"select number from publicity_names n where {_LISTED['item']}")]


def authorities(tx: Transaction, part: str) -> list[int]:
    """Deciding authorities of shown records whose name holds `part`, by number."""
    rows = tx.fetch(
        f"""select number from publicity_names n
            where position(%(part)s in name) > 0 and {_LISTED["authority"]}""",
        {"part": part},
    )
    return [row[0] for row in rows]


# Is there any listed row of a name? Asked for the first in an order, the index is what answers.
_LISTED = {
    column: f"""kind = '{column}' and (
        select true from publicity p where p.listed and p.{column} = n.number
        order by {order} limit 1)"""
    for column, order in (("item", "p.decided_on"), ("authority", "p.item"))
}


def _channel(name: str | None) -> int | None:
    return None if name is None else number_of("channel", name)


@dataclass(frozen=True)
class _Way:
    """How a listing is gone through: by items, by authorities and items, or as the subjects have it. Of each,
    an index gives the latest rows without sorting the rest."""

    each: str  # what to go through one by one
    where: str  # of the rows `p` of each
    params: Params


def _way(tx: Transaction, asked: Listing, day: date) -> _Way | None:
    """None where no authority has such a name, so that nothing is shown."""
    each, parts, params = ["(select) as once"], [_SHOWN], dict[str, object](day=day)
    if asked.item or not (asked.subject or asked.subjects):
        each.append("unnest(%(items)s::bigint[]) as i (item)")
        parts.append("p.item = i.item")
        params["items"] = [number_of("item", asked.item)] if asked.item else items(tx)
    if asked.authority:
        found = authorities(tx, asked.authority)
        if not found:
            return None
        params["authorities"] = found
        if len(found) <= _FEW:
            each.append("unnest(%(authorities)s::bigint[]) as a (authority)")
            parts.append("p.authority = a.authority")
        else:  # a sum has no index: they are filtered on the way through the index of lists
            parts.append("p.authority + 0 = any(%(authorities)s::bigint[])")
    if asked.decided_from:
        parts.append("p.decided_on >= %(decided_from)s")
        params["decided_from"] = asked.decided_from
    if asked.decided_to:
        parts.append("p.decided_on <= %(decided_to)s")
        params["decided_to"] = asked.decided_to
    if asked.subject:
        parts.append("p.subject = %(subject)s::uuid")
        params["subject"] = str(asked.subject)
    if asked.subjects:
        parts.append("p.subject = any(%(subjects)s::uuid[])")
        params["subjects"] = [str(subject) for subject in asked.subjects]
    if asked.after:
        parts.append("(p.decided_on, p.record) < (%(after_day)s, %(after_record)s::uuid)")
        params |= {"after_day": asked.after[0], "after_record": str(asked.after[1])}
    return _Way(" cross join ".join(each), " and ".join(parts), params)


def row_of(row: Row) -> PublicityRow:
    """A row of `_COLUMNS` as a value."""
    record, item, subject, authority, decided_on, *decision, pack, ended_on = row
    return PublicityRow(
        record, item, subject, authority, decided_on, Decision(*decision), pack=pack, ended_on=ended_on
    )


def standings(tx: Transaction, records: Sequence[UUID], channel: str, day: date) -> dict[UUID, str]:
    """Where each of these records stands in a channel on `day`, in the words of `model.Status`; a record
    about which nothing was decided is left out. The same order of questions as `model.status`."""
    rows = tx.fetch(
        """select record, case
               when not shown and regime is null and earliest_note = '待核实' then '待核实'
               when not shown and regime is null then '无现行规则'
               when not shown then '不公示'
               when ended_on <= %(day)s then '已提前终止公示'
               when first_day is null or %(day)s < first_day then '尚未公示'
               when last_day < %(day)s then '公示期已届满'
               else '公示中' end
           from publicity join publicity_grounds using (ground)
           where record = any(%(records)s::uuid[]) and channel = %(channel)s""",
        {"records": [str(record) for record in records], "channel": _channel(channel), "day": day},
    )
    return {row[0]: row[1] for row in rows}
