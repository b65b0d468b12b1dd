"""What a bulletin says, read for a fixed scope: few questions to the database, each for all bodies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from xinheng.core.times import SHANGHAI
from xinheng.evidence.completeness import model as months
from xinheng.evidence.completeness import service as completeness
from xinheng.evidence.intake.figures import Cell, cells, failed
from xinheng.evidence.intake.model_figures import Sums
from xinheng.evidence.ledger import day_counts
from xinheng.evidence.ledger.flows import Flow, flows
from xinheng.evidence.ledger.flows import Span as FlowSpan
from xinheng.evidence.subjects import coverage
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.office.access.model import AgencyKind
from xinheng.office.cases import past
from xinheng.outward.letters import service as letters
from xinheng.outward.letters.model import Filter, Step
from xinheng.outward.reports import measuring, model, working_out
from xinheng.outward.reports.asking import Aim, Asked, Who
from xinheng.outward.reports.model import Ratio
from xinheng.outward.reports.scope import Body, Scope, Span, Suspected, counted, starts

LETTERS: Final = 100_000  # of one place: a letter is written by hand


@dataclass(frozen=True)
class Line:
    """One head, branch or body: its receipts by item, and what is not whole. `body` None: the whole."""

    body: Body | None
    now: Mapping[str, Sums]
    before: Mapping[str, Sums]
    missing: int  # feeds of the month that are not whole
    due: int  # feeds that had to be declared by the cut-off
    suspected: Suspected | None = None
    coverage: Ratio | None = None

    def sums(self, items: Collection[str], *, earlier: bool = False) -> Sums:
        """The receipts of these items, of the month or of the one before."""
        told = self.before if earlier else self.now
        return sum((told[item] for item in sorted(told) if item in items), Sums())


@dataclass(frozen=True)
class Unit:
    """A body with what is to be put right: rows returned by check, feeds that are not whole."""

    line: Line
    returned: Mapping[tuple[str, str], int]  # (item, check) -> rows
    broken: tuple[tuple[str, months.State], ...]  # item, state


@dataclass(frozen=True)
class Facts:
    """Everything a bulletin is written from."""

    scope: Scope
    pack: Pack
    position: int
    total: Line
    branches: tuple[Line, ...]
    units: tuple[Unit, ...]
    aims: tuple[Aim, ...]
    register: int
    covered: Mapping[str, int]  # item -> organisations
    flow: Flow
    cases: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    letters: Mapping[Step, tuple[int, int]] = field(default_factory=dict)  # sent in the month, open


def gather(tx: Transaction, pack: Pack, scope: Scope) -> Facts:
    """Read all of it, as known before the scope's cut-off."""
    now = _by_span(cells(tx, counted(scope.now), scope.cutoff), scope.now)
    before = _by_span(cells(tx, counted(scope.before), scope.cutoff), scope.before)
    states = completeness.month_as_known(tx, pack, scope.feeds, scope.month, scope.cutoff)
    state_of = {each.feed.feed: each.months[0].state for each in states}
    covered = coverage.covered(tx, scope.end)
    seven = model.items_of(pack.items, model.SEVEN)
    any_of_seven = coverage.covered_by_any(tx, scope.end, seven)
    reader = _Reader(scope, now, before, state_of, covered, any_of_seven)
    total = reader.line(None, scope.now, scope.before, _suspected(scope, None), _place(scope))
    branches = tuple(_branch(scope, reader, body) for body in scope.branches)
    asked = Asked(tx, pack, _who(scope), scope.month, scope.end, scope.cutoff)
    spans = [FlowSpan(s.branch, s.agency, s.from_on, s.to_on) for s in scope.now]
    owners = None if scope.whole else sorted({s.agency for s in scope.now})
    return Facts(
        scope=scope,
        pack=pack,
        position=day_counts.position(tx, scope.cutoff),
        total=total,
        branches=branches,
        units=_units(tx, scope, reader),
        aims=measuring.aims(asked),
        register=working_out.organisations([c for c in covered if c.item == coverage.ANY], _place(scope)),
        covered={
            item: working_out.organisations([c for c in covered if c.item == item], _place(scope))
            for item in sorted({c.item for c in covered} - {coverage.ANY})
        },
        flow=flows(tx, spans).get((None, None), Flow(0, None, None, 0)),
        cases=past.standing(tx, owners, (starts(scope.month), starts(scope.end)), scope.cutoff),
        letters=_letters(tx, scope),
    )


def _letters(tx: Transaction, scope: Scope) -> dict[Step, tuple[int, int]]:
    """Step -> (letters sent in the month, letters open at the cut-off), sent by or to those counted."""
    day = scope.cutoff.astimezone(SHANGHAI).date()
    sent: Counter[Step] = Counter()
    still: Counter[Step] = Counter()
    bodies = frozenset(body.agency for body in scope.bodies)
    for letter in letters.listed(tx, Filter(scope=bodies), LETTERS):
        if letter.dated is None or letter.dated >= day:
            continue
        sent[letter.step] += scope.month <= letter.dated < scope.end
        still[letter.step] += letter.ended is None or letter.ended >= scope.cutoff
    return {step: (sent[step], still[step]) for step in Step if sent[step] or still[step]}


def _who(scope: Scope) -> Who:
    head = scope.by_id[scope.head] if scope.head else None
    return Who(
        head.kind if head else None,
        head.division if head else None,
        counted(scope.now),
        scope.whole,
        scope.feeds,
    )


def _place(scope: Scope) -> str | None:
    return scope.by_id[scope.head].division if scope.head else None


def _by_span(found: Iterable[Cell], spans: tuple[Span, ...]) -> dict[Span, dict[str, Sums]]:
    """Span -> item -> sums; 补录 among them, which counts in no rate."""
    told: dict[Span, dict[str, Sums]] = {}
    for cell in found:
        by_item = told.setdefault(spans[cell.part.int], {})
        by_item[cell.item] = by_item.get(cell.item, Sums()) + cell.sums
    return told


@dataclass(frozen=True)
class _Reader:
    """Adds up lines from what was read."""

    scope: Scope
    now: Mapping[Span, Mapping[str, Sums]]
    before: Mapping[Span, Mapping[str, Sums]]
    states: Mapping[UUID, months.State]
    covered: tuple[coverage.Covered, ...]
    any_of_seven: tuple[coverage.Covered, ...]

    def line(
        self,
        body: Body | None,
        spans: Iterable[Span],
        earlier: Iterable[Span],
        suspected: Suspected | None = None,
        place: str | None = None,
    ) -> Line:
        """`place`: the division whose coverage stands in the line; none for bodies that are no offices."""
        spans = tuple(spans)
        judged = [state for state in self.states_of(spans).values() if state is not months.State.OPEN]
        return Line(
            body,
            _added(self.now.get(s, {}) for s in spans),
            _added(self.before.get(s, {}) for s in earlier),
            sum(state not in months.WHOLE for state in judged),
            len(judged),
            suspected,
            self._coverage(place) if body is None or body.kind is AgencyKind.OFFICE else None,
        )

    def states_of(self, spans: Iterable[Span]) -> dict[months.Feed, months.State]:
        """How the month of each feed of these bodies stands; a body that moved is where it was last."""
        last = self.scope.end - timedelta(days=1)
        there = {s.agency for s in spans if s.from_on <= last < s.to_on}
        return {
            f: self.states[f.feed] for f in self.scope.feeds if f.agency in there and f.feed in self.states
        }

    def _coverage(self, place: str | None) -> Ratio | None:
        if place is None and not self.scope.whole:
            return None
        register = [c for c in self.covered if c.item == coverage.ANY]
        return Ratio(
            working_out.organisations(self.any_of_seven, place), working_out.organisations(register, place)
        )


def _added(several: Iterable[Mapping[str, Sums]]) -> dict[str, Sums]:
    found: dict[str, Sums] = {}
    for by_item in several:
        for item, sums in by_item.items():
            found[item] = found.get(item, Sums()) + sums
    return found


def _suspected(scope: Scope, branch: UUID | None) -> Suspected | None:
    return next((s for s in scope.suspected if s.branch == branch), None)


def _branch(scope: Scope, reader: _Reader, body: Body) -> Line:
    """A branch's line. Its coverage is that of its own division; the head's own line has none."""
    spans = [s for s in scope.now if s.branch == body.agency]
    earlier = [s for s in scope.before if s.branch == body.agency]
    own = body.agency == scope.head
    line = reader.line(body, spans, earlier, _suspected(scope, body.agency), body.division)
    if own or (body.kind is AgencyKind.OFFICE and body.division is None):
        return Line(line.body, line.now, line.before, line.missing, line.due, line.suspected)
    return line


def _units(tx: Transaction, scope: Scope, reader: _Reader) -> tuple[Unit, ...]:
    """Every body that anything is to be said of, by code."""
    returned: dict[UUID, dict[tuple[str, str], int]] = {}
    for each in failed(tx, counted(scope.now), scope.cutoff):
        told = returned.setdefault(scope.now[each.part.int].agency, {})
        told[each.item, each.check] = told.get((each.item, each.check), 0) + each.rows
    found = []
    spans_of: dict[UUID, list[Span]] = {}
    for span in scope.now:
        spans_of.setdefault(span.agency, []).append(span)
    for body in sorted((b for b in scope.bodies if b.agency in spans_of), key=lambda b: b.code):
        spans = spans_of[body.agency]
        broken = tuple(
            sorted(
                (feed.item, state)
                for feed, state in reader.states_of(spans).items()
                if state not in months.WHOLE and state is not months.State.OPEN
            )
        )
        line = reader.line(body, spans, [s for s in scope.before if s.agency == body.agency])
        found.append(Unit(line, returned.get(body.agency, {}), broken))
    return tuple(found)
