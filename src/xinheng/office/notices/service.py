"""Sending messages: inside at once, outside through the queue, each attempt noted.

Nothing here commits and nobody is called here: `faces.jobs` does, without a transaction open. A message may
arrive twice (the process may die between sending and noting it); its delivery's id tells.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from xinheng.core.ids import new_id
from xinheng.core.times import Clock, today
from xinheng.core.webhooks import wait_after
from xinheng.ground import queue
from xinheng.ground.keys import Keys
from xinheng.ground.store.transaction import Transaction
from xinheng.law.notices import Channel
from xinheng.law.packs import Pack
from xinheng.office.access import audit
from xinheng.office.access import service as access
from xinheng.office.notices import model, store, wording
from xinheng.office.notices.errors import DeliveryAbsent, NoticeAbsent
from xinheng.office.notices.model import Delivery, Fate, Inbox, NewNotice, Notice, Outgoing, Where

TASK: Final = "notices.deliver"
PAGE: Final = 30
COUNTED: Final = 100  # unread messages are counted up to here
_ANSWER_LENGTH: Final = 200


def send(tx: Transaction, new: NewNotice, clock: Clock, pack: Pack) -> int:
    """Tell an agency (or one account of it): inside at once, and outside where it asked for this message.

    1 where it was told, 0 where it had been told before (`dedupe`). Raises TemplateUnknown,
    NoRuleInForceError.
    """
    template = wording.template_of(pack.notices, new.template)
    named = access.by_ids(tx, [new.agency]).get(new.agency)
    title, body, short = wording.worded(
        template, template.wording(today(clock)), new, named.name if named else ""
    )
    notice = Notice(
        notice=new_id(clock),
        agency=new.agency,
        account=new.account,
        template=template.id,
        title=title,
        body=body,
        short=short,
        ref=new.ref,
        sent=clock.now().at,
        dedupe=new.dedupe,
    )
    if not store.insert(tx, notice):
        return 0
    for where in store.wanting(tx, new.agency, new.account, template.id):
        if where.channel is not Channel.SMS or short:
            _depart(tx, notice, where, clock, pack)
    return 1


def send_many(tx: Transaction, news: Iterable[NewNotice], clock: Clock, pack: Pack) -> int:
    """Tell many; how many were told. Raises what `send` raises."""
    return sum(send(tx, new, clock, pack) for new in news)


def _depart(tx: Transaction, notice: Notice, where: Where, clock: Clock, pack: Pack) -> None:
    delivery = Delivery(
        delivery=new_id(clock),
        notice=notice.notice,
        agency=notice.agency,
        channel=where.channel,
        address=where.address,
        serial=where.serial,
        state=Fate.WAITING,
        created=clock.now().at,
        attempts=0,
        tried_at=None,
        answer=None,
    )
    if store.insert_delivery(tx, delivery):
        _defer(tx, delivery.delivery, model.wait_now(pack.notices, where.channel, clock.now().at))


def _defer(tx: Transaction, delivery: UUID, wait: timedelta) -> None:
    queue.defer(tx, TASK, {"delivery": delivery}, wait=wait, once=f"notice:{delivery}", queue=queue.TELL)


# -- on the way out ----------------------------------------------------------------------------------


def due(
    tx: Transaction, number: UUID, clock: Clock, pack: Pack, site: tuple[str, str | None]
) -> tuple[Outgoing, Notice] | None:
    """What a delivery says now; None where it has ended, or waits on for quiet hours to end.

    `site`: what the platform is called, and its address where it is known.
    """
    found = store.delivery(tx, number)
    notice = store.by_id(tx, found.notice) if found else None
    if found is None or notice is None or found.state is not Fate.WAITING:
        return None
    wait = model.wait_now(pack.notices, found.channel, clock.now().at)
    if wait:
        _defer(tx, number, wait)
        return None
    name, url = site
    link = (
        f"{url.rstrip('/')}{notice.ref if notice.ref.startswith('/') else '/desk/notices'}" if url else None
    )
    title, body, short = (model.named(text, name) for text in (notice.title, notice.body, notice.short or ""))
    return Outgoing(found, title, body, short, link), notice


def settle(tx: Transaction, number: UUID, *, delivered: bool, answer: str, clock: Clock) -> Delivery:
    """Note an attempt (`answer`: what the other side said, or what went wrong) and arrange the next one."""
    found = store.delivery(tx, number, lock=True)
    if found is None:
        raise LookupError(f"no delivery {number}")
    wait = None if delivered else wait_after(found.attempts + 1)
    state = Fate.DELIVERED if delivered else Fate.DEAD
    if wait is not None:
        state = Fate.WAITING
        _defer(tx, number, wait)
    store.tried(tx, number, state, answer[:_ANSWER_LENGTH], clock.now().at)
    return store.delivery(tx, number) or found


def retry(tx: Transaction, number: UUID) -> None:
    """Let a dead delivery be tried anew, from the first wait on. Raises DeliveryAbsent."""
    if not store.revive(tx, number):
        raise DeliveryAbsent(
            found=f"编号 {number} 不是未送出的消息",
            expected="发送记录中“未送出，不再重试”的一条",
            todo="刷新发送记录",
            where=str(number),
        )
    _defer(tx, number, queue.NOW)


def delivery(tx: Transaction, number: UUID) -> Delivery | None:
    """One delivery."""
    return store.delivery(tx, number)


def deliveries(
    tx: Transaction,
    agencies: Collection[UUID] | None = None,
    state: Fate | None = None,
    limit: int = PAGE,
    before: UUID | None = None,
) -> list[tuple[Delivery, str]]:
    """发送记录: (delivery, title), newest first."""
    return store.deliveries(tx, agencies, state, limit, before)


# -- inside ------------------------------------------------------------------------------------------


def listed(
    tx: Transaction, inbox: Inbox, *, unread: bool = False, before: UUID | None = None, limit: int = PAGE
) -> list[tuple[Notice, bool]]:
    """(message, has it been read), newest first."""
    return store.listed(tx, inbox, limit, before, unread=unread)


def unread(tx: Transaction, inbox: Inbox) -> int:
    """How many this account has not read, counted up to COUNTED."""
    return store.unread(tx, inbox, COUNTED)


def read(tx: Transaction, inbox: Inbox, number: UUID, clock: Clock) -> Notice | None:
    """One message, read from now on; None where it is somebody else's."""
    found = store.by_id(tx, number)
    mine = found is not None and (
        found.account == inbox.account if found.account else found.agency == inbox.agency
    )
    if found is None or not mine:
        return None
    store.note_read(tx, inbox.account, number, clock.now().at)
    return found


def absent(number: UUID) -> NoticeAbsent:
    """The one answer for a message that is not there and for somebody else's."""
    return NoticeAbsent(
        found=f"编号 {number} 不存在",
        expected="消息清单里的一条",
        todo="从消息清单重新进入",
        where=str(number),
    )


def read_all(tx: Transaction, inbox: Inbox) -> None:
    """Everything that is there now has been read."""
    newest = store.listed(tx, inbox, 1, None, unread=False)
    if newest:
        store.mark(tx, inbox.account, newest[0][0].notice)


# -- what an agency wants ----------------------------------------------------------------------------


def subscribe(tx: Transaction, where: Where, pack: Pack, clock: Clock, login: str) -> Where:
    """Enter where messages of some kinds go; an empty address takes it away.

    Raises AddressRefused, TemplateUnknown. For a webhook the caller has judged the host (`outward.targets`);
    it is judged again at each delivery.
    """
    for name in where.templates:
        wording.template_of(pack.notices, name)
    address = wording.checked(where.channel, where.address) if where.address.strip() else ""
    kept = store.set_where(tx, Where(**{**vars(where), "address": address}))
    said = f"{where.channel.value} {model.shown(where.channel, address) if address else '取消'}"
    audit.note(tx, clock, login, "notices.subscribe", said, where.account)
    return kept


def wanted(tx: Transaction, agency: UUID, account: UUID | None = None) -> list[Where]:
    """Where the messages of an agency (or of one account of it) go."""
    return store.addresses(tx, agency, account)


def secret_of(keys: Keys, agency: UUID, serial: int) -> str:
    """What an agency's system checks signatures with: worked out of the home's key, nowhere kept."""
    return keys.mac.digest(f"notices:{agency}:{serial}".encode()).hex()
