"""Messages in a real database: told once, inside and outside, read, tried again, kept quiet at night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from tests.conftest import SteppingClock

from xinheng.core.webhooks import WAITS
from xinheng.ground import queue
from xinheng.ground.store import Database
from xinheng.ground.store.transaction import Transaction
from xinheng.law import packs
from xinheng.law.notices import Channel
from xinheng.law.packs import Pack
from xinheng.office.access import service as access
from xinheng.office.notices import service as notices
from xinheng.office.notices.errors import AddressRefused, DeliveryAbsent, TemplateUnknown
from xinheng.office.notices.model import Fate, Inbox, Morning, NewNotice, Where, of_morning

MINE, HERS = UUID(int=1), UUID(int=2)
SAID = {"title": "限期补报", "number": "〔2026〕3号", "issuer": "示例市信用办", "due": "2026-11-27"}


@pytest.fixture
def tx(database: Database) -> Iterator[Transaction]:
    with database.transaction() as opened:
        yield opened


@pytest.fixture(scope="module")
def pack() -> Pack:
    return packs.load("national", [packs.shipped()])


@pytest.fixture
def agency(tx: Transaction, clock: SteppingClock) -> UUID:
    return access.add_agency(tx, access.NewAgency("A", "清河市市场监督管理局"), clock, "test").agency


def letter(agency: UUID, **more: object) -> NewNotice:
    given = {"agency": agency, "template": "letter_arrived", "values": SAID, "ref": "/desk/letters/x"}
    return NewNotice(**{**given, **more})  # type: ignore[arg-type]


def wants(tx: Transaction, pack: Pack, clock: SteppingClock, agency: UUID, **more: object) -> Where:
    given = {
        "agency": agency,
        "account": None,
        "channel": Channel.MAIL,
        "address": "xinyong@example.gov.cn",
        "serial": 0,
        "templates": ("letter_arrived",),
        "set_at": clock.now().at,
        "set_by": "王管理",
    }
    return notices.subscribe(tx, Where(**{**given, **more}), pack, clock, "admin")  # type: ignore[arg-type]


def test_a_message_is_told_once_and_read_by_each_account_for_itself(
    tx: Transaction, clock: SteppingClock, pack: Pack, agency: UUID
) -> None:
    assert notices.send(tx, letter(agency, dedupe="letter:1"), clock, pack) == 1
    assert notices.send(tx, letter(agency, dedupe="letter:1"), clock, pack) == 0
    assert notices.send(tx, letter(agency, account=MINE), clock, pack) == 1
    mine, hers = Inbox(MINE, agency), Inbox(HERS, agency)
    assert [notices.unread(tx, box) for box in (mine, hers)] == [2, 1]
    ((shared, read),) = notices.listed(tx, hers)
    assert not read
    assert shared.title == "收到示例市信用办的函件：限期补报"
    assert "清河市市场监督管理局" in shared.body
    assert notices.read(tx, mine, shared.notice, clock) == shared
    assert [notices.unread(tx, box) for box in (mine, hers)] == [1, 1]
    private = notices.listed(tx, mine, unread=True)[0][0]
    assert notices.read(tx, hers, private.notice, clock) is None
    assert notices.read(tx, Inbox(HERS, UUID(int=9)), shared.notice, clock) is None
    notices.read_all(tx, mine)
    assert notices.unread(tx, mine) == 0
    assert [read for _, read in notices.listed(tx, mine)] == [True, True]


def test_the_list_goes_on_from_where_it_ended(
    tx: Transaction, clock: SteppingClock, pack: Pack, agency: UUID
) -> None:
    for number in range(5):
        clock.step(seconds=1)
        notices.send(tx, letter(agency, account=MINE if number % 2 else None), clock, pack)
    box = Inbox(MINE, agency)
    first = notices.listed(tx, box, limit=3)
    rest = notices.listed(tx, box, limit=3, before=first[-1][0].notice)
    found = [n.notice for n, _ in (*first, *rest)]
    assert len(found) == 5
    assert found == sorted(found, reverse=True)


def test_what_a_template_is_not_told_is_refused(
    tx: Transaction, clock: SteppingClock, pack: Pack, agency: UUID
) -> None:
    with pytest.raises(TemplateUnknown, match="没有给出 due"):
        notices.send(tx, letter(agency, values={k: v for k, v in SAID.items() if k != "due"}), clock, pack)
    with pytest.raises(TemplateUnknown, match="nothing"):
        notices.send(tx, letter(agency, template="nothing"), clock, pack)


def test_an_identity_number_does_not_go_out(
    tx: Transaction, clock: SteppingClock, pack: Pack, agency: UUID
) -> None:
    notices.send(tx, letter(agency, values=SAID | {"title": "关于11010519491231002X"}), clock, pack)
    assert "11010519491231002X" not in notices.listed(tx, Inbox(MINE, agency))[0][0].body


def test_only_what_was_asked_for_goes_out(
    tx: Transaction, clock: SteppingClock, pack: Pack, agency: UUID
) -> None:
    wants(tx, pack, clock, agency)
    wants(tx, pack, clock, agency, account=MINE, address="wang@example.gov.cn")
    wants(tx, pack, clock, agency, channel=Channel.SMS, address="13800138000", templates=("todo_digest",))
    notices.send(tx, letter(agency), clock, pack)
    assert {d.address for d, _ in notices.deliveries(tx, [agency])} == {
        "xinyong@example.gov.cn",
        "wang@example.gov.cn",
    }
    clock.step(seconds=1)
    notices.send(tx, letter(agency, account=MINE), clock, pack)
    assert notices.deliveries(tx, limit=1)[0][0].address == "wang@example.gov.cn"
    wants(tx, pack, clock, agency, address="")
    assert [w.channel for w in notices.wanted(tx, agency)] == [Channel.SMS]
    assert notices.deliveries(tx, [UUID(int=9)]) == []


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        (Channel.MAIL, "王@example.gov.cn"),
        (Channel.MAIL, "a..b@example.gov.cn"),
        (Channel.MAIL, "a@b\nbcc: c@d.cn"),
        (Channel.SMS, "010-65258000"),
        (Channel.WEBHOOK, "ftp://example.gov.cn/"),
    ],
)
def test_an_address_that_is_none_is_refused(
    tx: Transaction, clock: SteppingClock, pack: Pack, agency: UUID, channel: Channel, address: str
) -> None:
    with pytest.raises(AddressRefused):
        wants(tx, pack, clock, agency, channel=channel, address=address)


def test_an_attempt_that_fails_is_repeated_with_growing_waits_and_then_given_up(
    tx: Transaction, clock: SteppingClock, pack: Pack, agency: UUID
) -> None:
    wants(tx, pack, clock, agency)
    notices.send(tx, letter(agency), clock, pack)
    ((delivery, title),) = notices.deliveries(tx, state=Fate.WAITING)
    assert title.startswith("收到示例市信用办的函件")
    for _ in WAITS:
        found = notices.settle(tx, delivery.delivery, delivered=False, answer="450", clock=clock)
        assert found.state is Fate.WAITING
        assert queue.waiting(tx, notices.TASK) == 1
    last = notices.settle(tx, delivery.delivery, delivered=False, answer="x" * 300, clock=clock)
    assert (last.state, last.attempts, len(last.answer or "")) == (Fate.DEAD, len(WAITS) + 1, 200)
    assert notices.due(tx, delivery.delivery, clock, pack, ("信衡", None)) is None
    notices.retry(tx, delivery.delivery)
    sent = notices.due(tx, delivery.delivery, clock, pack, ("信衡", "https://credit.example.gov.cn/"))
    assert sent is not None
    assert sent[0].link == "https://credit.example.gov.cn/desk/letters/x"
    assert "请登录信衡查看" in sent[0].body
    notices.settle(tx, delivery.delivery, delivered=True, answer="250", clock=clock)
    with pytest.raises(DeliveryAbsent):
        notices.retry(tx, delivery.delivery)


def test_no_short_message_goes_out_at_night(
    tx: Transaction, clock: SteppingClock, pack: Pack, agency: UUID
) -> None:
    wants(tx, pack, clock, agency, channel=Channel.SMS, address="13800138000")
    notices.send(tx, letter(agency), clock, pack)
    ((delivery, _),) = notices.deliveries(tx)
    for at, quiet in (
        (datetime(2026, 11, 20, 13, 59, tzinfo=UTC), False),  # 21:59
        (datetime(2026, 11, 20, 14, 0, tzinfo=UTC), True),  # 22:00
        (datetime(2026, 11, 20, 23, 59, tzinfo=UTC), True),  # 07:59
        (datetime(2026, 11, 21, 0, 0, tzinfo=UTC), False),  # 08:00
    ):
        clock.set(at)
        assert (notices.due(tx, delivery.delivery, clock, pack, ("信衡", None)) is None) is quiet, at


def test_a_morning_is_one_message_each_and_none_where_nothing_waits(agency: UUID) -> None:
    day = date(2026, 11, 20)
    quiet = Morning(agency, 0, 0, 0, 0, 0, None, 0, None)
    assert of_morning(day, quiet) == ()
    busy = Morning(agency, 9, 2, 1, 3, 4, date(2026, 11, 23), 1, date(2026, 11, 23))
    found = of_morning(day, busy)
    assert [n.template for n in found] == ["todo_digest", "case_due", "case_overdue"]
    assert len({n.dedupe for n in found}) == 3
