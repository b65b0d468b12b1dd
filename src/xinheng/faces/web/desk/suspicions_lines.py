"""Lines of suspected concealment: who sees which, the table with its filter, what may be done with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from xinheng.core.errors import XinhengError
from xinheng.faces.web.access import oversees
from xinheng.faces.web.context import Web
from xinheng.faces.web.desk import suspicions_showing as showing
from xinheng.faces.web.desk import suspicions_views as views
from xinheng.faces.web.desk.exporting import Sheet
from xinheng.faces.web.errors import ParameterError
from xinheng.faces.web.views import FormError, grouped, pages
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Agency, AgencyKind, Role, Session
from xinheng.outward.documents.attachments import Attachments
from xinheng.outward.suspicions import lists, service
from xinheng.outward.suspicions.errors import ListAbsent
from xinheng.outward.suspicions.model import OUTCOMES, STATES, Filter, Outcome, State, Suspicion
from xinheng.outward.suspicions.model_lists import SuspicionList

PATH: Final = "/desk/suspicions"
SIZE: Final = 25  # lines of a page: a form with a file carries few fields


def sees(session: Session) -> UUID | None:
    """Whose lines an account sees: those that went through its body's hands; None: all (the auditor)."""
    if session.account.role is Role.AUDITOR or (oversees(session) and session.account.agency is None):
        return None
    return session.account.agency or UUID(int=0)


def mine(session: Session) -> UUID | None:
    """For which body the account acts; the auditor for none."""
    return None if session.account.role is Role.AUDITOR else session.account.agency


def is_office(session: Session) -> bool:
    """Whether it acts for a credit office: only those take lists in, split and check."""
    return (
        mine(session) is not None and session.agency is not None and session.agency.kind is AgencyKind.OFFICE
    )


def shelf(web: Web) -> Attachments:
    """Where the scans of this room lie: a digest of another room's file is never taken for one of ours."""
    web.app.home.attachments.mkdir(mode=0o700, exist_ok=True)
    return Attachments(web.app.home.attachments / "suspicions")


def errors_of(refusal: XinhengError | None) -> tuple[FormError, ...]:
    """A refusal as the error summary of a page."""
    if refusal is None:
        return ()
    field = refusal.where if refusal.where in ("outcome", "note", "to", "file", "days") else None
    return (FormError(f"{refusal.title}：{refusal.found}。{refusal.todo}", field),)


COLUMNS: Final = (
    *("行", "文号", "相对人", "决定日期", "分到", "现在由谁办", "状态", "结论", "说明", "期限", "来源"),
)


def sheet(session: Session, list_id: UUID | None, chosen: Mapping[str, str]) -> Sheet:
    """The lines that the page's filter shows, as a list that leaves the house."""
    asked = wanted(session, list_id, chosen)

    def read(tx: Transaction, limit: int, offset: int) -> list[tuple[str, ...]]:
        found = service.listed(tx, asked, limit, offset)
        known = agencies.by_ids(tx, {body for s in found for body in (s.agency, s.hand)})
        names = {a.agency: a.name for a in known.values()}
        return [showing.exported(s, names) for s in found]

    return Sheet("疑似瞒报", COLUMNS, read)


def wanted(session: Session, list_id: UUID | None, chosen: Mapping[str, str]) -> Filter:
    """The filter that the page's fields mean, within what the account sees."""
    state, outcome = chosen.get("state", ""), chosen.get("state", "")
    return Filter(
        sees=sees(session),
        list_id=list_id,
        hand=mine(session) if chosen.get("hand") == "mine" else None,
        state=State(state) if state in {s.value for s in State} else None,
        outcome=Outcome(outcome) if outcome in {o.value for o in Outcome} else None,
        below=uuid_of(chosen.get("below", "")),
        number=chosen.get("q", "").strip() or None,
    )


def uuid_of(text: str) -> UUID | None:
    """An id as typed; none that exists where it is no id."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return UUID(int=0)


def lines_view(
    web: Web,
    tx: Transaction,
    session: Session,
    one: SuspicionList | None,
    chosen: Mapping[str, str],
    number: int,
    typed: Mapping[str, str] | None = None,
) -> views.LinesView:
    """A page of lines with what may be done with them."""
    asked = wanted(session, one.list_id if one else None, chosen)
    total = service.count(tx, asked)
    found = service.listed(tx, asked, SIZE, (number - 1) * SIZE)
    bodies = {body for s in found for body in (s.agency, s.hand)}
    belows = lists.progress(tx, one.list_id, asked.sees, web.today()) if one else []
    known = agencies.by_ids(tx, bodies | {p.agency for p in belows})
    names = {a.agency: a.name for a in known.values()}
    day, add, own = web.today(), web.app.pack.calendar.add_working_days, mine(session)
    path = f"{PATH}/lists/{one.list_id}" if one else f"{PATH}/found"
    act = act_form(
        web, tx, session, [s for s in found if s.awaits_answer_of(own) or s.awaits_check_of(own)], typed
    )
    return views.LinesView(
        path=path,
        lines=tuple(showing.line_view(s, names, own, day, add) for s in found),
        count=grouped(total),
        total=total,
        chosen=views.typed(chosen),
        states=(
            *(views.Choice(s.value, text) for s, text in STATES.items()),
            *(views.Choice(o.value, f"结论：{text}") for o, text in OUTCOMES.items()),
        ),
        belows=tuple(
            views.Choice(str(p.agency), names.get(p.agency, "—")) for p in belows if p.agency != asked.sees
        ),
        act=act,
        list_id=one.list_id if one else None,
        pages=pages(number, total, path, chosen, SIZE),
        with_source=one is None,
    )


def act_form(
    web: Web, tx: Transaction, session: Session, those: list[Suspicion], typed: Mapping[str, str] | None
) -> views.ActForm:
    """What this body may do with these: answer, pass on, send back; accept, return."""
    own = mine(session)
    answers = [s for s in those if s.awaits_answer_of(own)]
    below: tuple[views.Choice, ...] = ()
    if answers and is_office(session) and session.agency is not None:
        below = tuple(
            views.Choice(a.code, a.name) for a in _below(tx, session.agency, web) if a.agency != own
        )
    return views.ActForm(
        answers=bool(answers),
        checks=any(s.awaits_check_of(own) for s in those),
        passes=below,
        backs=any(len(s.chain) > 1 for s in answers),
        chosen=views.typed(typed or {}),
    )


def _below(tx: Transaction, office: Agency, web: Web) -> list[Agency]:
    day = web.today()
    tree = agencies.tree(tx, day)
    depth_of = {a.agency: depth for depth, a in tree}
    if office.agency not in depth_of:
        return []
    at = next(i for i, (_, a) in enumerate(tree) if a.agency == office.agency)
    found = []
    for depth, agency in tree[at + 1 :]:
        if depth <= depth_of[office.agency]:
            break
        if agency.exists(day):
            found.append(agency)
    return found


def office(session: Session) -> UUID:
    """The office for which the account acts. Raises ListAbsent."""
    own = mine(session)
    if own is None or not is_office(session):
        raise ListAbsent(found="这个账号不属于信用办", expected="信用办的账号", todo="请信用办办理")
    return own


def days(form: Mapping[str, str], name: str = "days") -> int:
    """Days as typed. Raises ParameterError."""
    text = form.get(name, "").strip() or "0"
    if not (text.isascii() and text.isdigit() and int(text[:3]) <= lists.MOST_DAYS):
        raise ParameterError(
            found=f"天数写成了“{text[:10]}”",
            expected=f"0 至 {lists.MOST_DAYS} 的整数",
            todo="改正后再提交",
            where=name,
        )
    return int(text)
