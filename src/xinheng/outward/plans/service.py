"""Entering values and notes, confirming them, and which agency a body of a document is. Nothing commits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, NoReturn
from uuid import UUID

from xinheng.core.ids import new_id
from xinheng.core.times import Clock, today
from xinheng.core.wording import fault
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.law.workplans import PlanFigure, PlanTask, Reach, Rhythm, WorkPlan
from xinheng.office.access import audit
from xinheng.office.access import service as access
from xinheng.office.access.model import Agency, fold_name
from xinheng.office.cases.model import Actor
from xinheng.office.notices import service as notices
from xinheng.office.notices.model import NewNotice
from xinheng.outward.plans import due, store
from xinheng.outward.plans.errors import BodyRefused, EntryRefused, NotTheirs, PlanUnknown, ReviewRefused
from xinheng.outward.plans.model import Entry, Review, Said, term_of

WORDS_LENGTH: Final = 500
EVIDENCE_LENGTH: Final = 300
MOST: Final = Decimal(10) ** 12
PLACES: Final = 6


@dataclass(frozen=True)
class NewEntry:
    """What a unit says: a value of a figure, or without `figure` a note on the progress of the task."""

    plan: str
    task: str
    figure: str | None
    as_of: date
    amount: Decimal | None = None
    words: str = ""
    evidence: str = ""
    done: bool = False


def plan_of(pack: Pack, plan: str) -> WorkPlan:
    """The plan of the pack (or of one it extends). Raises PlanUnknown."""
    found = pack.workplans.get(plan)
    if found is None:
        known = "、".join(p.id for p in pack.workplans.values()) or "（本规则包没有工作要点）"
        raise PlanUnknown(found=f"“{plan[:60]}”", expected=known, todo="从列表中选择")
    return found


def task_of(plan: WorkPlan, task: str) -> PlanTask:
    """The task of the plan. Raises PlanUnknown."""
    found = plan.task(task)
    if found is None:
        raise PlanUnknown(found=f"任务“{task[:60]}”", expected=f"《{plan.title}》的任务", todo="从列表中选择")
    return found


def figure_of(task: PlanTask, figure: str) -> PlanFigure:
    """The figure of the task. Raises PlanUnknown."""
    found = next((each for each in task.figures if each.id == figure), None)
    if found is None:
        expected = "、".join(f.id for f in task.figures) or "（无量化指标）"
        raise PlanUnknown(found=f"指标“{figure[:60]}”", expected=expected, todo="从任务的指标中选择")
    return found


# -- bodies ------------------------------------------------------------------------------------------


def agencies_of(tx: Transaction, plan: WorkPlan, on: date) -> Mapping[str, tuple[Agency, ...]]:
    """The agencies of the tree that each body of a plan is: as the office entered it, else those of the same
    name that exist on the day; none for a body that is neither."""
    known = {agency.agency: agency for _, agency in access.tree(tx) if agency.exists(on)}
    entered: dict[str, list[Agency]] = {}
    for body, agency in store.bodies(tx):
        if agency in known:
            entered.setdefault(body, []).append(known[agency])
    named: dict[str, list[Agency]] = {}
    for each in known.values():
        named.setdefault(fold_name(each.name), []).append(each)
    return {body: tuple(entered.get(body) or named.get(fold_name(body)) or ()) for body in plan.bodies()}


def entered_bodies(tx: Transaction) -> frozenset[tuple[str, UUID]]:
    """(body, agency) that the office entered; what only has the same name is not among them."""
    return frozenset(store.bodies(tx))


def enter_body(tx: Transaction, pack: Pack, body: str, agency: Agency, clock: Clock, actor: str) -> None:
    """The office enters which agency a body is; a group of bodies is several. Raises BodyRefused."""
    if not any(body in plan.bodies() for plan in pack.workplans.values()):
        raise BodyRefused(
            found=f"“{body[:60]}”", expected="工作要点中写明的单位", todo="从列表中选择，照原文书写"
        )
    if not store.insert_body(tx, body, agency.agency, clock.now().at, actor):
        raise BodyRefused(
            found=f"“{body}”已对应{agency.name}", expected="未登记过的单位", todo="不用再登记", where=body
        )
    audit.note(tx, clock, actor, "plan.body", f"{body} → {agency.code} {agency.name}")


def end_body(tx: Transaction, body: str, agency: Agency, clock: Clock, actor: str) -> None:
    """The body is that agency no longer. Raises BodyRefused."""
    if not store.end_body(tx, body, agency.agency, clock.now().at, actor):
        raise BodyRefused(
            found=f"“{body[:60]}”没有对应{agency.name}", expected="已登记的对应", todo="从列表中选择"
        )
    audit.note(tx, clock, actor, "plan.body.end", f"{body} ↛ {agency.code} {agency.name}")


def answers_for(
    plan: WorkPlan, task: PlanTask, figure: PlanFigure | None, bodies: Mapping[str, tuple[Agency, ...]]
) -> frozenset[UUID]:
    """Who may speak: of a figure those that enter it, of a task all that answer for it."""
    named = plan.bodies_of(task) if figure is None else (figure.by,) if figure.by else ()
    return frozenset(agency.agency for body in named for agency in bodies.get(body, ()))


# -- entering ----------------------------------------------------------------------------------------


def enter(tx: Transaction, pack: Pack, new: NewEntry, agency: Agency, actor: Actor, clock: Clock) -> Entry:
    """Take down what a unit says. What was said before stays; a case that waited for it is closed.

    Raises PlanUnknown, NotTheirs, EntryRefused.
    """
    plan = plan_of(pack, new.plan)
    task = task_of(plan, new.task)
    figure = figure_of(task, new.figure) if new.figure else None
    day = today(clock)
    own = access.standing(tx, agency).own
    theirs = answers_for(plan, task, figure, agencies_of(tx, plan, day))
    if figure is not None and figure.reach is not Reach.BY_HAND:
        _refuse("这个指标不由人工填报", "人工填报的指标", figure.id)
    if not theirs.intersection(own):
        body = figure.by if figure else "、".join(plan.bodies_of(task))
        raise NotTheirs(
            found=f"{agency.name}不是“{body}”",
            expected="文件写明的单位，由信用办对应到本平台的单位",
            todo="请信用办登记单位对应，或由责任单位填报",
            where=new.figure or new.task,
        )
    _check((plan, task), figure, new, day)
    entry = Entry(
        entry=new_id(clock),
        plan=plan.id,
        task=task.id,
        figure=figure.id if figure else None,
        agency=next(a for a in own if a in theirs),
        as_of=new.as_of,
        amount=new.amount,
        words=new.words.strip(),
        evidence=new.evidence.strip(),
        done=new.done,
        entered=clock.now().at,
        account=actor.account,
        actor=actor.name,
    )
    store.insert_entry(tx, entry)
    said = f"{agency.code} {figure.id if figure else task.id} {new.as_of}"
    audit.note(tx, clock, actor.name, "plan.enter", said, actor.account)
    if figure is not None:
        due.answered(tx, figure, entry, actor, clock)
    return entry


def _check(at: tuple[WorkPlan, PlanTask], figure: PlanFigure | None, new: NewEntry, day: date) -> None:
    where = figure.id if figure else new.task
    _check_day(at, figure, new, day)
    numeric = figure is not None and figure.value is not None
    if numeric and new.amount is None:
        _refuse("没有填数值", f"以“{figure.unit if figure else ''}”为单位的数", where)
    if not numeric and new.amount is not None:
        _refuse("这里不填数值", "文字说明", where)
    if not numeric and not new.words.strip():
        _refuse("没有写进展", f"1 至 {WORDS_LENGTH} 个字", where)
    if new.amount is not None and not 0 <= new.amount < MOST:
        _refuse(f"数值 {new.amount}", "不小于 0 的数", where)
    if new.amount is not None and new.amount != round(new.amount, PLACES):
        _refuse(f"数值 {new.amount}", f"至多 {PLACES} 位小数", where)
    if new.words.strip() and (wrong := fault(" ".join(new.words.split()), 1, WORDS_LENGTH)):
        _refuse(f"说明{wrong}", f"1 至 {WORDS_LENGTH} 个字，不含证件号码", where)
    least = 2 if figure is not None or new.done else 0  # a mere note of progress needs no proof
    if wrong := fault(" ".join(new.evidence.split()), least, EVIDENCE_LENGTH):
        _refuse(f"依据{wrong}", f"{least} 至 {EVIDENCE_LENGTH} 个字：文件名、文号或网页，不含证件号码", where)


def _check_day(at: tuple[WorkPlan, PlanTask], figure: PlanFigure | None, new: NewEntry, day: date) -> None:
    """Not after today, not before the plan; what is entered period by period not after its term."""
    (plan, task), where = at, figure.id if figure else new.task
    last = term_of(plan, task)
    periodic = figure is not None and figure.every is not Rhythm.ONCE
    if new.as_of > day:
        _refuse(f"日期 {new.as_of} 晚于今天", "今天或之前的日期", where)
    if plan.span is not None and new.as_of < plan.span.start:
        _refuse(f"日期 {new.as_of} 早于计划开始", f"{plan.span.start} 起的日期", where)
    if periodic and last is not None and new.as_of > last:
        _refuse(f"日期 {new.as_of} 在计划结束之后", f"至 {last} 的日期；一期的数写这一期的最后一天", where)


def _refuse(found: str, expected: str, where: str) -> NoReturn:
    raise EntryRefused(found=found, expected=expected, todo="改写后再提交", where=where)


# -- confirming --------------------------------------------------------------------------------------


def review(
    tx: Transaction, pack: Pack, entry: UUID, accepted: bool, note: str, actor: Actor, clock: Clock
) -> Review:
    """The office confirms an entry or refuses it; its latest word counts. The unit is told of a refusal.

    Raises PlanUnknown, ReviewRefused.
    """
    there = by_id(tx, entry)
    if actor.account is not None and actor.account == there.entry.account:
        _not_so("由填报的同一账号确认", "信用办的另一个账号")
    if there.review is not None and there.review.accepted is accepted:
        _not_so("已经是这个结论", "不同的结论")
    text = " ".join(note.split())
    if wrong := fault(text, 0 if accepted else 2, WORDS_LENGTH):
        _not_so(f"说明{wrong}", "退回的要写明理由" if not accepted else f"至多 {WORDS_LENGTH} 个字")
    said = Review(entry, accepted, text, clock.now().at, actor.account, actor.name)
    store.insert_review(tx, said)
    what = "plan.confirm" if accepted else "plan.refuse"
    audit.note(tx, clock, actor.name, what, f"{there.entry.figure or there.entry.task}", actor.account)
    if not accepted:
        notices.send(tx, _told(pack, there.entry, text), clock, pack)
    return said


def _told(pack: Pack, entry: Entry, note: str) -> NewNotice:
    """The message to the unit; a plan that a later pack no longer has is called by its id."""
    plan = pack.workplans.get(entry.plan)
    task = plan.task(entry.task) if plan else None
    figure = next((f for f in task.figures if f.id == entry.figure), None) if task else None
    named = figure.name if figure else task.title if task else entry.task
    values = {"what": named, "as_of": entry.as_of.isoformat(), "note": note}
    return NewNotice(entry.agency, "plan_entry_refused", values, f"/desk/plans/{entry.plan}/{entry.task}")


def _not_so(found: str, expected: str) -> NoReturn:
    raise ReviewRefused(found=found, expected=expected, todo="核对后重试")


def by_id(tx: Transaction, entry: UUID) -> Said:
    """An entry with the office's last word. Raises PlanUnknown."""
    there = store.entry(tx, entry)
    if there is None:
        raise PlanUnknown(found=f"填报 {entry}", expected="已有的一条填报", todo="从任务页重新进入")
    return there


# -- charge ------------------------------------------------------------------------------------------


def take_charge(
    tx: Transaction, pack: Pack, task: tuple[str, str], agency: Agency, actor: Actor, clock: Clock, take: bool
) -> None:
    """An account of a unit that answers for a task (plan, task) takes it in hand, or gives it back.

    Raises PlanUnknown, NotTheirs.
    """
    plan, point_id = task
    found = plan_of(pack, plan)
    point = task_of(found, point_id)
    theirs = answers_for(found, point, None, agencies_of(tx, found, today(clock)))
    if agency.agency not in theirs:
        raise NotTheirs(
            found=f"{agency.name}不是这项任务的责任单位",
            expected="、".join(found.bodies_of(point)),
            todo="请信用办登记单位对应",
            where=point_id,
        )
    at: datetime = clock.now().at
    said = {"plan": plan, "task": point_id, "agency": agency.agency, "at": at, "actor": actor.name}
    store.insert_charge(tx, {**said, "account": actor.account if take else None})


def charges(tx: Transaction, plan: str, agencies: frozenset[UUID] | None) -> dict[tuple[str, UUID], str]:
    """(task, agency) -> the login that has it in hand, of these agencies; None: all, for the office."""
    return store.charges(tx, plan, agencies)


def said_of(tx: Transaction, plan: str, task: str, known: datetime | None = None) -> tuple[Said, ...]:
    """Everything entered about a task, as it came in."""
    return store.said(tx, plan, task, known)
