"""The desk's first page: what is due, what is new, what was said, and what waits in other lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from xinheng.core.times import Known
from xinheng.evidence.intake import reviews as record_reviews
from xinheng.evidence.subjects import service as subjects
from xinheng.evidence.subjects.appeals import APPEAL
from xinheng.evidence.submissions import service as submissions
from xinheng.evidence.submissions.model import State as Sent
from xinheng.faces.web.access import keeps
from xinheng.faces.web.context import Web
from xinheng.faces.web.desk import todo_views
from xinheng.faces.web.desk.cases_reach import in_scope
from xinheng.faces.web.desk.todo import today_of
from xinheng.faces.web.desk.todo_views import Shortcut
from xinheng.faces.web.views import grouped, moment
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access.model import Role, Session
from xinheng.office.cases import days
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Filter
from xinheng.office.notices import model as notice_model
from xinheng.office.notices import service as notices
from xinheng.office.notices.model import Inbox

MESSAGES = 5


@dataclass(frozen=True)
class Elsewhere:
    """What waits in a list of its own, in words, with its address."""

    text: str
    count: str
    href: str


@dataclass(frozen=True)
class Message:
    """A message that was not read yet."""

    title: str
    href: str
    when: str


@dataclass(frozen=True)
class MorningView:
    """What the first page opens with."""

    shortcuts: tuple[Shortcut, ...]
    elsewhere: tuple[Elsewhere, ...]
    messages: tuple[Message, ...]
    next_term: str | None


def inbox_of(session: Session) -> Inbox:
    """Whose messages an account reads: its agency's and its own."""
    return Inbox(session.account.account, session.account.agency)


def unread_text(count: int) -> str:
    """A count of messages, which stops."""
    return f"{notices.COUNTED}+" if count >= notices.COUNTED else str(count)


def morning(web: Web, tx: Transaction, session: Session) -> MorningView:
    """What waits for this account this morning."""
    today, scope, inbox = today_of(web), in_scope(web, tx, session), inbox_of(session)
    total = days.sums(tx, scope, today.day, today.soon).total
    day = days.day(tx, scope, today.day, today.since, today.began)
    none = {"kind": "", "state": "", "colour": "", "owner": "", "hand": ""}
    shown = todo_views.shortcuts(total, day, none)
    unread = notices.unread(tx, inbox)
    mail = Shortcut("未读消息", unread_text(unread), "/desk/notices", "warn" if unread else "")
    site = web.app.settings.site_name
    return MorningView(
        shortcuts=(*shown[:3], shown[4], shown[5], mail),
        elsewhere=tuple(_elsewhere(tx, session, scope)),
        messages=tuple(
            Message(notice_model.named(n.title, site), f"/desk/notices/{n.notice}", moment(Known(n.sent)))
            for n, _ in notices.listed(tx, inbox, unread=True, limit=MESSAGES)
        ),
        next_term=todo_views.next_term(day),
    )


def _elsewhere(tx: Transaction, session: Session, scope: frozenset[UUID] | None) -> Iterator[Elsewhere]:
    """Lists that are no cases but wait all the same; those that are empty are left out."""
    account = session.account
    if account.holds(Role.REVIEWER) and account.agency is not None:
        held = submissions.counts(tx, [account.agency]).get(Sent.WAITING, 0)
        if held:
            yield Elsewhere("待审核的报送", grouped(held), "/desk/submissions")
    if keeps(session):
        doubts = subjects.open_reviews(tx, 1, 1)[1]
        if doubts:
            yield Elsewhere("主体核对", grouped(doubts), "/desk/reviews")
        differing = record_reviews.listed(tx, 1)[1]
        if differing:
            yield Elsewhere("记录核对", grouped(differing), "/desk/reviews?kind=records")
    appeals = cases.count(tx, cases_of(scope, APPEAL), todo_views.COUNTED + 1)
    if appeals:
        yield Elsewhere("代码申诉", todo_views.counted(appeals), "/desk/code-appeals")


def cases_of(scope: frozenset[UUID] | None, kind: str) -> Filter:
    """The open cases of one kind in a scope."""
    return Filter(owners=scope, kind=kind, closed=False)
