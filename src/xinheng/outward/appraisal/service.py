"""Scorecard runs: compute, read, verify. What people add to them is in `steps`.

The subjects are agencies. Faces open the transactions; whoever calls has checked who may.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from xinheng.core.ids import new_id
from xinheng.core.times import Clock, today
from xinheng.evidence.ledger.store import read_head
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.law.scorecards import Scorecard
from xinheng.office.access import audit, moving
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Agency, AgencyKind
from xinheng.office.access.model_tree import By
from xinheng.outward.appraisal import model, store, texts
from xinheng.outward.appraisal.errors import (
    AppraisalAbsent,
    AppraisalDiverged,
    AppraisalRefused,
)
from xinheng.outward.appraisal.model import (
    Card,
    Counted,
    Frame,
    Objection,
    Run,
    Scored,
    State,
)


class Counter(Protocol):
    """What counts for a run (`counting.Counting`)."""

    def scope(self, agency: Agency, frame: Frame) -> Mapping[str, Any]:
        """Who is counted in an agency's figures on which days, as canonical JSON can hold it: fixed with the
        run, so that the tree may change afterwards."""
        ...

    def count(self, figure: str, scope: Mapping[str, Any], pack: Pack, frame: Frame) -> Counted:
        """One figure of those, over the run's period as of its cut-off."""
        ...


WORDS = 400
LONGEST = 366  # days of a period


@dataclass(frozen=True)
class NewRun:
    """What is to be scored: a card of the pack, over [from_on, to_on), the bodies of a head."""

    scorecard: str
    from_on: date
    to_on: date
    head: Agency | None = None
    known: datetime | None = None  # None: now
    only: Collection[UUID] | None = None  # of those, only these


@dataclass(frozen=True)
class Opened:
    """A run with everything that is known of it."""

    run: Run
    card: Scorecard
    cards: tuple[Card, ...]
    said: model.Given
    objections: tuple[Objection, ...]

    def of(self, agency: UUID) -> Card | None:
        """One agency's card."""
        return next((c for c in self.cards if c.agency == agency), None)


def scorecard(pack: Pack, name: str) -> Scorecard:
    """The card with this id. Raises AppraisalAbsent."""
    found = pack.appraisal.scorecards.get(name)
    if found is None:
        known = "、".join(pack.appraisal.scorecards) or "（规则包中没有考核表）"
        raise AppraisalAbsent(found=f"考核表 {name[:60]}", expected=known, todo="改用规则包中的考核表")
    return found


def compute(tx: Transaction, pack: Pack, new: NewRun, counter: Counter, clock: Clock, actor: str) -> Run:
    """Count everything as of the cut-off and keep it. Raises AppraisalAbsent, AppraisalRefused."""
    card = scorecard(pack, new.scorecard)
    now = clock.now().at
    known = new.known or now
    if not new.from_on < new.to_on or (new.to_on - new.from_on).days > LONGEST:
        raise refused(f"期间 {new.from_on} 至 {new.to_on}", f"起日在前，不超过 {LONGEST} 天")
    if new.to_on > today(clock) or known > now:
        raise refused(f"期间止于 {new.to_on}，截止 {known}", "已经过完的期间，不晚于现在的截止时刻")
    if not card.span.covers(new.from_on):
        raise refused(f"考核表“{card.name}”在 {new.from_on} 没有生效", f"{card.span.start} 起的期间")
    bodies = subjects(tx, card, new)
    if not bodies:
        raise refused("没有可考核的单位", "树中至少一个适用这张考核表的单位")
    head = new.head.code if new.head else None
    frame = Frame(card.id, pack.label, head, new.from_on, new.to_on, known, read_head(tx).size)
    text = texts.computed_text(frame, fresh(card, bodies, counter, pack, frame))
    run = Run(
        run=new_id(clock),
        frame=frame,
        head=new.head.agency if new.head else None,
        state=State.COMPUTED,
        computed=text,
        digest=hashlib.sha256(text).hexdigest(),
        created=now,
        created_by=actor,
    )
    store.insert_run(tx, run)
    audit.note(tx, clock, actor, "appraisal.run", f"{card.id} {new.from_on} {new.to_on} {run.digest[:12]}")
    return run


def subjects(tx: Transaction, card: Scorecard, new: NewRun) -> list[Agency]:
    """Whom a card is for, by code: bodies within a head's area, or the offices right below it."""
    day = new.to_on
    links = moving.links(tx)
    if card.applies_to == "place":
        ids: Collection[UUID] = links.branches(new.head.agency if new.head else None, By.PLACE, day)
    else:
        ids = moving.scope(tx, new.head, day, By.PLACE)
    found = agencies.by_ids(tx, ids).values()
    wanted = [
        a
        for a in found
        if a.exists(new.from_on)
        and (a.kind is AgencyKind.OFFICE) == (card.applies_to == "place")
        and (new.only is None or a.agency in new.only)
    ]
    return sorted(wanted, key=lambda a: a.code)


def fresh(card: Scorecard, bodies: list[Agency], counter: Counter, pack: Pack, frame: Frame) -> list[Scored]:
    """Every body with its scope and every figure that the card names."""
    found = [Scored(a.agency, a.code, {}, counter.scope(a, frame)) for a in bodies]
    return [replace(one, counted=_figures(card, one, counter, pack, frame)) for one in found]


def _figures(card: Scorecard, one: Scored, counter: Counter, pack: Pack, frame: Frame) -> dict[str, Counted]:
    """Every figure that the card names, of one body's scope."""
    return {
        i.id: counter.count(i.figure, one.scope, pack, frame) for i in card.indicators if i.figure is not None
    }


# -- reading -----------------------------------------------------------------------------------------


def by_id(tx: Transaction, run: UUID, *, held: bool = False) -> Run:
    """A run. Raises AppraisalAbsent."""
    found = store.run_by_id(tx, run, held=held)
    if found is None:
        raise AppraisalAbsent(found=f"考核 {run}", expected="列表中的一次考核", todo="从列表中选择")
    return found


def listed(tx: Transaction, states: Collection[State], limit: int, offset: int = 0) -> list[Run]:
    """Runs in these states, the latest first."""
    return store.runs(tx, list(states), limit, offset)


def opened(tx: Transaction, pack: Pack, run: Run) -> Opened:
    """A run with its cards, as of now. `pack`: the one the run was computed under."""
    card = scorecard(pack, run.frame.scorecard)
    scored = texts.scored_of(json.loads(run.computed))
    objections = store.objections(tx, run.run)
    said = model.given(store.entries(tx, run.run), objections)
    return Opened(run, card, model.cards(card, scored, said), said, tuple(objections))


@dataclass(frozen=True)
class Verified:
    """A recomputation that came out the same: digests, and how many figures could only be taken as kept."""

    digest: str
    outcome: str | None
    kept: int


def verify(tx: Transaction, pack: Pack, run: UUID, counter: Counter) -> Verified:
    """Count everything again as of the cut-off, and make both texts anew.

    `pack`: the one the run names. Raises AppraisalDiverged where a byte differs.
    """
    there = by_id(tx, run)
    card = scorecard(pack, there.frame.scorecard)
    told = json.loads(there.computed)
    before = texts.scored_of(told)
    frame = replace(there.frame, head=told["head"])
    again = [
        replace(one, counted=_kept(_figures(card, one, counter, pack, frame), one.counted)) for one in before
    ]
    text = texts.computed_text(frame, again)
    digest = hashlib.sha256(text).hexdigest()
    if text != there.computed or digest != there.digest:
        raise _diverged(run, digest, there.digest)
    if there.outcome is not None:
        anew = texts.outcome_text(digest, opened(tx, pack, there).cards)
        if anew != there.outcome:
            raise _diverged(run, hashlib.sha256(anew).hexdigest(), there.outcome_digest or "")
    kept = sum(found.kept for one in before for found in one.counted.values())
    return Verified(digest, there.outcome_digest, kept)


def _kept(new: Mapping[str, Counted], before: Mapping[str, Counted]) -> dict[str, Counted]:
    return {name: before[name] if name in before and before[name].kept else new[name] for name in new}


def _diverged(run: UUID, found: str, wanted: str) -> AppraisalDiverged:
    return AppraisalDiverged(
        found=f"重算的摘要 {found}",
        expected=f"留存的摘要 {wanted}",
        todo="对照两份文本找出不同的数；检查是否有人改动了数据库",
        where=str(run),
    )


def refused(found: str, expected: str) -> AppraisalRefused:
    """The refusal for what cannot be taken as it is written."""
    return AppraisalRefused(found=found, expected=expected, todo="修改后再提交")
