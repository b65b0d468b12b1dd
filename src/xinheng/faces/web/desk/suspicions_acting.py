"""One line: its evidence, answers and scans; and what a body does with one line or with many at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from xinheng.core.errors import Kind, XinhengError
from xinheng.faces.web.access import AnySession, check_token, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import suspicions as desk
from xinheng.faces.web.desk import suspicions_lines as reach
from xinheng.faces.web.desk import suspicions_showing as showing
from xinheng.faces.web.desk import suspicions_views as views
from xinheng.faces.web.desk.cases_reach import actor
from xinheng.faces.web.desk.receiving import receive
from xinheng.faces.web.errors import status_of
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import Pair, Tag, page_number
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Session
from xinheng.office.cases import service as cases
from xinheng.outward.documents import attachments as files
from xinheng.outward.suspicions import answering, lists, service, splitting, telling
from xinheng.outward.suspicions.errors import AnswerRefused
from xinheng.outward.suspicions.model import OUTCOMES, SOURCES, Outcome, Said, Suspicion

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
ACT: Final = f"{reach.PATH}/act"
MARK: Final = "line."
FILTERS: Final = ("state", "below", "q", "hand")


def own_line(tx: Transaction, session: Session, suspicion: UUID) -> Suspicion:
    """A suspicion that went through this body's hands. Raises SuspicionAbsent."""
    one, seen = service.by_id(tx, suspicion), reach.sees(session)
    if seen is not None and seen not in one.chain:
        raise service.absent(suspicion)
    return one


# -- acting ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """What the form asked for."""

    fields: Mapping[str, str]
    ids: tuple[UUID, ...]
    list_id: UUID | None
    one: UUID | None  # the form stood on the page of one line

    def text(self, name: str) -> str:
        return self.fields.get(name, "").strip()


@router.post(ACT)
async def act(request: Request, web: House, session: AnySession) -> Response:
    """Answer, pass on, send back, accept or return the chosen lines; a scan may come with an answer."""
    token = web.uploads.begin()
    try:
        got = await receive(
            request.headers.get("content-type", ""),
            request.stream(),
            web.uploads.file(token),
            lambda fields: check_token(session, fields),
        )
        scan = (got.file_name, got.size) if got.file_name is not None and got.size else None
        return await run_in_threadpool(_acted, web, session, got.fields, token, scan)
    finally:
        web.uploads.discard(token)


def _acted(
    web: Web, session: Session, fields: Mapping[str, str], token: str, scan: tuple[str, int] | None
) -> Response:
    asked = _asked(web, session, fields)
    try:
        kept = _scan(web, token, scan) if fields.get("do") == "answer" else None
        with web.transaction() as tx:
            count = _do(web, tx, session, asked, kept)
    except XinhengError as refusal:
        if refusal.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        return _again(web, session, asked, refusal)
    if asked.one is not None:
        return to(f"{reach.PATH}/{asked.one}?said=done")
    where = f"{reach.PATH}/lists/{asked.list_id}" if asked.list_id else f"{reach.PATH}/found"
    return to(f"{where}?said=done&n={count}&hand={asked.text('hand')}&state={asked.text('state')}")


def _asked(web: Web, session: Session, fields: Mapping[str, str]) -> Asked:
    list_id, one = _uuid(fields.get("list", "")), _uuid(fields.get("one", ""))
    if one is not None:
        return Asked(fields, (one,), list_id, one)
    if fields.get("all") != "1":
        marked = (_uuid(name.removeprefix(MARK)) for name in fields if name.startswith(MARK))
        return Asked(fields, tuple(found for found in marked if found), list_id, None)
    chosen = {name: fields.get(name, "") for name in FILTERS}
    with web.transaction() as tx:
        wanted = reach.wanted(session, list_id, {**chosen, "hand": "mine"})
        those = service.listed(tx, wanted, splitting.MOST)
    own, checks = reach.mine(session), fields.get("do") in ("accept", "return")
    ids = tuple(s.suspicion for s in those if (s.awaits_check_of(own) if checks else s.awaits_answer_of(own)))
    return Asked(fields, ids, list_id, None)


def _scan(web: Web, token: str, scan: tuple[str, int] | None) -> files.Attachment | None:
    """The scan that came with the form, put in place. Raises AttachmentRefused."""
    if scan is None:
        return None
    name, size = scan
    with web.uploads.file(token).open("rb") as file:
        content = file.read(min(size, files.LIMIT + 1))
    answering.judged(content, name)
    return reach.shelf(web).put(content, name)


def _do(web: Web, tx: Transaction, session: Session, asked: Asked, scan: files.Attachment | None) -> int:
    by, clock, note = actor(session), web.app.clock, asked.text("note")
    match asked.text("do"):
        case "answer":
            outcome = asked.text("outcome")
            if outcome not in {o.value for o in Outcome}:
                raise AnswerRefused(
                    found="没有选结论", expected="所列结论之一", todo="选择后再提交", where="outcome"
                )
            version = asked.text("version")
            return answering.answer(
                tx,
                asked.ids,
                Said(Outcome(outcome), note),
                by,
                clock,
                scan,
                int(version[:9]) if asked.one and version.isascii() and version.isdigit() else None,
            )
        case "pass":
            whither = asked.text("to")
            if not whither:
                raise AnswerRefused(
                    found="没有选转给谁", expected="下级单位之一", todo="选择后再提交", where="to"
                )
            count = splitting.pass_on(
                tx, asked.ids, agencies.by_code(tx, whither), by, clock, reach.days(asked.fields)
            )
            telling.given(tx, asked.ids, by, clock, web.app.pack)
            return count
        case "back":
            return splitting.send_back(tx, asked.ids, note, by, clock)
        case "accept":
            return answering.accept(tx, asked.ids, by, clock)
        case "return":
            count = answering.give_back(tx, asked.ids, note, by, clock)
            telling.returned(tx, asked.ids, note, by, clock, web.app.pack)
            return count
    raise AnswerRefused(found="没有选怎么办", expected="所列办法之一", todo="选择后再提交", where="do")


def _again(web: Web, session: Session, asked: Asked, refusal: XinhengError) -> Response:
    if asked.one is not None:
        return one_page(web, session, asked.one, refusal=refusal, typed=asked.fields)
    chosen = {name: asked.text(name) for name in FILTERS}
    number = page_number(asked.text("page"))
    if asked.list_id is not None:
        return desk.list_page(
            web, session, asked.list_id, chosen, number, refusal=refusal, typed=asked.fields
        )
    return desk.found_page(web, session, chosen, number, refusal=refusal, typed=asked.fields)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def to(address: str) -> Response:
    """Elsewhere, after something was done."""
    return RedirectResponse(address, 303, {"cache-control": PRIVATE})


# -- one line ----------------------------------------------------------------------------------------


@router.get(reach.PATH + "/{suspicion}")
def show_one(web: House, session: AnySession, suspicion: UUID, said: desk.Text = "") -> Response:
    """One suspicion with all that is known of it."""
    return one_page(web, session, suspicion, desk.SAID.get(said))


def one_page(
    web: Web,
    session: Session,
    suspicion: UUID,
    said: str | None = None,
    refusal: XinhengError | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    with web.transaction() as tx:
        one = own_line(tx, session, suspicion)
        view = _one(web, tx, session, one, typed)
        view = views.replace_said(view, said, reach.errors_of(refusal))
    status = status_of(refusal) if refusal else 200
    return web.render.private("desk/suspicion.html", "suspicions", status, view=view, who=who(session))


def _one(
    web: Web, tx: Transaction, session: Session, one: Suspicion, typed: Mapping[str, str] | None
) -> views.OneView:
    answers = service.answers(tx, one.suspicion)
    steps = cases.history(tx, one.suspicion)
    known = agencies.by_ids(
        tx, {*one.chain, *(a.agency for a in answers if a.agency), *(step.owner for step in steps)}
    )
    names = {a.agency: a.name for a in known.values()}
    cells: tuple[Pair, ...] = ()
    title = ""
    if one.list_id is not None:
        of = lists.by_id(tx, one.list_id, None)
        line, title = lists.line_of(tx, one.suspicion), of.title
        if line is not None and line.cells is not None:
            cells = tuple(
                Pair(c.header, text) for c, text in zip(of.columns, line.cells, strict=True) if text
            )
    day, add = web.today(), web.app.pack.calendar.add_working_days
    tag = showing.pressing(one.due_on, day, add, ended=one.settled is not None)
    own = reach.mine(session)
    mine = [one] if one.awaits_answer_of(own) or one.awaits_check_of(own) else []
    return views.OneView(
        suspicion=one.suspicion,
        title=f"疑似瞒报：{one.number or '没有文号'}",
        tags=(showing.state_tag(one), *((tag,) if tag else ()), *_outcome(one)),
        pairs=_pairs(web, one, names),
        evidence=tuple(Pair(name, text) for name, text in one.evidence.items()),
        cells=cells,
        chain=tuple(
            (names.get(body, "—"), at == one.level and one.settled is None)
            for at, body in enumerate(one.chain)
        ),
        answers=tuple(showing.answer_line(a, known) for a in answers),
        files=tuple(showing.file_line(a) for a in answering.attachments(tx, one.suspicion)),
        steps=tuple(showing.step_line(step, names) for step in steps),
        act=reach.act_form(web, tx, session, mine, typed),
        version=one.version,
        may_remove=reach.is_office(session),
        list_id=one.list_id,
        list_title=title,
    )


def _outcome(one: Suspicion) -> tuple[Tag, ...]:
    return (Tag(OUTCOMES[one.outcome]),) if one.outcome else ()


def _pairs(web: Web, one: Suspicion, names: Mapping[UUID, str]) -> tuple[Pair, ...]:
    items = web.app.pack.items
    return (
        Pair("事项", items[one.item].name if one.item in items else one.item),
        Pair("文号", one.number),
        Pair("相对人", one.party),
        Pair("决定日期", one.decided_on.isoformat() if one.decided_on else None),
        Pair("来源", SOURCES[one.source]),
        Pair(
            "分到",
            names.get(one.agency) if len(one.chain) > 1 or not one.list_id else None,
            otherwise="还没有分",
        ),
        Pair("现在由谁办", names.get(one.hand) if one.settled is None else "已办结"),
        Pair("期限", one.due_on.isoformat() if one.due_on else None, note=one.basis, otherwise="没有期限"),
        *((Pair("退回原因", one.said, wide=True),) if one.said else ()),
        *((Pair("结论说明", one.note, wide=True),) if one.note else ()),
        *(
            (Pair("据以核对的记录", str(one.record), mono=True, href=f"/records/{one.record}"),)
            if one.record
            else ()
        ),
    )
