"""Suspicions as values: who raised them, how they end, in whose hand they are. Pure.

A suspicion stands in a chain of bodies, the office at the top first, the suspected agency last. It is *given*
to the last of them; its answer goes up body by body and is settled where the first accepts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

KIND: Final = "suspicion"  # of its case


class Source(StrEnum):
    """Where a suspicion comes from."""

    GAP = "gap"  # 号段缺口
    COMPARED = "compared"  # 清单比对
    HANDED = "handed"  # 上级下发


SOURCES: Final[Mapping[Source, str]] = MappingProxyType(
    {Source.GAP: "号段缺口", Source.COMPARED: "清单比对", Source.HANDED: "上级下发"}
)


class Outcome(StrEnum):
    """How a suspicion ends. Without one it is open."""

    CONCEALED = "concealed"  # 确认瞒报，已补报
    HELD = "held"  # 已报送，比对有误
    PERSON = "person"  # 自然人
    SIMPLIFIED = "simplified"  # 简易程序
    VOIDED = "voided"  # 作废
    NOT_OURS = "not_ours"  # 非本单位
    NOT_DUE = "not_due"  # 不属报送范围


OUTCOMES: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        Outcome.CONCEALED: "确认瞒报，已补报",
        Outcome.HELD: "已报送，比对有误",
        Outcome.PERSON: "自然人",
        Outcome.SIMPLIFIED: "简易程序",
        Outcome.VOIDED: "作废",
        Outcome.NOT_OURS: "非本单位",
        Outcome.NOT_DUE: "不属报送范围",
    }
)
# What the platform can see for itself: a record with that number is held now.
CHECKED: Final = frozenset({Outcome.CONCEALED, Outcome.HELD})


class State(StrEnum):
    """Where a suspicion stands."""

    GIVEN = "given"  # 待核：在链上最后一家手里
    ANSWERED = "answered"  # 已答复，逐级审核
    SETTLED = "settled"  # 办结


STATES: Final[Mapping[State, str]] = MappingProxyType(
    {State.GIVEN: "待核", State.ANSWERED: "待审核", State.SETTLED: "已办结"}
)


@dataclass(frozen=True)
class NewSuspicion:
    """A suspicion to be raised, always about an organisation. Without `chain`: the office above the agency,
    then the agency. The values of `evidence` are shown; identity numbers are masked."""

    agency: UUID
    source: Source
    item: str
    number: str | None
    party: str | None
    decided_on: date | None
    evidence: Mapping[str, str]
    dedupe: str
    list_id: UUID | None = None
    line: int | None = None
    due_on: date | None = None
    basis: str | None = None
    chain: tuple[UUID, ...] = ()
    suspicion: UUID | None = None  # its id, where the raiser must know it beforehand


@dataclass(frozen=True)
class Suspicion:
    """A suspicion as it stands; `chain[level]` has it in hand."""

    suspicion: UUID
    agency: UUID
    source: Source
    item: str
    number: str | None
    party: str | None
    decided_on: date | None
    evidence: Mapping[str, str]
    dedupe: str
    list_id: UUID | None
    line: int | None
    basis: str | None
    due_on: date | None
    raised: datetime
    chain: tuple[UUID, ...]
    level: int
    state: State
    package: UUID | None
    said: str
    answer: UUID | None
    outcome: Outcome | None
    note: str | None
    record: UUID | None
    settled: datetime | None
    settled_by: str | None
    version: int

    @property
    def hand(self) -> UUID:
        """Who has to act."""
        return self.chain[self.level]

    @property
    def last(self) -> int:
        """The level of the suspected agency."""
        return len(self.chain) - 1

    def awaits_answer_of(self, agency: UUID | None) -> bool:
        """Whether that body answers it, passes it on or sends it back now."""
        return self.state is State.GIVEN and self.hand == agency and self.package is None

    def awaits_check_of(self, agency: UUID | None) -> bool:
        """Whether that body accepts or returns its answer now."""
        return self.state is State.ANSWERED and self.hand == agency


@dataclass(frozen=True)
class Answer:
    """What was answered; `record` is what the platform found held then."""

    answer: UUID
    suspicion: UUID
    outcome: Outcome
    note: str
    record: UUID | None
    at: datetime
    agency: UUID | None
    account: UUID | None
    actor: str
    package: UUID | None = None


@dataclass(frozen=True)
class Said:
    """An answer as it is given: for one suspicion or for many at once."""

    outcome: Outcome
    note: str


@dataclass(frozen=True)
class Filter:
    """Which suspicions are wanted; None asks nothing. `sees`: a body that stands in the chain."""

    sees: UUID | None = None
    hand: UUID | None = None
    list_id: UUID | None = None
    agency: UUID | None = None
    source: Source | None = None
    state: State | None = None
    outcome: Outcome | None = None
    overdue_on: date | None = None
    number: str | None = None  # part of a document number
    below: UUID | None = None  # whose next body below `sees` this is


@dataclass(frozen=True)
class Counts:
    """Suspicions raised in a period, and what became of them by a day."""

    raised: int
    open: int
    by: Mapping[Outcome, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """How far the lines of one body are."""

    agency: UUID
    lines: int
    given: int
    answered: int
    settled: int
    overdue: int
