"""Messages as the desk shows them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from xinheng.core.times import Known
from xinheng.faces.web.views import FormError, Tag, Turn, moment
from xinheng.law.notices import Channel, Notices
from xinheng.office.notices.model import CHANNELS, FATES, Delivery, Fate, Notice, Where, named, shown

OWN, AGENCY = "own", "agency"
_TONES: Final = {Fate.WAITING: "info", Fate.DELIVERED: "good", Fate.DEAD: "bad"}
HELP: Final = {
    Channel.MAIL: "如 xinyong@example.gov.cn",
    Channel.SMS: "11 位手机号码，用值班手机；22 时至次日 8 时不发，次日 8 时补发",
    Channel.WEBHOOK: "本单位系统的 https 地址，每次通知带签名",
}


@dataclass(frozen=True)
class Line:
    """A message in the list."""

    notice: UUID
    title: str
    when: str
    read: bool
    own: bool  # for this account alone


@dataclass(frozen=True)
class InboxView:
    lines: tuple[Line, ...]
    unread: str
    only: bool  # only unread ones are listed
    turn: Turn | None = None
    log: bool = False  # the office sees what was sent


@dataclass(frozen=True)
class NoticeView:
    title: str
    when: str
    paragraphs: tuple[str, ...]
    link: str | None


@dataclass(frozen=True)
class ChannelForm:
    """Where messages go by one channel, and which."""

    scope: str
    channel: str
    name: str
    help: str
    address: str
    chosen: frozenset[str]
    ready: bool  # the platform has this channel
    secret: str | None = None
    error: str | None = None

    @property
    def key(self) -> str:
        return f"{self.scope}-{self.channel}"


@dataclass(frozen=True)
class PreferencesView:
    templates: tuple[tuple[str, str], ...]
    agency: tuple[ChannelForm, ...]
    own: tuple[ChannelForm, ...]
    agency_name: str = ""
    saved: bool = False
    errors: tuple[FormError, ...] = ()


@dataclass(frozen=True)
class DeliveryLine:
    delivery: UUID
    title: str
    agency: str
    channel: str
    address: str
    state: Tag
    attempts: int
    when: str
    answer: str
    dead: bool


@dataclass(frozen=True)
class LogView:
    lines: tuple[DeliveryLine, ...]
    state: str
    states: tuple[tuple[str, str], ...]
    turn: Turn | None = None
    may_retry: bool = False


@dataclass(frozen=True)
class TimerLine:
    name: str
    often: str
    started: str
    ended: str
    outcome: str
    tag: Tag


@dataclass(frozen=True)
class TimersView:
    lines: tuple[TimerLine, ...]


def line(notice: Notice, read: bool, site: str) -> Line:
    """A message as a line."""
    title = named(notice.title, site)
    return Line(notice.notice, title, moment(Known(notice.sent)), read, notice.account is not None)


def notice_view(notice: Notice, site: str) -> NoticeView:
    """One message."""
    text = named(notice.body, site)
    return NoticeView(
        title=named(notice.title, site),
        when=moment(Known(notice.sent)),
        paragraphs=tuple(part.strip() for part in text.splitlines() if part.strip()),
        link=page_of(notice.ref),
    )


_PAGES: Final = {
    "case": "/desk/cases/",
    "receipt": "/desk/receipts/",
    "submission": "/desk/submissions/",
    "letter": "/desk/letters/",
}


def page_of(ref: str) -> str | None:
    """The page that a message is about; None where there is none."""
    if ref.startswith("/desk/"):
        return ref
    kind, _, rest = ref.partition(":")
    return f"{_PAGES[kind]}{rest}" if kind in _PAGES and rest else None


def templates(notices: Notices) -> tuple[tuple[str, str], ...]:
    """What may be asked for."""
    return tuple((t.id, t.name) for t in notices.templates.values())


def channel_form(
    scope: str, channel: Channel, there: Where | None, *, ready: bool, secret: str | None = None
) -> ChannelForm:
    """The form of one channel."""
    return ChannelForm(
        scope=scope,
        channel=channel.value,
        name=CHANNELS[channel],
        help=HELP[channel],
        address=there.address if there else "",
        chosen=frozenset(there.templates if there else ()),
        ready=ready,
        secret=secret,
    )


def delivery_line(delivery: Delivery, title: str, agency: str, site: str) -> DeliveryLine:
    """A delivery in the log; numbers and mailboxes in part."""
    return DeliveryLine(
        delivery=delivery.delivery,
        title=named(title, site),
        agency=agency,
        channel=CHANNELS[delivery.channel],
        address=shown(delivery.channel, delivery.address),
        state=Tag(FATES[delivery.state], _TONES[delivery.state]),
        attempts=delivery.attempts,
        when=moment(Known(delivery.tried_at or delivery.created)),
        answer=delivery.answer or "",
        dead=delivery.state is Fate.DEAD,
    )
