"""An invented office with an agency that is late, for the tests of letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from tests.conftest import SteppingClock

from xinheng.core.times import today
from xinheng.ground.store.transaction import Transaction
from xinheng.law import packs
from xinheng.law.packs import Pack
from xinheng.office.access import service as access
from xinheng.office.access.model import AgencyKind
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, Case, NewCase
from xinheng.outward.letters import composing, issuing, service
from xinheng.outward.letters.model import Letter, Step


@dataclass(frozen=True)
class Office:
    """Who writes to whom."""

    pack: Pack
    clock: SteppingClock
    head: Actor
    late: Actor
    other: Actor

    def overdue(self, tx: Transaction, count: int = 2) -> list[Case]:
        """Cases of the late agency, each a week later than the one before, the last ten days overdue."""
        day = today(self.clock)
        return [
            cases.open_case(
                tx,
                NewCase(
                    kind="returned_row",
                    title=f"恒市监罚〔2026〕{n}号 退回后没有重报",
                    owner=owner(self.late),
                    ref=f"receipt:{UUID(int=7)}/{n}",
                    due_on=day - timedelta(days=10 + 7 * (count - n)),
                ),
                self.clock,
            )
            for n in range(1, count + 1)
        ]

    def draft(self, tx: Transaction, step: Step = Step.REMINDER, about: Sequence[Case] = ()) -> Letter:
        found = about or self.overdue(tx)
        new = composing.from_cases(tx, self.pack, step, owner(self.head), owner(self.late), found, self.clock)
        return service.draft(tx, new, self.clock, self.head)

    def issued(self, tx: Transaction, step: Step = Step.REMINDER, about: Sequence[Case] = ()) -> Letter:
        return self.send(tx, self.draft(tx, step, about))

    def send(self, tx: Transaction, letter: Letter) -> Letter:
        return issuing.issue(tx, letter.letter, self.pack, self.clock, self.head)


def owner(actor: Actor) -> UUID:
    assert actor.agency is not None
    return actor.agency


def build(tx: Transaction, clock: SteppingClock) -> Office:
    def actor(code: str, name: str, kind: AgencyKind, parent: str | None) -> Actor:
        made = access.add_agency(tx, access.NewAgency(code, name, parent, kind), clock, "test")
        return Actor(UUID(int=len(code)), made.agency, f"{name}经办")

    return Office(
        packs.load("national", [packs.shipped()]),
        clock,
        actor("XYB", "恒州市信用办", AgencyKind.OFFICE, None),
        actor("SJJ", "恒州市市场监督管理局", AgencyKind.AGENCY, "XYB"),
        actor("HBJ", "恒州市生态环境局", AgencyKind.AGENCY, "XYB"),
    )


FRIDAY = date(2026, 11, 20)
