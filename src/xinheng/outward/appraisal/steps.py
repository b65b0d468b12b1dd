"""What people add to a run: entries by hand, publishing, objections and their decision, the final state."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from xinheng.core.ids import new_id
from xinheng.core.times import Clock, today
from xinheng.core.wording import fault
from xinheng.ground.store.transaction import Transaction
from xinheng.law.errors import UnknownYearError
from xinheng.law.packs import Pack
from xinheng.law.scorecards import Indicator, Shape
from xinheng.office.access import audit, moving
from xinheng.office.access import service as agencies
from xinheng.office.access.model import AgencyKind
from xinheng.office.access.model_tree import By
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, NewCase
from xinheng.office.notices import service as notices
from xinheng.office.notices.model import NewNotice
from xinheng.outward.appraisal import model, store, texts
from xinheng.outward.appraisal.errors import AppraisalAbsent, AppraisalStepRefused
from xinheng.outward.appraisal.model import Entry, Evidence, Objection, Outcome, Run, Side, State
from xinheng.outward.appraisal.service import Opened, by_id, opened, refused, scorecard

WORDS = 400
PUBLISHED = "appraisal_published"  # message


@dataclass(frozen=True)
class NewEntry:
    """What somebody enters for one indicator of one agency."""

    agency: UUID
    indicator: str
    side: Side
    value: str
    note: str
    evidence: Evidence = ()


def enter(tx: Transaction, pack: Pack, run: UUID, new: NewEntry, clock: Clock, actor: str) -> Entry:
    """Keep a self-score or an entry of the office; an earlier one stays in the history.

    The office enters what no figure gives, until the run is published; a unit scores itself until it is
    final. Raises AppraisalRefused, AppraisalStepRefused, AppraisalAbsent.
    """
    there = by_id(tx, run, held=True)
    found = opened(tx, pack, there)
    indicator = _indicator(found, new.agency, new.indicator)
    allowed = (State.COMPUTED,) if new.side is Side.OFFICE else (State.COMPUTED, State.PUBLISHED)
    if there.state not in allowed:
        raise _step(there, "还可以录入的考核")
    if new.side is Side.OFFICE and not indicator.by_hand:
        raise refused(f"“{indicator.name}”由平台计算", "人工录入的指标；计算有误的走异议")
    value = model.decimal_of(new.value)
    limited = new.side is Side.SELF or indicator.shape is Shape.HAND
    if value is None or (limited and value > indicator.points):
        most = f"0 至 {indicator.points} 分" if limited else "不带单位的个数"
        raise refused(f"“{indicator.name}”的数“{new.value[:20]}”", most)
    if wrong := fault(new.note, 2, WORDS):
        raise refused(f"“{indicator.name}”的理由{wrong}", f"2 至 {WORDS} 字，不含证件号码")
    entry = Entry(
        new.agency, indicator.id, new.side, clock.now().at, value, new.note.strip(), new.evidence, actor
    )
    store.insert_entry(tx, run, entry)
    audit.note(tx, clock, actor, f"appraisal.{new.side.value}", f"{run} {indicator.id} {value}")
    return entry


def publish(tx: Transaction, pack: Pack, run: UUID, clock: Clock, actor: str) -> Run:
    """Show the scores to the units; from now on they may object for a term of working days."""
    there = by_id(tx, run, held=True)
    if there.state is not State.COMPUTED:
        raise _step(there, "尚未公布的考核")
    card = scorecard(pack, there.frame.scorecard)
    store.publish(tx, run, clock.now().at, due(pack, today(clock), card.objection_days))
    audit.note(tx, clock, actor, "appraisal.publish", str(run))
    published = by_id(tx, run)
    _tell(tx, pack, published, clock)
    return published


def _tell(tx: Transaction, pack: Pack, run: Run, clock: Clock) -> None:
    """A message to every body that is scored; a pack of an older day may not have one."""
    if PUBLISHED not in pack.notices.templates:
        return
    found = opened(tx, pack, run)
    values = {
        "card": found.card.name,
        "period": f"{run.frame.from_on} 至 {run.frame.to_on - timedelta(days=1)}",
        "until": str(run.object_until or "期限届满"),
    }
    for one in found.cards:
        ref = f"/desk/appraisal/{run.run}/{one.code}"
        notices.send(
            tx,
            NewNotice(one.agency, PUBLISHED, values, ref, dedupe=f"appraisal:{run.run}:{one.code}"),
            clock,
            pack,
        )


def due(pack: Pack, day: date, working_days: int) -> date | None:
    """The last day of a term; None where the calendar does not know the year."""
    try:
        return pack.calendar.add_working_days(day, working_days)
    except UnknownYearError:
        return None


@dataclass(frozen=True)
class NewObjection:
    """What an agency objects to."""

    agency: UUID
    account: UUID | None
    indicator: str
    reason: str
    evidence: Evidence = ()


def object_to(
    tx: Transaction, pack: Pack, run: UUID, new: NewObjection, clock: Clock, actor: str
) -> Objection:
    """Open an objection and its case; it is the office's to decide, within its term.

    Raises AppraisalStepRefused outside the term or while one to the same indicator is open, AppraisalRefused.
    """
    there = by_id(tx, run, held=True)
    found = opened(tx, pack, there)
    indicator = _indicator(found, new.agency, new.indicator)
    day = today(clock)
    if there.state is not State.PUBLISHED:
        raise _step(there, "已公布、未定稿的考核")
    if there.object_until is not None and day > there.object_until:
        raise AppraisalStepRefused(
            found=f"异议期已于 {there.object_until} 结束",
            expected="异议期内提出",
            todo="与信用办联系，说明逾期的原因",
        )
    if any(
        o.agency == new.agency and o.indicator == indicator.id and o.decided is None for o in found.objections
    ):
        raise AppraisalStepRefused(
            found=f"“{indicator.name}”已有一件未答复的异议",
            expected="每项指标同时一件异议",
            todo="等候答复",
        )
    if wrong := fault(new.reason, 4, WORDS):
        raise refused(f"异议理由{wrong}", f"4 至 {WORDS} 字，不含证件号码")
    agency = agencies.by_ids(tx, [new.agency])[new.agency]
    objection = new_id(clock)
    case = cases.open_case(
        tx,
        NewCase(
            kind=model.OBJECTION,
            title=f"{agency.name}对考核指标“{indicator.name}”的异议",
            owner=_office(tx, there, new.agency, day),
            ref=f"appraisal:{run}/{agency.code}",
            due_on=due(pack, day, found.card.decision_days),
            basis=pack.cite(found.card.basis),
            detail={"指标": indicator.name, "理由": new.reason.strip()},
            opener=new.agency,
            dedupe=f"appraisal:{run}/{agency.code}/{indicator.id}",
        ),
        clock,
    )
    made = Objection(
        objection,
        run,
        new.agency,
        indicator.id,
        case.case,
        new.reason.strip(),
        new.evidence,
        clock.now().at,
        actor,
    )
    store.insert_objection(tx, made)
    audit.note(tx, clock, actor, "appraisal.object", f"{run} {agency.code} {indicator.id}")
    return made


def _office(tx: Transaction, run: Run, agency: UUID, day: date) -> UUID:
    """Who decides: the office that ran it; of a run over the whole place the nearest above the agency."""
    return run.head if run.head is not None else office_above(tx, agency, day)


def office_above(tx: Transaction, agency: UUID, day: date) -> UUID:
    """The nearest office above a body by place; where none stands above it, the place's first by the tree."""
    above = list(moving.links(tx).above(agency, By.PLACE, day))
    known = agencies.by_ids(tx, above)
    found = [a for a in above if known[a].kind is AgencyKind.OFFICE]
    found = found or [a.agency for _, a in agencies.tree(tx, day) if a.kind is AgencyKind.OFFICE]
    return found[0] if found else agency


def decide(
    tx: Transaction,
    pack: Pack,
    objection: UUID,
    outcome: Outcome,
    said: Mapping[str, str],
    clock: Clock,
    actor: Actor,
) -> Objection:
    """Uphold the figure, or grant the objection with what holds instead and why; the computed one stays.

    `said`: `note`, and for a change `part` and `whole`, or `value`. Raises AppraisalRefused,
    AppraisalStepRefused, AppraisalAbsent.
    """
    there = store.objection_by_id(tx, objection, held=True)
    if there is None:
        raise AppraisalAbsent(found=f"异议 {objection}", expected="列表中的一件", todo="从列表中选择")
    if there.decided is not None:
        raise AppraisalStepRefused(found="这件异议已经答复", expected="未答复的异议", todo="刷新页面查看答复")
    note = said.get("note", "").strip()
    if wrong := fault(note, 4, WORDS):
        raise refused(f"答复的理由{wrong}", f"4 至 {WORDS} 字，不含证件号码")
    changed = None
    if outcome is Outcome.CHANGED:
        found = opened(tx, pack, by_id(tx, there.run))
        own = found.of(there.agency)
        line = next(each for each in (own.lines if own else ()) if each.indicator.id == there.indicator)
        read = model.changed_reading(line.indicator, line.counted, said)
        if isinstance(read, str):
            raise refused(read, "调整后的数，与原数同一口径")
        changed = read
    store.decide(tx, objection, outcome, note, changed, clock.now().at, actor.name)
    cases.close(tx, there.case, actor, outcome.value, note, clock)
    audit.note(tx, clock, actor.name, f"appraisal.{outcome.value}", f"{objection}")
    decided = store.objection_by_id(tx, objection)
    if decided is None:
        raise KeyError(objection)
    return decided


def finish(tx: Transaction, pack: Pack, run: UUID, clock: Clock, actor: str) -> Run:
    """Close the run once no objection waits and none can come any more; its outcome is kept.

    Raises AppraisalStepRefused.
    """
    there = by_id(tx, run, held=True)
    if there.state is not State.PUBLISHED:
        raise _step(there, "已公布、未定稿的考核")
    found = opened(tx, pack, there)
    waiting = sum(o.decided is None for o in found.objections)
    day = today(clock)
    if waiting or (there.object_until is not None and day <= there.object_until):
        late = f"异议期到 {there.object_until} 为止" if not waiting else f"{waiting} 件异议未答复"
        raise AppraisalStepRefused(
            found=late, expected="异议期已过，异议都已答复", todo="答复全部异议，到期后再定稿"
        )
    text = texts.outcome_text(there.digest, found.cards)
    digest = hashlib.sha256(text).hexdigest()
    store.finish(tx, run, clock.now().at, text, digest)
    audit.note(tx, clock, actor, "appraisal.final", f"{run} {digest[:12]}")
    return by_id(tx, run)


def _indicator(found: Opened, agency: UUID, name: str) -> Indicator:
    if found.of(agency) is None:
        raise AppraisalAbsent(
            found="这个单位不在考核之列", expected="本次考核的单位", todo="从考核的单位列表进入"
        )
    try:
        return found.card.indicator(name)
    except KeyError:
        raise AppraisalAbsent(
            found=f"指标 {name[:40]}", expected="考核表中的指标", todo="从页面的列表选择"
        ) from None


def _step(run: Run, expected: str) -> AppraisalStepRefused:
    return AppraisalStepRefused(
        found=f"这次考核现在是“{model.NAMES[run.state]}”", expected=expected, todo="刷新页面查看现状"
    )
