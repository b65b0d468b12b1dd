"""Document numbers used up without a record, as values. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID


class Why(StrEnum):
    """Why a number has no record that is shown."""

    PERSON = "person"  # 自然人
    SIMPLIFIED = "simplified"  # 简易程序：归集，不公示
    VOIDED = "voided"  # 作废


NAMES: Final = {Why.PERSON: "自然人", Why.SIMPLIFIED: "简易程序", Why.VOIDED: "作废"}


@dataclass(frozen=True)
class NumberRange:
    """What an agency declares void: a number, or all from `first` to `last`."""

    item: str
    first: str
    last: str | None
    reason: str


@dataclass(frozen=True)
class Declaration:
    """A declaration as it is kept."""

    declaration: UUID
    agency: UUID
    item: str
    first: str
    last: str
    numbers: int
    reason: str
    declared: datetime
    account: UUID | None
    actor: str
    withdrawn: datetime | None
    withdrawn_by: str | None


@dataclass(frozen=True)
class NumberLine:
    """One number of the register."""

    agency: UUID
    item: str
    number: str
    decided_on: date | None
    why: Why
    declaration: UUID | None
