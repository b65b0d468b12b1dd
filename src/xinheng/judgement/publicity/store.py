"""The tables `publicity`, `publicity_names`, `publicity_grounds` and their SQL; nobody else touches them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from uuid import UUID

import pyarrow as pa

from xinheng.ground.store.transaction import Params, Row, Transaction
from xinheng.judgement.publicity.deciding import SCHEMA, STEMS
from xinheng.judgement.publicity.model import Decision, PublicityRow
from xinheng.judgement.publicity.numbers import Words, number_of
from xinheng.law.kinds import CREDIT_SITE

_STAGED = "publicity_staged"
_COLUMNS = """p.record, i.name, p.subject, a.name, p.decided_on, g.channel, g.regime, g.class, g.shown,
    c.first_day, c.earliest_end, g.earliest_note, c.last_day, g.reason, g.pack, c.ended_on"""
_WORDS = """join publicity_grounds g on g.ground = c.ground
    join publicity_names i on i.number = p.item
    left join publicity_names a on a.number = p.authority"""
_FEW = 10  # authorities; a part that more have is met so often on the way that the index of lists is quicker
_GROUND = {  # the number, and what `numbers.Ground` holds, in its order
    "ground": "bigint", "channel": "text", "regime": "text", "class": "text", "shown": "boolean",
    "earliest_note": "text", "reason": "text", "pack": "text",
}  # fmt: skip
# Shown by this site on a day: what the law decided, unless an event has ended it.
_SHOWN = """p.listed and p.site_first_day <= %(day)s
            and (p.site_last_day is null or p.site_last_day >= %(day)s)
            and (p.site_ended_on is null or p.site_ended_on > %(day)s)"""


def _told(channels: Collection[str]) -> str:
    """From a row `p` to one for each of these channels that concerns the record, with all its words."""
    names = ("ground", "first_day", "earliest_end", "last_day", "ended_on")
    told = ", ".join(
        f"({place}, {', '.join(f'p.{stem}_{name}' for name in names)})"
        for place, (channel, stem) in enumerate(STEMS.items())
        if channel in channels
    )
    return f"cross join lateral (values {told}) as c (place, {', '.join(names)}) {_WORDS}"


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
    rows = ((number, *astuple(ground)) for number, ground in words.grounds.items())
    arrays = ", ".join(f"%({name})s::{kind}[]" for name, kind in _GROUND.items())
    tx.execute(
        f"""insert into publicity_grounds ({", ".join(_GROUND)}) select * from unnest({arrays})
            on conflict (ground) do nothing""",
        {name: list(values) for name, values in zip(_GROUND, zip(*rows, strict=True), strict=True)},
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
    """Bring the rows of existing records to `rows` (SCHEMA). What an event has ended stays ended; a channel
    that no longer concerns a record forgets that, and a record that no channel concerns has no row."""
    tx.execute(f"create temporary table {_STAGED} (like publicity including defaults) on commit drop")
    tx.load(_STAGED, rows)
    columns = ", ".join(SCHEMA.names)
    changes = [f"{name} = excluded.{name}" for name in SCHEMA.names if name != "record"]
    changes += [
        f"{stem}_ended_on = case when excluded.{stem}_ground is not null then p.{stem}_ended_on end"
        for stem in STEMS.values()
    ]
    concerned = " or ".join(f"s.{stem}_ground is not null" for stem in STEMS.values())
    tx.execute(f"delete from publicity p using {_STAGED} s where p.record = s.record and not ({concerned})")
    tx.execute(
        f"""insert into publicity as p ({columns}) select {columns} from {_STAGED} s where {concerned}
            on conflict (record) do update set {", ".join(changes)}"""
    )
    tx.execute(f"drop table {_STAGED}")


def drop(tx: Transaction, records: Sequence[bytes]) -> None:
    """Forget records that no longer stand (withdrawn, erased)."""
    ids = [str(UUID(bytes=record)) for record in records]
    tx.execute("delete from publicity where record = any(%(records)s::uuid[])", {"records": ids})


def end(tx: Transaction, record: bytes, channel: str | None, on: date) -> None:
    """End the publicity of a record on `on` (the first day not shown), in one channel or in all that concern
    it. An earlier end stands."""
    changes = ", ".join(
        f"{stem}_ended_on = case when {stem}_ground is not null then least({stem}_ended_on, %(on)s::date) end"
        for name, stem in STEMS.items()
        if channel in (None, name)
    )
    if changes:
        tx.execute(
            f"update publicity set {changes} where record = %(record)s::uuid",
            {"record": str(UUID(bytes=record)), "on": on},
        )


def of_records(tx: Transaction, records: Sequence[UUID], channel: str | None = None) -> list[PublicityRow]:
    """Every decision about these records, shown or not, by record and channel."""
    rows = tx.fetch(
        f"""select {_COLUMNS} from publicity p {_told(STEMS)}
            where p.record = any(%(records)s::uuid[])
              and (%(channel)s::text is null or g.channel = %(channel)s::text)
            order by p.record, c.place""",
        {"records": [str(record) for record in records], "channel": channel},
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
                order by p.decided_on desc, p.record desc limit %(limit)s) p {_told((CREDIT_SITE,))}
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
    stem = STEMS[channel]
    rows = tx.fetch(
        f"""select p.record, case
                when not g.shown and g.regime is null and g.earliest_note = '待核实' then '待核实'
                when not g.shown and g.regime is null then '无现行规则'
                when not g.shown then '不公示'
                when p.{stem}_ended_on <= %(day)s then '已提前终止公示'
                when p.{stem}_first_day is null or %(day)s < p.{stem}_first_day then '尚未公示'
                when p.{stem}_last_day < %(day)s then '公示期已届满'
                else '公示中' end
            from publicity p join publicity_grounds g on g.ground = p.{stem}_ground
            where p.record = any(%(records)s::uuid[])""",
        {"records": [str(record) for record in records], "day": day},
    )
    return {row[0]: row[1] for row in rows}
