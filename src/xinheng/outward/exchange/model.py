"""What an exchange and a batch of it are: values only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from xinheng.evidence.intake.model import CheckResult, Outcome, RowResult

BATCH_ROWS = 50_000
MOST_BATCH_ROWS = 200_000  # the row ids of one batch stand in memory; so do the marks of one transaction
NAME = re.compile(r"[0-9a-z][0-9a-z-]{1,39}")
TABLE = re.compile(r"[a-z_][a-z0-9_]{0,59}")
MESSAGES = 4_000  # characters of what is said about one row


class Dialect(StrEnum):
    """Whose tables they are."""

    POSTGRESQL = "postgresql"
    MARIADB = "mariadb"  # and MySQL


class State(StrEnum):
    """How far a batch is. Every step may be repeated; none is left out."""

    CLAIMING = "claiming"  # named here; its rows may be marked in the agency's table already
    WRITTEN = "written"  # rows read and kept in a private file, digest and rows noted
    ENTERED = "entered"  # through the intake: the receipt is there
    DONE = "done"  # receipt and results stand in the agency's tables


NEXT = {
    State.CLAIMING: "读取单位库中的行",
    State.WRITTEN: "校核入账",
    State.ENTERED: "写回回执与逐行结果",
    State.DONE: "等待新的行",
}


@dataclass(frozen=True)
class Exchange:
    """库表交换: one outbox table of one agency. Its address is not here: it stands in a file of its own."""

    exchange: UUID
    agency: UUID
    name: str
    item: str
    profile: str
    dialect: Dialect
    outbox: str  # name of the table that the agency fills
    batch_rows: int
    created: datetime
    removed: datetime | None = None
    last_run: datetime | None = None
    last_code: str | None = None  # of the refusal that ended the last run
    last_said: str | None = None


@dataclass(frozen=True)
class Batch:
    """A fixed list of rows that goes through the intake as one submission."""

    batch: UUID
    exchange: UUID
    number: int
    state: State
    begun: datetime
    finished: datetime | None = None
    taken: int = 0
    refused: int = 0  # of these, not handed to the intake: a value is too long
    first_row: str | None = None
    last_row: str | None = None
    sha256: str | None = None
    receipt: UUID | None = None
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def file_name(self) -> str:
        """As the receipt keeps it; by it a batch knows its own receipt after a restart."""
        return f"库表交换-{self.batch}.jsonl"


@dataclass(frozen=True)
class Row:
    """One row of a batch: the agency's id, the line it has in the batch's file, or why it has none."""

    place: int
    row_id: str
    line: int | None
    fault: str | None = None


@dataclass(frozen=True)
class Answer:
    """What the agency reads about one of its rows."""

    row_id: str
    outcome: str
    receipt: str | None = None
    line: int | None = None
    record: str | None = None
    check_ids: str | None = None
    messages: str | None = None
    return_no: str | None = None


FAULTS = {"too_long": "有一项的内容超过 1 000 000 个字符，或整行过长；请拆分或截短后另写一行"}


def answer(row: Row, found: RowResult | None, receipt: UUID | None, names: Mapping[str, str]) -> Answer:
    """The answer to a row. `names`: field code -> Chinese name. About a natural person: that, and no more."""
    if row.fault is not None:
        fault = f"exchange.{row.fault}"
        return Answer(row.row_id, Outcome.RETURNED.value, check_ids=fault, messages=FAULTS[row.fault])
    if found is None:
        raise ValueError(f"the receipt says nothing of line {row.line}")
    if found.outcome is Outcome.PERSON:
        return Answer(row.row_id, Outcome.PERSON.value)
    said = "；".join(_said(check, names) for check in found.checks)
    return Answer(
        row_id=row.row_id,
        outcome=found.outcome.value,
        receipt=str(receipt),
        line=found.line,
        record=str(found.record) if found.record else None,
        check_ids=" ".join(dict.fromkeys(c.id for c in found.checks)) or None,
        messages=said[:MESSAGES] or None,
        return_no=f"{receipt}/{found.line}" if found.outcome is Outcome.RETURNED else None,
    )


def _said(check: CheckResult, names: Mapping[str, str]) -> str:
    name = names.get(check.field or "")
    return f"{name}：{check.message}" if name else check.message
