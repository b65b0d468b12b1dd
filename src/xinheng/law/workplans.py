"""Work plans (工作要点): the tasks of a document of the office, as data, with the clause each stands in.

A plan steers offices; no task of it touches an organisation. Where a figure of a task is also a target of the
pack, the plan names the target and does not repeat its value: one number stands in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from xinheng.law.citing import Instrument, Place, Span
from xinheng.law.duties import COMPARISONS, DECIMAL, Target
from xinheng.law.errors import PackBasisError, PackOverrideError, PackSyntaxError, PackValueError
from xinheng.law.yaml_lines import Node

QUOTE_LENGTH = 80  # characters: a plan quotes what it must name, it does not copy its document
SUMMARY_LENGTH = 200
Pair = TypeVar("Pair")


class Reach(StrEnum):
    """Where a figure comes from."""

    LIVE = "live"  # 平台计算: one of the figures of `outward.reports.measuring`
    BY_HAND = "by_hand"  # 单位填报: the unit named enters it
    OUT = "out_of_reach"  # 平台不掌握: with the reason


class Rhythm(StrEnum):
    """How often a unit enters a figure."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ONCE = "once"  # within the term of the task


@dataclass(frozen=True)
class PlanFigure:
    """指标: what a task is measured by. `comparison`, `value`, `unit` are None where the document gives no
    number (`text` says what it gives). `each`: it is asked of every unit by itself."""

    id: str
    name: str
    quote: str  # the words of the document in which it stands
    reach: Reach
    comparison: str | None
    value: Decimal | None
    unit: str | None
    text: str | None
    target: str | None
    figure: str | None  # LIVE: the name of the measuring
    by: str | None  # BY_HAND: the body that enters it, as the document names it
    every: Rhythm | None
    reason: str | None  # OUT: why the platform cannot know it
    each: bool
    place: Place


@dataclass(frozen=True)
class Beyond:
    """A part of a task that lies outside the boundary: nothing is built for it, and why."""

    quote: str
    reason: str


@dataclass(frozen=True)
class Term:
    """完成时限, where the document gives one: its words, and the last day they mean."""

    text: str
    on: date


@dataclass(frozen=True)
class PlanTask:
    """任务: one numbered point of the document. Bodies are named as the document names them."""

    id: str
    part: str  # the heading it stands under
    clause: str  # 第4点, 第（四）项, 三（五）2
    marker: str  # number and title as they stand in the document
    title: str
    summary: str
    lead: tuple[str, ...]  # 牵头单位
    responsible: tuple[str, ...]  # 责任单位
    term: Term | None
    figures: tuple[PlanFigure, ...]
    beyond: tuple[Beyond, ...]
    place: Place

    @property
    def bodies(self) -> tuple[str, ...]:
        """All bodies named, those in the lead first."""
        return (*self.lead, *(body for body in self.responsible if body not in self.lead))


@dataclass(frozen=True)
class NotTaken:
    """A number in the document that is no figure of a task, and why."""

    quote: str
    reason: str


@dataclass(frozen=True)
class WorkPlan:
    """工作要点: one document. `span` is None where the document gives no period."""

    id: str
    instrument: str
    title: str
    period: str  # as the document says it
    span: Span | None
    addressees: tuple[str, ...]  # to whom it was sent: they answer where a task names nobody
    working_days: int | None  # after a month, quarter or year, to enter its figure; None: no term
    tasks: tuple[PlanTask, ...]
    not_taken: tuple[NotTaken, ...]
    pack: str
    place: Place

    def task(self, id_: str) -> PlanTask | None:
        """The task with this id."""
        return next((task for task in self.tasks if task.id == id_), None)

    def figures(self) -> Iterator[tuple[PlanTask, PlanFigure]]:
        """Every figure with its task, in the order of the document."""
        return ((task, figure) for task in self.tasks for figure in task.figures)

    def bodies(self) -> tuple[str, ...]:
        """Every body that the plan names, once, in the order of the document."""
        named = (*self.addressees, *(body for task in self.tasks for body in task.bodies))
        return tuple(dict.fromkeys(named))

    def bodies_of(self, task: PlanTask) -> tuple[str, ...]:
        """Who answers for a task: those it names, else those the document was sent to."""
        return task.bodies or self.addressees


@dataclass(frozen=True)
class Known:
    """What a plan may name: the instruments and targets of its chain."""

    instruments: Mapping[str, Instrument]
    targets: Mapping[str, Target]


def read_workplans(
    files: tuple[Node, ...], inherited: Mapping[str, WorkPlan], known: Known, pack: str
) -> Mapping[str, WorkPlan]:
    """The plans of the chain with those a pack adds. One that exists is not overridden.

    Raises PackSyntaxError, PackValueError, PackBasisError, PackOverrideError with file and line.
    """
    found = dict(inherited)
    for root in files:
        plan = _plan(root, known, pack)
        if plan.id in found:
            expected = f"未用过的 id（已见于 {found[plan.id].place}）"
            raise PackOverrideError(root.place, found=f"工作要点“{plan.id}”已有", expected=expected)
        found[plan.id] = plan
    return MappingProxyType(found)


def _plan(root: Node, known: Known, pack: str) -> WorkPlan:
    optional = ("addressees", "asked", "not_taken")
    entries = root.mapping(("plan", "instrument", "title", "period", "tasks"), optional)
    instrument = entries["instrument"].text()
    if instrument not in known.instruments:
        found = f"文件“{instrument}”"
        raise PackBasisError(entries["instrument"].place, found=found, expected="instruments 中的 id")
    period = entries["period"].mapping(("text",), ("from", "to"))
    addressees = entries["addressees"].texts() if "addressees" in entries else ()
    tasks = tuple(_task(node, (instrument, addressees), known) for node in entries["tasks"].items())
    if not tasks:
        raise entries["tasks"].wrong("至少一项任务")
    _unique(tasks)
    asked = entries["asked"].mapping(("working_days", "note")) if "asked" in entries else None
    if asked is not None:
        asked["note"].text()  # a term that no document sets says who set it
    return WorkPlan(
        id=entries["plan"].text(),
        instrument=instrument,
        title=entries["title"].text(),
        period=period["text"].text(),
        span=entries["period"].span() if "from" in period else None,
        addressees=addressees,
        working_days=asked["working_days"].integer(1, 60) if asked else None,
        tasks=tasks,
        not_taken=_pairs(entries.get("not_taken"), NotTaken),
        pack=pack,
        place=root.place,
    )


def _task(node: Node, plan: tuple[str, tuple[str, ...]], known: Known) -> PlanTask:
    optional = ("lead", "responsible", "term", "figures", "beyond")
    entries = node.mapping(("id", "part", "clause", "marker", "title", "summary"), optional)
    lead = entries["lead"].texts() if "lead" in entries else ()
    responsible = entries["responsible"].texts() if "responsible" in entries else ()
    bodies = (*lead, *responsible) or plan[1]
    figures = entries["figures"].items() if "figures" in entries else ()
    term = entries["term"].mapping(("text", "on")) if "term" in entries else None
    summary = entries["summary"].text()
    if len(summary) > SUMMARY_LENGTH:
        expected = f"至多 {SUMMARY_LENGTH} 字的概述，不整段抄录原文"
        raise PackValueError(entries["summary"].place, found=f"{len(summary)} 字", expected=expected)
    return PlanTask(
        id=entries["id"].text(),
        part=entries["part"].text(),
        clause=entries["clause"].text(),
        marker=entries["marker"].text(),
        title=entries["title"].text(),
        summary=summary,
        lead=lead,
        responsible=responsible,
        term=Term(term["text"].text(), term["on"].date()) if term else None,
        figures=tuple(_figure(each, (plan[0], bodies), known) for each in figures),
        beyond=_pairs(entries.get("beyond"), Beyond),
        place=node.place,
    )


def _figure(node: Node, task: tuple[str, tuple[str, ...]], known: Known) -> PlanFigure:
    optional = ("target", "comparison", "value", "unit", "text", "figure", "by", "every", "reason", "each")
    entries = node.mapping(("id", "name", "quote", "reach"), optional)
    reach = Reach(entries["reach"].one_of([r.value for r in Reach]))
    target = _target(entries["target"], task[0], known) if "target" in entries else None
    _refuse_mixed(node, entries, reach, target)
    value = entries["value"].text() if "value" in entries else None
    if value is not None and not DECIMAL.fullmatch(value):
        raise entries["value"].wrong("加引号的十进制数，如 '0.01'")
    by = entries["by"].text() if "by" in entries else None
    if by is not None and by not in task[1]:
        raise entries["by"].wrong("本任务或印发对象中的单位：" + "、".join(task[1]))
    own = Decimal(value) if value is not None else None
    return PlanFigure(
        id=entries["id"].text(),
        name=entries["name"].text(),
        quote=_quote(entries["quote"]),
        reach=reach,
        comparison=target.comparison if target else _optional(entries, "comparison", _compared),
        value=target.value if target else own,
        unit=target.unit if target else _optional(entries, "unit", Node.text),
        text=_optional(entries, "text", Node.text),
        target=target.id if target else None,
        figure=_optional(entries, "figure", Node.text) or (target.figure if target else None),
        by=by,
        every=Rhythm(entries["every"].one_of([r.value for r in Rhythm])) if "every" in entries else None,
        reason=_optional(entries, "reason", Node.text),
        each="each" in entries and entries["each"].flag(),
        place=node.place,
    )


def _optional(entries: Mapping[str, Node], key: str, read: Callable[[Node], str]) -> str | None:
    return read(entries[key]) if key in entries else None


def _compared(node: Node) -> str:
    return node.one_of(COMPARISONS)


_NEEDED = {Reach.LIVE: (), Reach.BY_HAND: ("by", "every"), Reach.OUT: ("reason",)}
_ALIEN = {
    Reach.LIVE: ("by", "every", "reason"),
    Reach.BY_HAND: ("figure", "reason"),
    Reach.OUT: ("by", "every", "figure"),
}


def _refuse_mixed(node: Node, entries: Mapping[str, Node], reach: Reach, target: Target | None) -> None:
    """What a figure must and must not say, by where it comes from and what it is compared with."""
    for key in _NEEDED[reach]:
        if key not in entries:
            raise PackValueError(node.place, found=f"{reach} 的指标缺少“{key}”", expected=f"写明 {key}")
    for key in _ALIEN[reach]:
        if key in entries:
            expected = f"{reach} 的指标不写 {key}"
            raise PackValueError(entries[key].place, found=f"“{key}”", expected=expected)
    if reach is Reach.LIVE and target is None and "figure" not in entries:
        raise PackValueError(node.place, found="live 的指标没有 figure", expected="target 或 figure")
    own = [key for key in ("comparison", "value", "unit") if key in entries]
    if target is not None and own:
        expected = f"只写 target：数值已在 {target.place}"
        raise PackValueError(entries[own[0]].place, found="target 之外又写了数值", expected=expected)
    if target is None and len(own) not in (0, 3):
        raise PackValueError(node.place, found="、".join(own), expected="comparison、value、unit 三者俱全")
    if target is None and not own and "text" not in entries:
        raise PackValueError(node.place, found="没有目标值", expected="target，或数值，或 text")


def _target(node: Node, instrument: str, known: Known) -> Target:
    target = known.targets.get(node.text())
    if target is None:
        raise node.wrong("targets 中的 id")
    if target.basis.instrument != instrument:
        raise node.wrong(f"依据 {instrument} 的工作目标（{target.place} 依据另一文件）")
    return target


def _quote(node: Node) -> str:
    text = node.text()
    if len(text) > QUOTE_LENGTH:
        raise node.wrong(f"至多 {QUOTE_LENGTH} 字的原文")
    return text


def _pairs(node: Node | None, make: Callable[[str, str], Pair]) -> tuple[Pair, ...]:
    if node is None:
        return ()
    pairs = (each.mapping(("quote", "reason")) for each in node.items())
    return tuple(make(_quote(pair["quote"]), pair["reason"].text()) for pair in pairs)


def _unique(tasks: tuple[PlanTask, ...]) -> None:
    seen: set[str] = set()
    for id_, place in (
        *((task.id, task.place) for task in tasks),
        *((figure.id, figure.place) for task in tasks for figure in task.figures),
    ):
        if id_ in seen:
            raise PackSyntaxError(place, found=f"重复的 id“{id_}”", expected="每个 id 一次")
        seen.add(id_)
