"""One body's scorecard: what was counted, self-score, entries of the office, objection and decision."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from xinheng.core.errors import Kind, XinhengError
from xinheng.faces.web.access import AnySession, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import appraisal as desk
from xinheng.faces.web.desk import appraisal_views as views
from xinheng.faces.web.desk import papers
from xinheng.faces.web.desk.cases_reach import actor
from xinheng.faces.web.desk.papers import Paper
from xinheng.faces.web.errors import RoleRefusedError, status_of
from xinheng.faces.web.views import Pair, Tag
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Agency, Role, Session
from xinheng.outward.appraisal import model, service, steps, store
from xinheng.outward.appraisal.model import Outcome, Run, Side, State
from xinheng.outward.appraisal.steps import NewEntry, NewObjection

router = APIRouter(include_in_schema=False)


@router.get(desk.PATH + "/{run}/{code}", dependencies=[Depends(signed_in)])
def show_card(
    web: House, session: AnySession, run: UUID, code: str, said: Annotated[str, Query()] = ""
) -> Response:
    """One body's card: every indicator with what was counted, how, and what may be done."""
    return _card_page(web, session, run, code, desk.SAID.get(said, ""))


def _own(session: Session, agency: Agency) -> bool:
    return session.account.agency == agency.agency and session.account.role is not Role.AUDITOR


def _card_page(
    web: Web, session: Session, run: UUID, code: str, said: str = "", refusal: XinhengError | None = None
) -> Response:
    with web.transaction() as tx:
        there, agency = service.by_id(tx, run), agencies.by_code(tx, code)
        may = views.May(desk.directs(session, there), _own(session, agency))
        if not (desk.reads(session, there) or may.own):
            raise desk.absent(run)
        pack = desk.pack_of(web, tx, there)
        found = service.opened(tx, pack, there)
    card = found.of(agency.agency)
    if card is None:
        raise desk.absent(run)
    hidden = not desk.reads(session, there) and there.state is State.COMPUTED
    base, query = f"{desk.PATH}/{run}/{quote(code)}", _query(there, agency)
    view = views.CardView(
        run=run,
        code=code,
        agency=agency.name,
        title=found.card.name,
        tag=Tag(model.NAMES[there.state], views.TONES[there.state]),
        pairs=(
            Pair("期间", views.period(there)),
            Pair("合计", None if hidden else views.shown(card.total.total), otherwise="公布后可见"),
            Pair("名次", None if hidden or not card.rank else str(card.rank), otherwise="—"),
            Pair(
                "异议期", f"至 {there.object_until}" if there.object_until else None, otherwise="公布后开始"
            ),
        ),
        indicators=tuple(
            views.indicator(found, line, agency.agency, may, base, _rows(line.indicator.figure, query))
            for line in card.lines
        ),
        hidden=hidden,
        said=said,
        errors=(desk.error(refusal),) if refusal else (),
    )
    status = status_of(refusal) if refusal else 200
    return web.render.private("desk/appraisal_card.html", "appraisal", status, view=view, who=who(session))


def _query(run: Run, agency: Agency) -> str:
    last = date.fromordinal(run.frame.to_on.toordinal() - 1)
    return f"agency={quote(agency.code)}&from={run.frame.from_on:%Y-%m}&to={last:%Y-%m}"


def _rows(figure: str | None, query: str) -> str | None:
    """Where the rows behind a figure stand."""
    if figure is None:
        return None
    pages_of = {"瞒报": "/desk/suspicions/found?", "缺失": "/desk/completeness?", "迟报": "/desk/watch/late?"}
    return pages_of.get(figure, "/desk/figures?") + query


@router.post(desk.ACT, dependencies=[Depends(signed_in)])
async def act(request: Request, web: House, session: AnySession) -> Response:
    """Self-score, entry of the office, objection or its decision; a file may come with it."""
    paper = await papers.take(request, web, session)
    return await run_in_threadpool(_acted, web, session, paper)


def _acted(web: Web, session: Session, paper: Paper) -> Response:
    try:
        run, code = UUID(paper.text("run")), paper.text("code")
    except ValueError:
        raise desk.absent(paper.text("run")) from None
    try:
        evidence = papers.kept(web, paper)
        with web.transaction() as tx:
            there, agency = service.by_id(tx, run), agencies.by_code(tx, code)
            said = _done(web, tx, (session, there, agency), paper, evidence)
    except XinhengError as refusal:
        if refusal.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        return _card_page(web, session, run, code, refusal=refusal)
    return desk.to(f"{desk.PATH}/{run}/{quote(code)}?said={said}")


def _done(
    web: Web, tx: Transaction, whom: tuple[Session, Run, Agency], paper: Paper, evidence: model.Evidence
) -> str:
    session, run, agency = whom
    pack, clock, login = desk.pack_of(web, tx, run), web.app.clock, session.account.login
    indicator, do, own = paper.text("indicator"), paper.text("do"), _own(session, agency)
    if do in ("self", "office") and (own if do == "self" else desk.directs(session, run)):
        entry = NewEntry(
            agency.agency, indicator, Side(do), paper.text("value"), paper.text("note"), evidence
        )
        steps.enter(tx, pack, run.run, entry, clock, login)
        return "entered"
    if do == "object" and own:
        new = NewObjection(agency.agency, session.account.account, indicator, paper.text("reason"), evidence)
        steps.object_to(tx, pack, run.run, new, clock, login)
        return "objected"
    if do in ("upheld", "changed") and desk.directs(session, run):
        try:
            objection = UUID(paper.text("objection"))
        except ValueError:
            raise desk.absent(run.run) from None
        steps.decide(tx, pack, objection, Outcome(do), paper.fields, clock, actor(session))
        return "decided"
    raise RoleRefusedError(
        found=f"账号 {login} 不能对{agency.name}的考核这样做",
        expected="本单位的账号自评、提异议；信用办评分、答复",
        todo="换用有这项权限的账号",
    )


@router.get(desk.PATH + "/{run}/{code}/files/{digest}", dependencies=[Depends(signed_in)])
def download(web: House, session: AnySession, run: UUID, code: str, digest: str) -> Response:
    """An attachment of this card, to be saved: never shown inside the house's own pages."""
    with web.transaction() as tx:
        there, agency = service.by_id(tx, run), agencies.by_code(tx, code)
        if not (desk.reads(session, there) or _own(session, agency)):
            raise desk.absent(run)
        entries = store.entries(tx, run)
        held = [e.evidence for e in entries if e.agency == agency.agency]
        held += [o.evidence for o in store.objections(tx, run, agency.agency)]
    name = next((n for files in held for d, n in files if d == digest), None)
    if name is None:
        raise desk.absent(digest)
    return desk.saved(papers.shelf(web).read(digest), name, "application/octet-stream")
