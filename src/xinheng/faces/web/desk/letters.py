"""函件: the list, one letter with its chain, and what a new one is to be about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from xinheng.faces.web.access import AnySession, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import letters_views as views
from xinheng.faces.web.desk.cases_reach import actor, in_scope
from xinheng.faces.web.desk.exporting import Sheet, Wanted, send
from xinheng.faces.web.errors import RoleRefusedError
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import Figure, FormError, Tag, page_number, pages
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Role, Session
from xinheng.office.cases import service as cases
from xinheng.outward.documents import coverage
from xinheng.outward.documents.attachments import Attachments, Kind
from xinheng.outward.documents.model import texts
from xinheng.outward.letters import answering, composing, service
from xinheng.outward.letters.errors import LetterAbsent
from xinheng.outward.letters.model import KIND, NAMES, STEPS, Act, Filter, Letter, State, Step
from xinheng.outward.reports.exports import Reader

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
PATH: Final = "/desk/letters"
SIZE: Final = 30
CHOICES: Final = 200  # overdue cases that one page offers
CASES: Final = 30  # of a letter that its page lists; the table names them all
LATE: Final = 20  # agencies that are offered
MEDIA: Final = {"docx": Kind.DOCX.media_type, "pdf": Kind.PDF.media_type, "json": "application/json"}
HEADER: Final = ("文号", "步骤", "标题", "发函单位", "收函单位", "成文日期", "答复期限", "状态")
Text = Annotated[str, Query(max_length=40)]


def is_office(session: Session) -> bool:
    """Whether the account writes letters: the credit office's own."""
    return session.account.role is Role.OFFICE and session.agency is not None


def require_office(session: Session) -> None:
    """Raises RoleRefusedError."""
    if not is_office(session):
        raise RoleRefusedError(
            found=f"账号 {session.account.login} 不能拟稿、发函",
            expected="信用办的账号，并且有所属单位",
            todo="请信用办办理",
        )


def seen(web: Web, tx: Transaction, session: Session, letter: UUID) -> Letter:
    """A letter that this account may see; of drafts, its own office's. Raises LetterAbsent."""
    there = service.by_id(tx, letter)
    scope = in_scope(web, tx, session)
    inside = scope is None or not scope.isdisjoint({there.agency, there.office})
    unsent = there.state in (State.DRAFT, State.DISCARDED)
    if not inside or (unsent and session.account.agency != there.office):
        raise LetterAbsent(letter)
    return there


def shelf(web: Web) -> Attachments:
    """Where the attachments of letters lie."""
    web.app.home.attachments.mkdir(mode=0o700, exist_ok=True)
    return Attachments(web.app.home.attachments / "letters")


# -- the list ----------------------------------------------------------------------------------------


class Asked:
    """Which letters: step, state, agency that they went to."""

    def __init__(self, step: Text = "", state: Text = "", agency: Text = "") -> None:
        self.chosen = {"step": step, "state": state, "agency": agency}

    def filter(self, session: Session, scope: frozenset[UUID] | None) -> Filter:
        """As the room is asked, within what the account sees."""
        step, state = self.chosen["step"], self.chosen["state"]
        return Filter(
            scope=scope,
            office=session.account.agency,
            step=Step(step) if step in {s.value for s in Step} else None,
            state=State(state) if state in {s.value for s in State} else None,
            agency=uuid_of(self.chosen["agency"]),
        )


@router.get(PATH)
def show_list(
    web: House, session: AnySession, asked: Annotated[Asked, Depends()], export: Wanted, page: Text = ""
) -> Response:
    """Letters from and to this account's agency and those below it, newest first; also as a file."""
    if export.form:
        return send(web, session, export, Sheet("函件", HEADER, _reader(web, session, asked)))
    number, day, add = page_number(page), web.today(), web.app.pack.calendar.add_working_days
    with web.transaction() as tx:
        scope, office = in_scope(web, tx, session), session.account.agency
        wanted = asked.filter(session, scope)
        total = service.count(tx, wanted)
        found = service.listed(tx, wanted, SIZE, (number - 1) * SIZE)
        due = service.waiting(tx, office, web.app.pack, day) if office and is_office(session) else []
        late = _late(web, tx, scope) if is_office(session) else ()
        ready = service.ready(tx, found)
        ids = {one for letter in (*found, *due) for one in (letter.agency, letter.office)}
        names = agencies.by_ids(tx, ids | (scope or set()) if scope and len(scope) < 500 else ids)
        waiting = service.count(tx, Filter(scope=scope, office=office, open_only=True))
    lines = {one.letter: views.letter_line(one, names, day, add, ready) for one in (*found, *due)}
    view = views.ListView(
        figures=(Figure("在办", str(waiting)), Figure("可以销号", str(len(ready)), "good" if ready else "")),
        lines=tuple(lines[one.letter] for one in found),
        following=tuple((lines[one.letter], _next(one)) for one in due),
        late=late,
        steps=views.steps(),
        states=tuple((s.value, NAMES[s]) for s in State),
        agencies=tuple(sorted(((str(one.agency), one.name) for one in names.values()), key=lambda n: n[1])),
        chosen=asked.chosen,
        count=total,
        pages=pages(number, total, PATH, asked.chosen, SIZE),
        office=is_office(session),
    )
    return web.render.private("desk/letters.html", "letters", view=view, who=who(session))


def _reader(web: Web, session: Session, asked: Asked) -> Reader:
    """The same list, page by page."""

    def read(tx: Transaction, limit: int, offset: int) -> list[tuple[str, ...]]:
        found = service.listed(tx, asked.filter(session, in_scope(web, tx, session)), limit, offset)
        names = agencies.by_ids(tx, {one for each in found for one in (each.agency, each.office)})
        return [
            (
                one.number or "",
                "撤回" if one.withdraws else STEPS[one.step],
                one.title,
                names[one.office].name,
                names[one.agency].name,
                one.dated.isoformat() if one.dated else "",
                one.due_on.isoformat() if one.due_on else "",
                NAMES[one.state],
            )
            for one in found
        ]

    return read


def _next(one: Letter) -> str:
    following = one.step.next
    return STEPS[following] if following else ""


def _late(web: Web, tx: Transaction, scope: frozenset[UUID] | None) -> tuple[views.Late, ...]:
    counts = cases.counts(tx, scope, web.today()).by
    found: dict[UUID, int] = {}
    for (owner, kind), tally in counts.items():
        if kind != KIND and tally.overdue:
            found[owner] = found.get(owner, 0) + tally.overdue
    names = agencies.by_ids(tx, found)
    most = sorted(found.items(), key=lambda pair: (-pair[1], names[pair[0]].code))[:LATE]
    return tuple(views.Late(one, names[one].name, count) for one, count in most)


# -- one ---------------------------------------------------------------------------------------------


@router.get(PATH + "/{letter}")
def show_letter(web: House, session: AnySession, letter: UUID) -> Response:
    """One letter: as it goes out, its chain, answers and what may be done."""
    if session.account.role is not Role.AUDITOR:
        with web.transaction() as tx:
            answering.read(tx, seen(web, tx, session, letter).letter, web.app.clock, actor(session))
    return letter_page(web, session, letter)


def letter_page(
    web: Web,
    session: Session,
    letter: UUID,
    form: Mapping[str, str] | None = None,
    errors: Sequence[FormError] = (),
    status: int = 200,
) -> Response:
    """The page of a letter; after a refusal with what was typed."""
    day, add = web.today(), web.app.pack.calendar.add_working_days
    with web.transaction() as tx:
        there = seen(web, tx, session, letter)
        found, chain = service.tied(tx, there), service.chain(tx, there)
        events = service.history(tx, letter)
        names = agencies.by_ids(tx, {one for each in chain for one in (each.agency, each.office)})
        ready = service.ready(tx, chain)
    document = there.document(names[there.agency].name, names[there.office].name, day)
    mine = session.account.agency == there.office
    shown = [one for one in chain if mine or one.state not in (State.DRAFT, State.DISCARDED)]
    view = views.LetterView(
        letter=letter,
        title=there.title,
        tags=(Tag(STEPS[there.step]), Tag(NAMES[there.state], views.TONES[there.state])),
        document=document,
        step=STEPS[there.step],
        due=there.due_on,
        digest=there.digest,
        chain=tuple(views.letter_line(one, names, day, add, ready) for one in shown),
        events=tuple(views.event_line(event) for event in events),
        cases=views.case_lines(found, CASES),
        more_cases=max(0, len(found) - CASES),
        acts=may(session, there),
        next_step=_next(there) or None,
        due_now=composing.next_due(there, web.app.pack, day) is not None,
        ready=letter in ready,
        missing=coverage.missing("".join(texts(document))),
        text="\n".join(there.body.paragraphs),
        note=there.body.note or "",
        form=form or {},
        errors=tuple(errors),
    )
    return web.render.private("desk/letter.html", "letters", status, view=view, who=who(session))


def may(session: Session, there: Letter) -> frozenset[str]:
    """What this account may do about a letter now."""
    found: set[Act] = set()
    if is_office(session) and session.account.agency == there.office:
        found |= {act for act in Act if act not in (Act.DRAFT, Act.READ, Act.REPLY)}
    if session.account.agency == there.agency and _answers(session):
        found.add(Act.REPLY)
    if there.step.next is None:
        found.discard(Act.ESCALATE)
    return frozenset(act.value for act in found if there.may(act))


def _answers(session: Session) -> bool:
    return any(session.account.holds(role) for role in (Role.CLERK, Role.REVIEWER, Role.OFFICE))


@router.get(PATH + "/{letter}/file.{kind}")
def give_file(web: House, session: AnySession, letter: UUID, kind: str) -> Response:
    """The letter as .docx, PDF or canonical JSON: as it went out."""
    with web.transaction() as tx:
        there = seen(web, tx, session, letter)
        content = service.file(tx, there, kind, web.app.clock)
    return handed_out(content, f"{there.number or '草稿'} {there.title}.{kind}", MEDIA[kind])


@router.get(PATH + "/{letter}/attachments/{event}/{digest}")
def give_attachment(web: House, session: AnySession, letter: UUID, event: int, digest: str) -> Response:
    """An attachment of an answer or of the closing."""
    with web.transaction() as tx:
        seen(web, tx, session, letter)
        files = [one for each in service.history(tx, letter) for one in each.attached]
    for one in files:
        if (one.event, one.digest) == (event, digest):
            return handed_out(shelf(web).read(digest), one.name, Kind(one.kind).media_type)
    raise LetterAbsent(f"{letter}/{digest[:16]}")


def handed_out(content: bytes, name: str, media: str) -> Response:
    """A file to be saved, never shown inside a page."""
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "cache-control": PRIVATE,
    }
    return Response(content, media_type=media, headers=headers)


def uuid_of(text: str) -> UUID | None:
    """An id as it stands in an address, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None
