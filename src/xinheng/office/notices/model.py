"""Messages as values: what is told to whom, where it goes, when an attempt may be made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from xinheng.core import canonical
from xinheng.law.notices import Channel, Notices

CHANNELS: Final[Mapping[Channel, str]] = {
    Channel.MAIL: "电子邮件",
    Channel.SMS: "短信",
    Channel.WEBHOOK: "本单位系统（webhook）",
}
SITE: Final = (
    "{site}"  # filled where the message is shown or sent: only the faces know what the place is called
)


class Fate(StrEnum):
    """How far a delivery has come."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


FATES: Final[Mapping[Fate, str]] = {
    Fate.WAITING: "待发送",
    Fate.DELIVERED: "已送出",
    Fate.DEAD: "未送出，不再重试",
}


@dataclass(frozen=True)
class NewNotice:
    """A message to be sent. `values`: what the template's placeholders stand for, in Chinese.

    `ref`: a page of the desk (`/desk/…`), or what it is about as cases name it (`case:<uuid>`). `account`:
    for one account alone; None: for everybody of the agency. `dedupe`: told once only, for good.
    """

    agency: UUID
    template: str
    values: Mapping[str, str]
    ref: str
    account: UUID | None = None
    dedupe: str | None = None


@dataclass(frozen=True)
class Notice:
    """消息: as it is kept. Its texts may still hold `{site}`."""

    notice: UUID
    agency: UUID
    account: UUID | None
    template: str
    title: str
    body: str
    short: str | None
    ref: str
    sent: datetime
    dedupe: str | None = None


@dataclass(frozen=True)
class Inbox:
    """Whose messages: those to an agency, and those to one account. `agency` None: an account without one."""

    account: UUID
    agency: UUID | None


@dataclass(frozen=True)
class Where:
    """接收地址 of an agency, or of one account of it, and which messages go there."""

    agency: UUID
    account: UUID | None
    channel: Channel
    address: str
    serial: int
    templates: tuple[str, ...]
    set_at: datetime
    set_by: str


@dataclass(frozen=True)
class Delivery:
    """One message on its way out by one channel."""

    delivery: UUID
    notice: UUID
    agency: UUID
    channel: Channel
    address: str
    serial: int
    state: Fate
    created: datetime
    attempts: int
    tried_at: datetime | None
    answer: str | None


@dataclass(frozen=True)
class Outgoing:
    """What goes out now: a delivery with its message, the site's name filled in."""

    delivery: Delivery
    title: str
    body: str
    short: str
    link: str | None  # address of the desk, where the platform's own is known


def named(text: str, site: str) -> str:
    """A text with the site's name."""
    return text.replace(SITE, site)


def shown(channel: Channel, address: str) -> str:
    """An address as the log shows it to others: the middle of a number or a mailbox's name is left out."""
    if channel is Channel.SMS:
        return f"{address[:3]}****{address[-4:]}"
    if channel is Channel.MAIL:
        name, _, domain = address.partition("@")
        return f"{name[:2]}***@{domain}"
    return address


def wait_now(notices: Notices, channel: Channel, at: datetime) -> timedelta:
    """How long a message must wait for quiet hours to end; zero outside them."""
    until = notices.quiet_until(channel, at)
    return until - at if until else timedelta(0)


def webhook_body(outgoing: Outgoing, notice: Notice) -> bytes:
    """What an agency's own system is told (docs/todo-and-messages.md)."""
    value = {
        "delivery": str(outgoing.delivery.delivery),
        "notice": str(notice.notice),
        "template": notice.template,
        "title": outgoing.title,
        "text": outgoing.body,
        "ref": notice.ref,
        "sent": notice.sent.isoformat(),
    }
    return canonical.dumps(value).encode()


@dataclass(frozen=True)
class Morning:
    """What waits for one agency on a morning, for its digest and reminders. Counts of open cases."""

    agency: UUID
    open: int
    new: int  # opened since the day before
    today: int  # due on the day
    overdue: int
    soon: int  # due by the next working day, not today
    soon_on: date | None
    fresh: int  # overdue since the last working day
    next: date | None  # the next term after the day


def of_morning(day: date, morning: Morning) -> tuple[NewNotice, ...]:
    """The messages of a working morning: the digest where anything waits, what is due next, what ran over.

    One of each a day and agency: cases are never told one by one, and their titles do not leave the house.
    """
    found: list[NewNotice] = []
    link = "/desk/cases"
    if morning.open:
        counts = {name: str(getattr(morning, name)) for name in ("open", "new", "today", "overdue")}
        counts |= {"day": day.isoformat(), "next": morning.next.isoformat() if morning.next else "没有"}
        found.append(NewNotice(morning.agency, "todo_digest", counts, link, dedupe=f"todo_digest:{day}"))
    if morning.soon and morning.soon_on:
        said = {"due": morning.soon_on.isoformat(), "count": str(morning.soon)}
        found.append(
            NewNotice(morning.agency, "case_due", said, f"{link}?colour=yellow", dedupe=f"case_due:{day}")
        )
    if morning.fresh:
        said = {"count": str(morning.fresh)}
        red = f"{link}?colour=red"
        found.append(NewNotice(morning.agency, "case_overdue", said, red, dedupe=f"case_overdue:{day}"))
    return tuple(found)
