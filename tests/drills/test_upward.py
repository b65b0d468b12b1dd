"""A partner that drops, repeats, reorders, delays and tears, while our process is killed: meanwhile every
difference says why; afterwards nothing differs, the partner holds the right versions, and none of them twice.

Through both adapters. About a hundred records in the plain run, more of them and more seeds with `--long`
(issue 4).
"""

from __future__ import annotations

import json
import os
import random
import signal
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import TEMPLATE, SteppingClock, _create, _numbers, _run
from tests.contract.reconciling import Deal, api_text, lower_house, register, served, upper_app
from tests.drills.upward_faults import Carrier, Proxy, proxied

from xinheng.core.errors import XinhengError
from xinheng.ground.store import Database, Server
from xinheng.outward.reconciliation import running, taking
from xinheng.outward.reconciliation.connecting import connector
from xinheng.outward.reconciliation.model import Kind, Partner
from xinheng.outward.reconciliation.places import LocalPlace

LOOPBACK = (ip_network("127.0.0.0/8"),)
FINISHED, REFUSED, BROKEN, KILLED = 0, 3, 4, -signal.SIGKILL
ROWS = 40  # of a batch


@dataclass
class Dying:
    """A house whose process kills itself at the n-th transaction or call of the partner."""

    database: Database
    clock: SteppingClock
    steps: int  # left to live; 0: for ever

    def step(self) -> None:
        self.steps -= 1
        if self.steps == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        with self.database.transaction() as tx:
            yield tx
            self.step()  # before the commit
        self.step()  # after it


@dataclass
class Mortal:
    """What a pass needs of a home."""

    database: Dying
    clock: SteppingClock


class Watched:
    """A partner whose calls are counted too: a process dies between asking and noting."""

    def __init__(self, partner: Any, dying: Dying) -> None:
        self._partner, self._dying = partner, dying

    def __getattr__(self, name: str) -> Any:
        there = getattr(self._partner, name)

        def call(*given: Any, **named: Any) -> Any:
            self._dying.step()
            found = there(*given, **named)
            self._dying.step()
            return found

        return call


@dataclass
class Site:
    """Both platforms, and what stands between them."""

    deal: Deal
    dsn: str
    chance: random.Random
    between: Carrier | Proxy
    folder: Path
    seen: set[Kind] = field(default_factory=set)
    ends: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    records: dict[int, Any] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)

    def run(self, steps: int, *, compare: bool = True) -> int:
        """One pass in a process of its own, which may kill itself."""
        child = os.fork()
        if not child:
            self._child(steps, compare)
        status = os.waitpid(child, 0)[1]
        end = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        broken = self.folder / "broken.txt"
        assert end != BROKEN, broken.read_text("utf-8") if broken.exists() else "died without a word"
        self.ends.append(end)
        return end

    def _child(self, steps: int, compare: bool) -> None:
        code = FINISHED
        try:
            with Database(self.dsn, size=4) as database:
                dying = Dying(database, self.deal.clock, steps)
                connect = connector(self.deal.lower.keys.folder, LOOPBACK)

                def connected(partner: Partner) -> Any:
                    return Watched(connect(partner), dying)

                home = Mortal(dying, self.deal.clock)
                running.run(home, self.deal.partner.partner, connected, ROWS, compare=compare)
        except XinhengError:
            code = REFUSED
        except BaseException:  # noqa: BLE001 - whatever it is, the parent must hear of it
            (self.folder / "broken.txt").write_text(traceback.format_exc(), encoding="utf-8")
            code = BROKEN
        os._exit(code)

    def turn(self, steps: int = 0) -> None:
        """A pass here, what stands between, the upper side, and back."""
        self.deal.clock.step(hours=self.chance.randint(3, 20))
        self.run(steps)
        if isinstance(self.between, Carrier):
            self.between.up()
            self.deal.clock.step(minutes=1)
            taking.answer(self.deal.upper, LocalPlace(self.between.above), "QH")
            self.between.down()
        self.explained()

    def explained(self) -> None:
        """Whatever differs now has since when, who, and why."""
        now = self.deal.clock.now().at
        for found in self.deal.differences():
            self.seen.add(found.kind)
            assert len(found.said) > 15, found
            assert found.owner is not None
            assert found.case is not None
            assert found.since <= now

    def decide(self, count: int) -> None:
        """New decisions, corrections of some earlier ones, withdrawals of a few."""
        first = len(self.numbers) + 1
        new = list(range(first, first + count))
        old = [n for n in self.numbers if n not in self.gone]
        mended = self.chance.sample(old, min(len(old), count // 4))
        receipt = self.deal.decide(*new)
        for line, number in enumerate(new, start=2):
            self.records[number] = self.deal.lower.record(receipt, line)
        self.numbers += new
        if mended:
            self.deal.clock.step(minutes=1)
            fine = str(self.chance.randint(1, 900))
            self.deal.decide(*mended, CF_NR=f"处以罚款人民币{fine}万元", CF_NR_FK=fine)
        for number in self.chance.sample(old, min(len(old), count // 12)):
            self.deal.withdraw(self.records[number])
            self.gone.add(number)

    def check(self) -> None:
        """Nothing differs; above stands what should, in its versions, each once."""
        assert self.deal.differences() == []
        assert self.deal.open_cases() == []
        assert self.deal.there() == self.deal.here()
        assert set(self.deal.states()) <= {"taken", "void"}
        with self.deal.upper.database.transaction() as tx:
            twice = tx.fetch(
                """select c.record, c.public from contents c join events e using (event)
                   where e.kind in ('recorded', 'corrected') group by 1, 2 having count(*) > 1"""
            )
            records, documents = tx.fetch("select count(*), count(distinct document) from records")[0]
        assert twice == []
        assert records == documents <= len(self.numbers)
        assert records >= len(self.numbers) - len(self.gone)


@pytest.fixture(params=["folder", "api"])
def site(request: pytest.FixtureRequest, server: Server, engine, national, clock, tmp_path) -> Iterator[Site]:
    seed = getattr(request.node, "callspec", None)
    chance = random.Random(f"{request.param}{seed.params.get('seed', 1) if seed else 1}")
    name = f"test_{next(_numbers)}"
    _create(server, name, TEMPLATE)
    with ExitStack() as stack:
        stack.callback(_run, server, f"drop database {name} with (force)")
        database = stack.enter_context(Database(server.address(name), size=4))
        lower = lower_house(database, engine, national, clock, tmp_path / "lower")
        upper = stack.enter_context(upper_app(server, clock, tmp_path / "upper"))
        between: Carrier | Proxy
        if request.param == "folder":
            between = Carrier(tmp_path / "below", tmp_path / "above", chance)
            text = json.dumps({"way": "folder", "path": str(between.below)})
        else:
            between = stack.enter_context(proxied(stack.enter_context(served(upper)), chance))
            text = api_text(upper, between.address)
        partner = register(lower, text, hours=12)
        yield Site(Deal(lower, upper, partner, clock), server.address(name), chance, between, tmp_path)


def drill(site: Site, turns: int, count: int) -> None:
    for turn in range(turns):
        if turn % 2 == 0:
            site.decide(count)
        site.turn(site.chance.randint(3, 40) if turn % 2 else 0)
    site.between.faulty = False
    for _ in range(8):  # it recovers
        site.deal.clock.step(hours=100)
        site.turn()
        if not site.deal.differences() and not set(site.deal.states()) - {"taken", "void"}:
            break
    site.turn()
    site.check()
    assert site.between.done > {"good"}
    assert site.seen, "a drill in which nothing ever differed shows nothing"
    assert KILLED in site.ends, site.ends


def test_whatever_a_partner_does_ends_well_and_was_explained_meanwhile(site: Site) -> None:
    drill(site, 6, 34)


@pytest.mark.long
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("seed", range(2, 6))
def test_whatever_more_partners_do(site: Site, seed: int) -> None:
    drill(site, 16, 60)
