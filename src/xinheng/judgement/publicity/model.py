"""Publicity of a record in one channel: what was decided, and what that means on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import cast
from uuid import UUID

from xinheng.law.packs import Pack
from xinheng.law.publicity_sql import decide_rows

UNREAD = "待核实"


@dataclass(frozen=True)
class Decision:
    """What the law in force says. Dates are civil dates in Asia/Shanghai, both ends included.

    `regime` None: no regime in force, or (`earliest_note` 待核实) one that could not be read. `class_` is
    未定 where the facts do not tell. `last_day` None on a shown record: no end. `earliest_note` is never,
    none or 待核实 where there is no day before which publicity cannot end.
    """

    channel: str
    regime: str | None
    class_: str | None
    shown: bool
    first_day: date | None
    earliest_end: date | None
    earliest_note: str | None
    last_day: date | None
    reason: str  # Chinese, with the article


@dataclass(frozen=True)
class PublicityRow:
    """A stored decision about a record, and whether an event has ended it early."""

    record: UUID
    item: str
    subject: UUID
    authority: str | None
    decided_on: date | None
    decision: Decision
    pack: str  # under which it was decided
    ended_on: date | None  # the first day on which it is no longer shown


class Status(StrEnum):
    """Where a record stands on a day, in the words of the page."""

    SHOWN = "公示中"
    NOT_YET = "尚未公示"
    EXPIRED = "公示期已届满"
    ENDED = "已提前终止公示"
    NO_RULE = "无现行规则"
    UNREAD = "待核实"
    NOT_SHOWN = "不公示"


def status(row: PublicityRow, day: date) -> Status:
    """Where the record stands in its channel on `day`."""
    given = row.decision
    if not given.shown:
        if given.regime is None:
            return Status.UNREAD if given.earliest_note == UNREAD else Status.NO_RULE
        return Status.NOT_SHOWN
    if row.ended_on is not None and row.ended_on <= day:
        return Status.ENDED
    if given.first_day is None or day < given.first_day:
        return Status.NOT_YET
    if given.last_day is not None and given.last_day < day:
        return Status.EXPIRED
    return Status.SHOWN


def is_shown(row: PublicityRow, day: date) -> bool:
    """Whether the record is shown to everyone in its channel on `day`."""
    return status(row, day) is Status.SHOWN


def decide(
    pack: Pack, item: str, fields: Mapping[str, str | None], *, marked: bool = True
) -> tuple[Decision, ...]:
    """What the pack says of one record, a decision for each channel that it concerns.

    `fields`: field code -> normalised text. `marked`: the record has the mark 公示. The same SQL decides
    whole files (`deciding.decided`).
    """
    found = []
    for ruling in pack.publicity.for_item(item):
        rows = decide_rows(ruling, [fields], pack.cite, mark="true" if marked else "false")
        found += [decision_of(row) for row in rows.values()]
    return tuple(found)


def decision_of(row: Mapping[str, object]) -> Decision:
    """A row of `law.publicity_sql.COLUMNS` as a value."""
    return Decision(
        channel=str(row["channel"]),
        regime=cast("str | None", row["regime"]),
        class_=cast("str | None", row["class"]),
        shown=bool(row["shown"]),
        first_day=cast("date | None", row["first_day"]),
        earliest_end=cast("date | None", row["earliest_end"]),
        earliest_note=cast("str | None", row["earliest_note"]),
        last_day=cast("date | None", row["last_day"]),
        reason=str(row["reason"]),
    )
