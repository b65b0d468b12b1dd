"""What is done about an assessment: draw, hand out and take in the sheet, appeal, reply, close; its files."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from xinheng.core.errors import Kind, XinhengError
from xinheng.core.times import SHANGHAI
from xinheng.faces.web.access import AnySession, signed_in
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import assessments as desk
from xinheng.faces.web.desk import papers
from xinheng.faces.web.desk.appraisal import error, saved, to
from xinheng.faces.web.desk.appraisal_report import WRITERS, noted
from xinheng.faces.web.desk.cases_reach import actor
from xinheng.faces.web.desk.papers import Paper
from xinheng.faces.web.errors import RoleRefusedError
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Role, Session
from xinheng.outward.appraisal import appeals, assessing, reporting
from xinheng.outward.appraisal.appeals import NewAppeal, Reply
from xinheng.outward.appraisal.errors import AssessmentRefused
from xinheng.outward.appraisal.model import Evidence, Outcome
from xinheng.outward.appraisal.model_assessment import Assessment, Verdict

router = APIRouter(include_in_schema=False)
ACT: Final = f"{desk.PATH}/act"
CSV: Final = "text/csv; charset=utf-8"


@router.post(ACT, dependencies=[Depends(signed_in)])
async def act(request: Request, web: House, session: AnySession) -> Response:
    """Everything that is done about an assessment; a sheet or a proof may come with it."""
    paper = await papers.take(request, web, session)
    return await run_in_threadpool(_acted, web, session, paper)


def _acted(web: Web, session: Session, paper: Paper) -> Response:
    try:
        assessment = UUID(paper.text("assessment"))
    except ValueError:
        raise assessing.absent(paper.text("assessment")) from None
    try:
        evidence = papers.kept(web, paper) if paper.text("do") == "appeal" else ()
        with web.transaction() as tx:
            one = desk.allowed(tx, session, assessment)
            said = _done(web, tx, session, one, paper, evidence)
    except XinhengError as refusal:
        if refusal.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        return desk.one_page(web, session, assessment, errors=[error(refusal)])
    return to(f"{desk.PATH}/{assessment}?said={said}")


def _done(
    web: Web, tx: Transaction, session: Session, one: Assessment, paper: Paper, evidence: Evidence
) -> str:
    pack, clock, login = web.app.pack, web.app.clock, session.account.login
    office = desk.runs(session, one)
    judges = office or (session.account.role is Role.ASSESSOR and desk.whole(session, one))
    match paper.text("do"):
        case "draw" if office:
            assessing.draw(tx, one.assessment, paper.text("seed"), paper.text("source"), clock, login)
            return "drawn"
        case "results" if judges:
            assessing.take_in(tx, pack, one.assessment, _content(paper), clock, login)
            return "imported"
        case "finds" if judges:
            appeals.take_finds(tx, pack, one.assessment, _content(paper), clock, login)
            return "found"
        case "appeal" if session.account.agency is not None and not desk.whole(session, one):
            words = NewAppeal(session.account.agency, _line(paper), paper.text("words"), evidence)
            appeals.appeal(tx, pack, one.assessment, words, clock, login)
            return "appealed"
        case ("upheld" | "right" | "wrong" | "unclear") as how if office:
            changed = None if how == "upheld" else Verdict(how)
            outcome = Outcome.CHANGED if changed else Outcome.UPHELD
            reply = Reply(_line(paper), outcome, paper.text("words"), changed)
            appeals.reply(tx, one.assessment, reply, clock, actor(session))
            return "replied"
        case "finish" if office:
            appeals.finish(tx, pack, one.assessment, clock, login)
            return "final"
    raise RoleRefusedError(
        found=f"账号 {login} 不能对这次评估这样做",
        expected="信用办抽样、答复、定稿；评估机构导入结果；单位申诉自己的行",
        todo="换用有这项权限的账号",
    )


def _content(paper: Paper) -> bytes:
    if paper.name is None:
        raise AssessmentRefused(found="没有选文件", expected="填好的 CSV 表", todo="选择文件后再提交")
    return paper.content


def _line(paper: Paper) -> int:
    text = paper.text("line")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


# -- files -------------------------------------------------------------------------------------------


@router.get(desk.PATH + "/{assessment}/sheet.csv", dependencies=[Depends(signed_in)])
def send_sheet(web: House, session: AnySession, assessment: UUID) -> Response:
    """The sample as a sheet to be filled in; for whoever sees the whole sample."""
    with web.transaction() as tx:
        one = _whole(tx, session, assessment)
        content = assessing.sheet(tx, web.app.pack, assessment)
        noted(web, tx, session, f"评估样本 {one.name}", content.count(b"\n") - 1, content, "csv")
    return saved(content, f"样本-{one.name}.csv", CSV)


@router.get(desk.PATH + "/{assessment}/report.{kind}", dependencies=[Depends(signed_in)])
def send_report(web: House, session: AnySession, assessment: UUID, kind: str) -> Response:
    """The final report as an official paper."""
    if kind not in WRITERS:
        raise assessing.absent(kind)
    with web.transaction() as tx:
        one = _whole(tx, session, assessment)
        report = assessing.report(tx, assessment)
        bodies = agencies.by_ids(tx, {line.agency for line in assessing.lines(tx, assessment)})
        office = agencies.by_ids(tx, [one.office] if one.office else [])
    issuer = next((a.name for a in office.values()), web.app.settings.site_name)
    at = one.finished or one.committed
    document = reporting.document(
        report,
        {a.code: a.name for a in bodies.values()},
        {i.id: i.name for i in web.app.pack.items.values()},
        issuer,
        at.astimezone(SHANGHAI).date(),
    )
    write, media, form = WRITERS[kind]
    content = write(document)
    with web.transaction() as tx:
        noted(web, tx, session, document.title, len(bodies), content, form)
    return saved(content, f"评估报告-{one.name}.{kind}", media)


@router.get(desk.PATH + "/{assessment}/files/{digest}", dependencies=[Depends(signed_in)])
def send_proof(web: House, session: AnySession, assessment: UUID, digest: str) -> Response:
    """A proof that came with an appeal, to be saved."""
    with web.transaction() as tx:
        one = desk.allowed(tx, session, assessment)
        own = None if desk.whole(session, one) else session.account.agency
        lines = assessing.lines(tx, assessment, own)
    name = next((n for line in lines for d, n in line.evidence if d == digest), None)
    if name is None:
        raise assessing.absent(digest)
    return saved(papers.shelf(web).read(digest), name, "application/octet-stream")


def _whole(tx: Transaction, session: Session, assessment: UUID) -> Assessment:
    one = desk.allowed(tx, session, assessment)
    if not desk.whole(session, one):
        raise assessing.absent(assessment)
    return one
