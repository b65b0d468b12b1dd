"""The table `publicity` and its SQL; nobody else touches it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pyarrow as pa

from xinheng.ground.store.transaction import Params, Row, Transaction
from xinheng.judgement.publicity.deciding import SCHEMA
from xinheng.judgement.publicity.model import CREDIT_SITE, Decision, PublicityRow

_STAGED = "publicity_staged"
_COLUMNS = ", ".join(f'p."{name}"' for name in SCHEMA.names) + ", p.ended_on, g.reason, g.pack"
_FROM = "publicity p join publicity_grounds g using (ground)"
_FEW = 10  # authorities; a part that more have is met so often on the way that the index of lists is quicker
# Shown on a day: what the law decided, unless an event has ended it.
_SHOWN = """p.shown and p.first_day <= %(day)s and (p.last_day is null or p.last_day >= %(day)s)
            and (p.ended_on is null or p.ended_on > %(day)s)"""


@dataclass(frozen=True)
class Listing:
    """Which shown records are asked for. `authority` is a part of the deciding authority's name; dates are
    days of decision, both ends included. `after` is the (decided_on, record) of the last row seen."""

    item: str | None = None
    authority: str | None = None
    decided_from: date | None = None
    decided_to: date | None = None
    subject: UUID | None = None
    subjects: tuple[UUID, ...] = ()  # any of these; empty: no matter which
    channel: str = CREDIT_SITE
    after: tuple[date, UUID] | None = None


def load(tx: Transaction, rows: pa.RecordBatchReader) -> int:
    """Add rows (SCHEMA) for records that are new."""
    return tx.load("publicity", rows)


def enter_grounds(tx: Transaction, pack: str, grounds: Mapping[int, str]) -> None:
    """Make sure that these grounds (number -> reason) of a pack (its label) are there. Call it while nobody
    else can append: writers that enter the same ground would otherwise wait for each other."""
    tx.execute(
        """insert into publicity_grounds (ground, reason, pack)
           select ground, reason, %(pack)s from unnest(%(grounds)s::bigint[], %(reasons)s::text[])
               as given(ground, reason)
           on conflict (ground) do nothing""",
        {"pack": pack, "grounds": list(grounds), "reasons": list(grounds.values())},
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
           where record = %(record)s::uuid and (%(channel)s::text is null or channel = %(channel)s::text)
             and (ended_on is null or ended_on > %(on)s)""",
        {"record": str(UUID(bytes=record)), "channel": channel, "on": on},
    )


def of_records(tx: Transaction, records: Sequence[UUID], channel: str | None = None) -> list[PublicityRow]:
    """Every decision about these records, shown or not, by record and channel."""
    rows = tx.fetch(
        f"""select {_COLUMNS} from {_FROM}
            where p.record = any(%(records)s::uuid[])
              and (%(channel)s::text is null or p.channel = %(channel)s::text)
            order by p.record, p.channel""",
        {"records": [str(record) for record in records], "channel": channel},
    )
    return [row_of(row) for row in rows]


def listed(tx: Transaction, asked: Listing, day: date, limit: int) -> list[PublicityRow]:
    """Shown records on `day`, latest decision first, at most `limit`."""
    where, params = _where(tx, asked, day)
    if where is None:
        return []
    # Item by item, so that the index of lists gives the latest of each without sorting the rest.
    rows = tx.fetch(
        f"""select p.* from unnest(%(items)s::text[]) as each(item) cross join lateral (
                select {_COLUMNS} from {_FROM} where {where} and p.item = each.item
                order by p.decided_on desc, p.record desc limit %(limit)s) p
            order by p.decided_on desc, p.record desc limit %(limit)s""",
        {**params, "items": [asked.item] if asked.item else items(tx, asked.channel), "limit": limit},
    )
    return [row_of(row) for row in rows]


def counted(tx: Transaction, asked: Listing, day: date, most: int) -> int:
    """How many records are shown on `day`; never counts beyond `most` + 1."""
    where, params = _where(tx, asked, day)
    if where is None:
        return 0
    item = "and p.item = %(item)s" if asked.item else ""
    rows = tx.fetch(
        f"select count(*) from (select 1 from publicity p where {where} {item} limit %(most)s) as found",
        {**params, "item": asked.item, "most": most + 1},
    )
    return int(rows[0][0])


def counted_by_subject(
    tx: Transaction, subjects: Sequence[UUID], channel: str, day: date, most: int
) -> dict[UUID, int]:
    """How many records about each subject are shown on `day`, in one query; none counts beyond `most` + 1."""
    rows = tx.fetch(
        f"""select asked.subject, found.count
            from unnest(%(subjects)s::uuid[]) as asked(subject)
            cross join lateral (select count(*) from (
                select 1 from publicity p where p.subject = asked.subject and p.channel = %(channel)s
                  and {_SHOWN} limit %(most)s) as shown) as found(count)""",
        {"subjects": [str(s) for s in subjects], "channel": channel, "day": day, "most": most + 1},
    )
    return {row[0]: int(row[1]) for row in rows}


def items(tx: Transaction, channel: str) -> list[str]:
    """The items of which records are shown in a channel."""
    return _hopped(tx, "item", channel)


def authorities(tx: Transaction, channel: str, part: str) -> list[str]:
    """Deciding authorities of shown records whose name holds `part`."""
    return [name for name in _hopped(tx, "authority", channel) if part in name]


def _hopped(tx: Transaction, column: str, channel: str) -> list[str]:
    """The different values of an indexed column, by hopping from one to the next: there are hundreds of them
    among millions of rows."""
    rows = tx.fetch(
        f"""with recursive each(value) as (
               (select {column} from publicity where channel = %(channel)s and shown
                  and {column} is not null order by {column} limit 1)
               union all
               select (select p.{column} from publicity p where p.channel = %(channel)s and p.shown
                         and p.{column} > each.value order by p.{column} limit 1)
               from each where each.value is not null)
           select value from each where value is not null""",
        {"channel": channel},
    )
    return [row[0] for row in rows]


def _where(tx: Transaction, asked: Listing, day: date) -> tuple[str | None, Params]:
    """The condition of a listing; None where no authority has such a name, so that nothing is shown."""
    parts = ["p.channel = %(channel)s", _SHOWN]
    params: dict[str, object] = {"channel": asked.channel, "day": day}
    if asked.authority:
        names = authorities(tx, asked.channel, asked.authority)
        if not names:
            return None, params
        few = len(names) <= _FEW
        parts.append(
            "p.authority = any(%(names)s::text[])" if few else "position(%(part)s in p.authority) > 0"
        )
        params |= {"names": names} if few else {"part": asked.authority}
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
    return " and ".join(parts), params


def row_of(row: Row) -> PublicityRow:
    """A row of `_COLUMNS` as a value."""
    given = dict(zip((*SCHEMA.names, "ended_on", "reason", "pack"), row, strict=True))
    decision = Decision(
        channel=given["channel"],
        regime=given["regime"],
        class_=given["class"],
        shown=given["shown"],
        first_day=given["first_day"],
        earliest_end=given["earliest_end"],
        earliest_note=given["earliest_note"],
        last_day=given["last_day"],
        reason=given["reason"],
    )
    return PublicityRow(
        record=given["record"],
        item=given["item"],
        subject=given["subject"],
        authority=given["authority"],
        decided_on=given["decided_on"],
        decision=decision,
        pack=given["pack"],
        ended_on=given["ended_on"],
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
           from publicity where record = any(%(records)s::uuid[]) and channel = %(channel)s""",
        {"records": [str(record) for record in records], "channel": channel, "day": day},
    )
    return {row[0]: row[1] for row in rows}
