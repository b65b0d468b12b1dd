"""A list held against the records, line by line (清单比对). Pure.

A line is held where number and party agree. What comes near is shown as near, never as held: the same number
under another party, the same party and day under another number. A number may stand for several parties: a
party that the list adds to a number under which others of the list are held is missing, not near.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from xinheng.core import documents
from xinheng.evidence.intake.listing import Listed
from xinheng.outward.monitoring.series import parse


class Outcome(StrEnum):
    """What became of a line."""

    HELD = "held"  # 已有
    MISSING = "missing"  # 未报送
    OTHER_PARTY = "other_party"  # 文号已有，当事人不同
    OTHER_NUMBER = "other_number"  # 同一当事人同日另有文号
    RETURNED = "returned"  # 报送过，被退回
    REGISTERED = "registered"  # 已作号码登记
    PERSON = "person"  # 自然人
    NOT_DUE = "not_due"  # 未到报送期限
    TWICE = "twice"  # 清单内重复
    UNREADABLE = "unreadable"  # 没有可以比对的内容
    EXTRA = "extra"  # 平台已有，清单没有


NAMES: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        Outcome.MISSING: "未报送",
        Outcome.OTHER_PARTY: "文号已有，当事人不同",
        Outcome.OTHER_NUMBER: "同一当事人同日另有文号",
        Outcome.RETURNED: "报送过，被退回",
        Outcome.NOT_DUE: "未到报送期限",
        Outcome.UNREADABLE: "没有可以比对的内容",
        Outcome.REGISTERED: "已作号码登记",
        Outcome.PERSON: "自然人",
        Outcome.TWICE: "清单内重复",
        Outcome.HELD: "已有",
        Outcome.EXTRA: "平台已有，清单没有",
    }
)
WORDS: Final = {"person": "自然人", "voided": "作废", "returned": "退回"}


def ident(number: str) -> str:
    """A number as lists and records are compared by: leading zeros, 第 and 字 make no difference."""
    parsed = parse(number)
    if parsed is None:
        return documents.normalise(number)
    tail = parsed.after.replace("号", "")
    return f"{parsed.key.prefix}〔{parsed.key.year}〕{parsed.number}{tail}"


@dataclass(frozen=True)
class HeldOne:
    """A record held, as far as comparing asks."""

    record: UUID
    document: str
    decided_on: date
    name: str  # the party's, as shown
    codes: Collection[str]
    names: Collection[str]  # folded

    def is_of(self, code: str | None, name: str | None) -> bool:
        """Whether a line means this party: by its code, else by its name; without either, yes."""
        if code and code in self.codes:
            return True
        if name:
            return name in self.names
        return not code


@dataclass(frozen=True)
class Known:
    """What the lines are held against."""

    by_number: Mapping[str, Sequence[HeldOne]]  # ident -> records
    by_day: Mapping[date, Sequence[HeldOne]]  # records of parties of the list, by day of decision
    used: Mapping[str, str]  # ident -> person, voided or returned
    due_on: Callable[[date], date | None]
    today: date


@dataclass(frozen=True)
class Compared:
    """A line with what became of it. `near`: what came nearest, in words."""

    line: int
    outcome: Outcome
    number: str | None
    party: str | None = None
    code: str | None = None
    decided_on: date | None = None
    near: str | None = None
    record: UUID | None = None


@dataclass
class _Seen:
    lines: dict[tuple[str | None, str | None], int] = field(default_factory=dict)
    exact: set[str] = field(default_factory=set)  # numbers of which some party of the list is held


def compared(lines: Sequence[Listed], folded: Sequence[str | None], known: Known) -> Iterator[Compared]:
    """Every line, in the order of the list; `folded`: the party's name of each, as names are compared."""
    seen = _Seen()
    for each, name in zip(lines, folded, strict=True):
        if each.number and not each.person and _exact(each, name, known):
            seen.exact.add(ident(each.number))
    for each, name in zip(lines, folded, strict=True):
        yield _one(each, name, known, seen)


def _exact(each: Listed, name: str | None, known: Known) -> HeldOne | None:
    there = known.by_number.get(ident(each.number or ""), ())
    return next((one for one in there if one.is_of(each.code, name)), None)


def _one(each: Listed, name: str | None, known: Known, seen: _Seen) -> Compared:
    number = ident(each.number) if each.number else None
    if each.person:
        word = WORDS.get(known.used.get(number or "", ""))
        said = f"号码已登记（{word}）" if word else "号码未登记，登记后不会被认作缺号"
        return Compared(each.line, Outcome.PERSON, each.number, near=said if number else None)
    if not number and not (each.party or each.code):
        return _said(each, Outcome.UNREADABLE, "文号、名称、代码都是空的")
    key = (number, each.code or name)
    if key in seen.lines and number:
        return _said(each, Outcome.TWICE, f"与第 {seen.lines[key]} 行相同")
    seen.lines.setdefault(key, each.line)
    if number:
        return _numbered(each, name, number, known, seen)
    return _unnumbered(each, name, known)


def _numbered(each: Listed, name: str | None, number: str, known: Known, seen: _Seen) -> Compared:
    if exact := _exact(each, name, known):
        return _said(each, Outcome.HELD, None, exact.record)
    there = known.by_number.get(number, ())
    if there and number not in seen.exact:
        others = "、".join(sorted({one.name for one in there}))
        return _said(each, Outcome.OTHER_PARTY, f"平台上这个文号的当事人是{others}", there[0].record)
    if word := WORDS.get(known.used.get(number, "")):
        outcome = Outcome.RETURNED if word == WORDS["returned"] else Outcome.REGISTERED
        return _said(each, outcome, "改正退回的行后再报" if outcome is Outcome.RETURNED else f"登记为{word}")
    if not there and (near := _same_day(each, name, known)):
        return _said(each, Outcome.OTHER_NUMBER, f"同日已有 {near.document}", near.record)
    due = known.due_on(each.decided_on) if each.decided_on else None
    if due is not None and known.today <= due:
        return _said(each, Outcome.NOT_DUE, f"{due} 前报送即可")
    return _said(each, Outcome.MISSING, "同一文号的其他当事人已有" if there else None)


def _unnumbered(each: Listed, name: str | None, known: Known) -> Compared:
    near = _same_day(each, name, known)
    if near is not None:
        return _said(each, Outcome.OTHER_NUMBER, f"清单没有文号；同日已有 {near.document}", near.record)
    if each.decided_on is None:
        return _said(each, Outcome.UNREADABLE, "没有文号，也没有决定日期")
    due = known.due_on(each.decided_on)
    if due is not None and known.today <= due:
        return _said(each, Outcome.NOT_DUE, f"{due} 前报送即可")
    return _said(each, Outcome.MISSING, "清单没有文号，按当事人和日期比对")


def _same_day(each: Listed, name: str | None, known: Known) -> HeldOne | None:
    if each.decided_on is None or not (each.code or name):
        return None
    there = known.by_day.get(each.decided_on, ())
    return next((one for one in there if one.is_of(each.code, name)), None)


def _said(each: Listed, outcome: Outcome, near: str | None, record: UUID | None = None) -> Compared:
    return Compared(each.line, outcome, each.number, each.party, each.code, each.decided_on, near, record)
