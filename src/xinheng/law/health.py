"""体检: one pack held against the national and the provincial catalogue, and against its own gaps (R004).

What a pack extends it has, so between a pack and its parents as they are now nothing is missing; beside
another edition of them, or a catalogue that it does not extend, it shows what to take over. Which source has
gone silent needs data, and is the business of `evidence.completeness`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from xinheng.law.kinds import Every, Verified
from xinheng.law.model import Basis, Field, Item
from xinheng.law.packs import Pack


class Gap(StrEnum):
    """What kind of gap a finding is."""

    ITEM = "item"  # the other catalogue has the item
    FIELD = "field"  # the other catalogue has the field
    PRESENCE = "presence"  # the other catalogue asks for the field
    ENDED = "ended"  # the item is no longer in force on the day
    FREQUENCY = "frequency"  # how often it is supplied was not read
    MARK = "mark"  # whether it is shown or reported is not settled by a rule
    TERM = "term"  # no term for reporting is in force: lateness cannot be worked out
    UNREAD = "unread"  # its basis could not be read
    TARGET = "target"  # a target whose time is over


@dataclass(frozen=True)
class Finding:
    """One gap. `against` names the catalogue that it is held against, None for a gap of its own; `clause` is
    the citation that the gap rests on."""

    gap: Gap
    item: str | None  # id
    name: str  # of the item, field or target, in Chinese
    field: str | None  # code
    against: str | None
    clause: str
    said: str  # Chinese: what is missing and what to do


@dataclass(frozen=True)
class Health:
    """What an examination found, in the order of the catalogues it was held against, then its own gaps."""

    pack: str
    on: date
    against: tuple[str, ...]
    findings: tuple[Finding, ...]

    def of(self, *gaps: Gap) -> tuple[Finding, ...]:
        """The findings of some kinds."""
        return tuple(f for f in self.findings if f.gap in gaps)

    @property
    def missing(self) -> tuple[Finding, ...]:
        """Items and fields that another catalogue has and this one has not."""
        return self.of(Gap.ITEM, Gap.FIELD, Gap.PRESENCE)


def examine(pack: Pack, against: Sequence[Pack], on: date) -> Health:
    """Hold `pack` against other catalogues and against itself, as all of them stand on `on`."""
    findings = [finding for other in against for finding in _missing(pack, other, on)]
    findings += [finding for item in pack.items.values() for finding in _own(pack, item, on)]
    findings += _targets(pack, on)
    return Health(pack.label, on, tuple(other.label for other in against), tuple(findings))


def _missing(pack: Pack, other: Pack, on: date) -> Iterator[Finding]:
    for wanted in other.items.values():
        if not wanted.span.covers(on):
            continue
        item = pack.items.get(wanted.id)
        if item is None:
            what = f"缺少事项“{wanted.name}”（{len(wanted.fields)} 个数据项，{wanted.provider}负责）"
            said = f"{what}；增设，或说明不设的理由"
            clause = other.cite(wanted.basis)
            yield Finding(Gap.ITEM, wanted.id, wanted.name, None, other.name, clause, said)
            continue
        for field in wanted.fields:
            stands = field.on(on)
            if stands is not None and not stands.dropped:
                yield from _field(item, stands, other, on)


def _field(item: Item, wanted: Field, other: Pack, on: date) -> Iterator[Finding]:
    clause = other.cite(wanted.basis)
    here = item.field(wanted.code).on(on) if item.has(wanted.code) else None
    if here is None:
        said = f"“{item.name}”缺少数据项“{wanted.name}”（{wanted.code}）；增设该数据项"
        yield Finding(Gap.FIELD, item.id, wanted.name, wanted.code, other.name, clause, said)
    elif wanted.required and not here.required:
        said = f"“{item.name}”的“{wanted.name}”（{wanted.code}）应为必填"
        yield Finding(Gap.PRESENCE, item.id, wanted.name, wanted.code, other.name, clause, said)


def _own(pack: Pack, item: Item, on: date) -> Iterator[Finding]:
    def found(gap: Gap, basis: Basis, said: str) -> Finding:
        return Finding(gap, item.id, item.name, None, None, pack.cite(basis), f"“{item.name}”{said}")

    if not item.span.covers(on):
        yield found(Gap.ENDED, item.basis, f"的标准在 {on} 无效；更新规则包")
        return
    if item.secret:
        return
    if item.frequency is None or item.frequency.every is Every.UNREAD:
        yield found(Gap.FREQUENCY, item.basis, "的频次待核实；在核实之前不能说某一期已报齐")
    for mark, word in (("shown", "公示无现行规则，不公示"), ("reported", "是否上报待核实，不上报")):
        if mark in item.unsettled:
            yield found(Gap.MARK, item.basis, word)
    if item.administrative and not any(t.span.covers(on) for t in item.timeliness):
        yield found(Gap.TERM, item.basis, "没有现行的报送时限；迟报无法计算")
    if item.basis.verified is Verified.NONE:
        yield found(Gap.UNREAD, item.basis, "的依据待核实；不得据以产生不利影响")


def _targets(pack: Pack, on: date) -> Iterator[Finding]:
    for target in pack.targets.values():
        if target.span.to is not None and target.span.to <= on:
            said = f"目标“{target.name}”的期间已于 {target.span.to} 届满；载入新一期的目标"
            yield Finding(Gap.TARGET, None, target.name, None, None, pack.cite(target.basis), said)
