"""城市监测自查: the printed indicators, gaps and owners, proofs, ranks, the package for reporting up."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from xinheng.core.errors import Kind, XinhengError
from xinheng.faces.web.access import AnySession, keeps, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import monitoring_check_views as views
from xinheng.faces.web.desk import papers
from xinheng.faces.web.desk.appraisal import error, saved, to
from xinheng.faces.web.desk.cases_reach import actor
from xinheng.faces.web.desk.papers import Paper
from xinheng.faces.web.errors import RoleRefusedError
from xinheng.faces.web.views import FormError
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit, moving
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Role, Session
from xinheng.office.access.model_tree import By
from xinheng.outward.appraisal import counting, self_check
from xinheng.outward.appraisal import model_monitoring as model
from xinheng.outward.appraisal.errors import SelfCheckRefused
from xinheng.outward.appraisal.model_monitoring import Proof, Rank, Standing, State
from xinheng.outward.appraisal.self_check import NewCheck

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
PATH: Final = "/desk/monitoring-check"
ACT: Final = f"{PATH}/act"
MONTH: Final = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
SAID: Final = {
    "entered": "已登记。",
    "proof": "佐证已收存。",
    "removed": "已从上报材料中移出。",
    "rank": "名次已登记。",
}


@router.get(PATH)
def show(web: House, session: AnySession, said: Annotated[str, Query(max_length=20)] = "") -> Response:
    """The whole table for office and auditor; for a unit the indicators that it owns."""
    return _page(web, session, SAID.get(said, ""))


def _sees_all(session: Session) -> bool:
    return session.account.role in (Role.OFFICE, Role.AUDITOR)


def _enters(session: Session) -> bool:
    """The platform's own office: the table is one, the city's."""
    return session.account.role is Role.OFFICE and keeps(session)


def _standings(web: Web, tx: Transaction, session: Session) -> tuple[tuple[Standing, ...], tuple[date, date]]:
    """Every indicator this account may see, and the window."""
    pack = web.app.pack
    table = self_check.table_of(pack)
    window = model.window(web.today(), table.window_months)
    head = session.agency if session.account.role is Role.OFFICE else None
    measure = counting.place_figure(tx, pack, head, window, web.app.clock.now().at)
    found = self_check.board(tx, table, measure)
    if _sees_all(session):
        return found, window
    own = session.account.agency
    return tuple(s for s in found if own and s.check and s.check.owner == own), window


def _page(web: Web, session: Session, said: str = "", errors: Sequence[FormError] = ()) -> Response:
    pack, day = web.app.pack, web.today()
    table = self_check.table_of(pack)
    whole, office = _sees_all(session), _enters(session)
    with web.transaction() as tx:
        found, window = _standings(web, tx, session)
        ranks = self_check.ranks(tx) if whole else []
        ids = moving.scope(tx, session.agency, day, By.PLACE) if office else frozenset()
        bodies = agencies.by_ids(tx, ids | {s.check.owner for s in found if s.check and s.check.owner})
    counts = [(text, sum(s.state is state for s in found)) for state, text in model.STATES.items()]
    view = views.View(
        name=table.name,
        citation=pack.cite(table.basis),
        unread=table.unread,
        third=table.third,
        window=f"{window[0]} 至 {date.fromordinal(window[1].toordinal() - 1)}",
        counts=tuple((text, str(n)) for text, n in counts),
        lines=tuple(views.indicator_line(s, bodies, PATH) for s in found),
        ranks=tuple(
            views.rank_line(r, ranks[n + 1] if n + 1 < len(ranks) else None) for n, r in enumerate(ranks)
        ),
        bodies=tuple((a.code, a.name) for a in sorted(bodies.values(), key=lambda a: a.code)),
        states=tuple((s.value, text) for s, text in model.STATES.items()),
        may=office,
        whole=whole,
        said=said,
        errors=tuple(errors),
    )
    status = 422 if errors else 200
    return web.render.private(
        "desk/monitoring_check.html", "monitoring-check", status, view=view, who=who(session)
    )


# -- acting ------------------------------------------------------------------------------------------


@router.post(ACT)
async def act(request: Request, web: House, session: AnySession) -> Response:
    """Enter what was found, add or remove a proof, type in a rank."""
    paper = await papers.take(request, web, session)
    return await run_in_threadpool(_acted, web, session, paper)


def _acted(web: Web, session: Session, paper: Paper) -> Response:
    try:
        proof = papers.kept(web, paper) if paper.text("do") == "proof" else ()
        with web.transaction() as tx:
            said = _done(web, tx, session, paper, proof)
    except XinhengError as refusal:
        if refusal.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        return _page(web, session, errors=[error(refusal)])
    return to(f"{PATH}?said={said}#i-{quote(paper.text('indicator'))}")


def _done(
    web: Web, tx: Transaction, session: Session, paper: Paper, proof: tuple[tuple[str, str], ...]
) -> str:
    pack, clock, login = web.app.pack, web.app.clock, session.account.login
    office, indicator = _enters(session), paper.text("indicator")
    owns = office or any(s.indicator.id == indicator for s in _standings(web, tx, session)[0])
    match paper.text("do"):
        case "check" if office:
            self_check.enter(tx, pack, _check(tx, paper), clock, actor(session))
            return "entered"
        case "proof" if owns and session.account.role is not Role.AUDITOR:
            if not proof:
                raise _refused("没有选文件", "PDF、JPG、PNG 或 docx 文件")
            table, (digest, name) = self_check.table_of(pack), proof[0]
            new = Proof(table.id, indicator, digest, name, paper.text("what"), clock.now().at, login)
            self_check.add_proof(tx, pack, new, clock)
            return "proof"
        case "remove" if office:
            self_check.remove_proof(tx, pack, indicator, paper.text("digest"), clock, login)
            return "removed"
        case "rank" if office:
            self_check.add_rank(tx, _typed(paper, web, login), clock)
            return "rank"
    raise RoleRefusedError(
        found=f"账号 {login} 不能这样做",
        expected="信用办登记自查、名次；责任单位补充佐证",
        todo="换用有这项权限的账号",
    )


def _check(tx: Transaction, paper: Paper) -> NewCheck:
    state, due = paper.text("state"), paper.text("due")
    if state not in {s.value for s in State}:
        raise _refused("没有选自查结果", "已达到、有差距、未核之一")
    owner = agencies.by_code(tx, paper.text("owner")) if paper.text("owner") else None
    return NewCheck(
        paper.text("indicator"), State(state), paper.text("gap"), owner, _day(due) if due else None
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _refused(f"日期“{text[:12]}”", "写作 2026-01-31") from None


def _typed(paper: Paper, web: Web, login: str) -> Rank:
    month, place, of = paper.text("month"), paper.text("place"), paper.text("of")
    if not MONTH.fullmatch(month):
        raise _refused(f"月份“{month[:10]}”", "写作 2026-01")
    for text in (place, of or "1"):
        if not (text.isascii() and text.isdigit() and len(text) < 6):
            raise _refused(f"名次“{text[:10]}”", "整数")
    return Rank(
        date.fromisoformat(f"{month}-01"),
        int(place),
        int(of) if of else None,
        paper.text("source"),
        web.app.clock.now().at,
        login,
    )


# -- files -------------------------------------------------------------------------------------------


@router.get(PATH + "/package.zip")
def send_package(web: House, session: AnySession) -> Response:
    """The package for reporting up: index and proofs; the same content, the same bytes."""
    if not _sees_all(session):
        raise RoleRefusedError(found="责任单位的账号", expected="信用办的账号", todo="请信用办导出")
    with web.transaction() as tx:
        found, window = _standings(web, tx, session)
        table = self_check.table_of(web.app.pack)
        place = session.agency.name if session.agency else web.app.settings.site_name
        content = self_check.package(tx, table, found, (place, *window), papers.shelf(web).read)
        digest = hashlib.sha256(content).hexdigest()
        audit.note(tx, web.app.clock, session.account.login, "monitoring.package", digest)
    return saved(content, f"城市监测自查-{window[1]:%Y-%m}.zip", "application/zip")


@router.get(PATH + "/files/{indicator}/{digest}")
def send_proof(web: House, session: AnySession, indicator: str, digest: str) -> Response:
    """A proof, to be saved; for whoever sees the indicator."""
    with web.transaction() as tx:
        found, _ = _standings(web, tx, session)
    held = (p for s in found if s.indicator.id == indicator for p in s.proofs)
    name = next((p.name for p in held if p.digest == digest), None)
    if name is None:
        raise _refused("这份佐证不在", "页面上的一份佐证")
    return saved(papers.shelf(web).read(digest), name, "application/octet-stream")


def _refused(found: str, expected: str) -> SelfCheckRefused:
    return SelfCheckRefused(found=found, expected=expected, todo="修改后再提交")
