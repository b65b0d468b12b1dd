"""One suite over the ways upward: files (here on an SFTP server), and the API of another instance."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

import pytest
from tests.conftest import TEMPLATE, SteppingClock, _create, _numbers, _run
from tests.contract.reconciling import Deal, api_text, lower_house, register, served, upper_app
from tests.contract.sftp import USER, sftp_server
from tests.sending import row, write
from tests.unit.evidence.intake.conftest import engine, national  # noqa: F401 - fixtures

from xinheng.core.times import today
from xinheng.evidence.intake import service as intake
from xinheng.evidence.intake.model import Request
from xinheng.ground.store import Database
from xinheng.judgement.publicity import service as publicity
from xinheng.office.access import service as access
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import State
from xinheng.outward.reconciliation import connection, running, service, store, taking
from xinheng.outward.reconciliation.connecting import connector
from xinheng.outward.reconciliation.errors import PartnerAway, PartnerBusy
from xinheng.outward.reconciliation.model import Kind
from xinheng.outward.reconciliation.places import LocalPlace

LOOPBACK = (ip_network("127.0.0.0/8"),)
OTHER = "清河市城市管理局"
numbers = itertools.count(1)
# what does not depend on the way is walked by one of them
ANY_WAY = pytest.mark.parametrize("link", ["sftp"], indirect=True)


@dataclass
class Link:
    """A way upward, with both ends."""

    way: str
    deal: Deal
    text: str
    between: Path

    def run(self, **more: object) -> running.Ran:
        self.deal.clock.step(minutes=1)
        connect = connector(self.deal.lower.keys.folder, LOOPBACK)
        return running.run(self.deal.lower, self.deal.partner.partner, connect, **more)

    def answer(self) -> None:
        """The upper side's turn; one that is asked directly has none."""
        self.deal.clock.step(minutes=1)
        if self.way != "api":
            taking.answer(self.deal.upper, LocalPlace(self.between), "QH")

    def whole(self) -> running.Ran:
        """Everything there is to do, and a fresh list compared."""
        self.run()
        if self.way == "api":
            return self.run(compare=True)
        self.answer()
        self.run()  # what waited for an answer goes now
        self.answer()
        return self.run()

    def numbers(self, count: int) -> list[int]:
        return list(itertools.islice(numbers, count))


@pytest.fixture(scope="module", params=["sftp", "api"])
def link(request, server, engine, national, tmp_path_factory) -> Iterator[Link]:  # noqa: F811 - fixtures
    folder = tmp_path_factory.mktemp(request.param)
    clock = SteppingClock()
    name = f"test_{next(_numbers)}"
    _create(server, name, TEMPLATE)
    between = folder / "between"
    between.mkdir()
    with ExitStack() as stack:
        stack.callback(_run, server, f"drop database {name} with (force)")
        database = stack.enter_context(Database(server.address(name), size=4))
        lower = lower_house(database, engine, national, clock, folder / "lower")
        upper = stack.enter_context(upper_app(server, clock, folder / "upper"))
        if request.param == "api":
            text = api_text(upper, stack.enter_context(served(upper)))
        else:
            there = stack.enter_context(sftp_server(between, folder / "ssh"))
            text = json.dumps(
                {
                    "way": "sftp", "host": "127.0.0.1", "port": there.port, "user": USER,
                    "host_key": there.host_key, "key": there.client_key, "path": "/",
                }
            )  # fmt: skip
        partner = register(lower, text)
        yield Link(request.param, Deal(lower, upper, partner, clock), text, between)


def test_what_is_reported_arrives_with_corrections_and_withdrawals_once(link: Link) -> None:
    deal = link.deal
    first, second, third = link.numbers(3)
    receipt = deal.decide(first, second, third)
    assert link.whole().differences == 0
    assert deal.there() == deal.here()
    before = deal.events_above()
    deal.decide(second, CF_NR="处以罚款人民币壹万元", CF_NR_FK="1")
    deal.withdraw(deal.lower.record(receipt, 2))
    ran = link.whole()
    assert ran.differences == 0
    assert deal.there() == deal.here()
    assert deal.events_above() == before + 2, "a correction and a withdrawal, nothing else"
    link.whole()
    assert deal.events_above() == before + 2


@ANY_WAY
def test_what_the_pack_does_not_report_stays_here(link: Link) -> None:
    deal = link.deal
    (number,) = link.numbers(1)
    held = len(deal.ways())
    receipt = deal.lower.send(row(number, CF_WFXW="", CF_SY=""), profile="collected")
    assert receipt.counts.accepted == 1
    link.run()
    assert len(deal.ways()) == held


def test_a_returned_row_is_the_agency_s_task_until_its_correction_is_taken(link: Link) -> None:
    deal = link.deal
    (number,) = link.numbers(1)
    # above, the sender is not entered for this body
    receipt = deal.lower.send(row(number, CF_CFJG=OTHER, CF_SJLY=OTHER), source="B")
    assert receipt.counts.accepted == 1
    record = deal.lower.record(receipt)
    link.whole()
    (found,) = deal.differences(Kind.RETURNED)
    assert found.about == f"record:{record}"
    assert "报送单位不能为该机关报送" in found.said
    with deal.lower.database.transaction() as tx:
        agency = access.by_code(tx, "B")
        task = cases.by_id(tx, found.case)
    assert (task.kind, task.owner, found.owner) == ("upward_returned", agency.agency, agency.agency)
    assert deal.states().count("returned") == 1
    # it was the other body's decision after all: put right under the record's own id
    assert deal.lower.send(row(number, 信衡编号=str(record)), source="B").counts.corrected == 1
    link.run()
    if link.way == "api":  # answered at once
        assert deal.differences(Kind.RETURNED) == []
    else:
        assert "等对方结果" in deal.differences(Kind.RETURNED)[0].said
    assert link.whole().differences == 0
    with deal.lower.database.transaction() as tx:
        task = cases.by_id(tx, found.case)
    assert (task.state, task.outcome) == (State.CLOSED, "gone")
    assert deal.there() == deal.here()


def test_what_stands_above_by_another_way_is_named_and_counted(link: Link) -> None:
    deal = link.deal
    (number,) = link.numbers(1)
    path = link.between.parent / f"other-{number}.csv"
    receipt = intake.submit(
        deal.upper, Request(write(path, [row(number)]), path.name, "penalty", source="QH")
    )
    assert receipt.counts.accepted == 1
    link.whole()
    (found,) = deal.differences(Kind.UNKNOWN)
    (counted,) = deal.differences(Kind.COUNT)
    assert found.item == "penalty"
    assert "本地没有" in found.said
    assert f"清单现有 {len(deal.there())} 条" in counted.said
    assert deal.open_cases() == ["upward_difference"] * 2
    deal.decide(number)  # the same decision comes the ordinary way: it is known above
    assert link.whole().differences == 0
    assert deal.open_cases() == []
    assert deal.there() == deal.here()


def test_what_is_shown_here_and_hidden_above_differs_until_it_is_shown(link: Link) -> None:
    deal = link.deal
    (number,) = link.numbers(1)
    receipt = deal.decide(number)
    link.whole()
    with deal.lower.database.transaction() as tx:
        agency = access.by_code(tx, "A")
        day = today(deal.clock)
        ending = publicity.Ending(deal.lower.record(receipt), agency.agency, day, "信用修复决定", "p")
        publicity.end_publicity(tx, ending, deal.clock, deal.lower.projectors)
    deal.clock.step(days=1)
    link.whole()
    (found,) = deal.differences(Kind.STILL_SHOWN)
    assert found.about == f"record:{deal.lower.record(receipt)}"
    deal.withdraw(deal.lower.record(receipt))
    assert link.whole().differences == 0


@ANY_WAY
def test_two_at_once_are_refused_and_nobody_waits(link: Link) -> None:
    deal = link.deal
    with deal.lower.database.transaction() as tx:
        assert store.alone(tx, deal.partner.partner)
        with pytest.raises(PartnerBusy) as refused:
            link.run()
    assert refused.value.code == "XH866"
    assert link.run().differences == 0


def test_a_partner_out_of_reach_is_a_difference_until_it_is_back(link: Link) -> None:
    deal = link.deal
    away = {
        "sftp": json.loads(link.text) | {"port": 9},
        "api": {**json.loads(link.text), "base": "http://127.0.0.1:9"} if link.way == "api" else {},
    }[link.way]
    connection.keep(deal.lower.keys.folder, deal.partner.partner, json.dumps(away))
    with pytest.raises(PartnerAway) as refused:
        link.run()
    assert deal.known().last_code == refused.value.code
    (found,) = deal.differences(Kind.AWAY)
    assert "恢复后自动接着做" in found.said
    deal.decide(*link.numbers(1))
    with pytest.raises(PartnerAway):
        link.run()
    deal.clock.step(hours=30)
    with pytest.raises(PartnerAway):
        link.run()
    assert [d.kind for d in deal.differences(Kind.WAITING)] == [Kind.WAITING]
    connection.keep(deal.lower.keys.folder, deal.partner.partner, link.text)
    assert link.whole().differences == 0
    assert deal.there() == deal.here()


@ANY_WAY
def test_the_queue_at_the_cut_off_is_what_was_not_taken_by_then(link: Link) -> None:
    deal = link.deal
    link.whole()
    month = today(deal.clock).replace(day=1)
    with deal.lower.database.transaction() as tx:
        before = {q.item: q for q in service.queue(tx, deal.partner.partner, month, deal.clock)}
    assert before["penalty"].empty
    deal.decide(*link.numbers(2))
    link.run(rows=1)
    deal.clock.step(minutes=1)
    with deal.lower.database.transaction() as tx:
        now = {q.item: q for q in service.queue(tx, deal.partner.partner, month, deal.clock)}
    assert now["penalty"].wanted == before["penalty"].wanted + 2
    assert now["penalty"].left == 2
    link.whole()
    with deal.lower.database.transaction() as tx:
        after = {q.item: q for q in service.queue(tx, deal.partner.partner, month, deal.clock)}
    assert after["penalty"].empty
