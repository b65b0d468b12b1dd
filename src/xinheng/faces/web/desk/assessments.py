"""第三方评估: frames and what became of them.

The assessor sees what was given to it, an agency its own lines once there are results, the office and the
auditor everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from xinheng.core.errors import XinhengError
from xinheng.evidence.ledger import sourced
from xinheng.faces.web.access import AnySession, Overseer, check_token, overseer, oversees, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import assessments_views as views
from xinheng.faces.web.desk.appraisal import error, only_the_office, to
from xinheng.faces.web.views import FormError, Tag, page_number, pages
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import accounts, moving
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Agency, AgencyKind, Role, Session
from xinheng.office.access.model_tree import By
from xinheng.outward.appraisal import assessing
from xinheng.outward.appraisal import model_assessment as assessed
from xinheng.outward.appraisal.assessing import NewAssessment
from xinheng.outward.appraisal.errors import AssessmentRefused
from xinheng.outward.appraisal.model_assessment import Assessment, State

router = APIRouter(include_in_schema=False)
PATH: Final = "/desk/assessments"
SIZE: Final = 20
LINES: Final = 50
SAID: Final = {
    "committed": "抽样框已固定，摘要已公布。到种子产生的日子再抽样。",
    "drawn": "样本已抽出，可以导出样本表。",
    "imported": "结果已导入，单位可以申诉。",
    "found": "已登记，并转为疑似瞒报核查。",
    "appealed": "申诉已提交，信用办在期限内答复。",
    "replied": "已答复。",
    "final": "已定稿。",
}


def runs(session: Session, one: Assessment | None = None) -> bool:
    """Whether the account fixes frames; with an assessment, whether its office draws, replies and closes."""
    if session.account.role is not Role.OFFICE:
        return False
    return one is None or one.office is None or session.agency is None or one.office == session.agency.agency


def whole(session: Session, one: Assessment) -> bool:
    """Whether the account sees the whole sample: office (a lower one, those of its place), auditor, and the
    assessor it was given to."""
    given = session.account.role is Role.ASSESSOR and one.assessor == session.account.account
    return given or (oversees(session) and (session.reach is None or one.office in session.reach))


def allowed(tx: Transaction, session: Session, assessment: UUID) -> Assessment:
    """The assessment, if the account may see any of it. Raises AssessmentAbsent."""
    one = assessing.by_id(tx, assessment)
    if whole(session, one):
        return one
    own = session.account.agency
    if own is None or one.imported is None or not assessing.lines(tx, assessment, own):
        raise assessing.absent(assessment)
    return one


# -- the list ----------------------------------------------------------------------------------------


@router.get(PATH, dependencies=[Depends(signed_in)])
def show_list(web: House, session: AnySession, page: Annotated[str, Query(max_length=10)] = "") -> Response:
    """The assessments this account may see."""
    return _list(web, session, page_number(page))


def _list(
    web: Web,
    session: Session,
    number: int,
    errors: Sequence[FormError] = (),
    form: Mapping[str, str] | None = None,
) -> Response:
    role, day = session.account.role, web.today()
    assessor = session.account.account if role is Role.ASSESSOR else None
    sees_all = role in (Role.OFFICE, Role.AUDITOR)
    agency = None if sees_all or assessor else session.account.agency or UUID(int=0)
    with web.transaction() as tx:
        found = assessing.listed(tx, assessor, agency, SIZE + 1, (number - 1) * SIZE, session.reach)
        people = accounts.listed(tx) if runs(session) else []
        there = _bodies(tx, session, day) if runs(session) else []
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    blank = {
        "from": str(first),
        "to": str(day - timedelta(days=1)),
        "least": "5",
        "percent": "5",
        "seed_on": str(day + timedelta(days=7)),
    }
    view = views.ListView(
        lines=tuple(views.list_line(one, PATH) for one in found[:SIZE]),
        may_commit=runs(session),
        bodies=tuple((a.code, a.name) for a in there),
        items=tuple((i.id, i.name) for i in web.app.pack.items.values() if i.marks.shown and not i.secret),
        assessors=tuple((a.login, a.name) for a in people if a.role is Role.ASSESSOR and not a.disabled),
        form={**blank, **(form or {})},
        pages=pages(number, (number - 1) * SIZE + len(found), PATH, {}, SIZE),
        errors=tuple(errors),
    )
    status = 422 if errors else 200
    return web.render.private("desk/assessments.html", "assessments", status, view=view, who=who(session))


def _bodies(tx: Transaction, session: Session, day: date) -> list[Agency]:
    """Whose records may be assessed by the account's office, by code."""
    ids = moving.scope(tx, session.agency, day, By.PLACE)
    found = agencies.by_ids(tx, ids).values()
    return sorted((a for a in found if a.kind is not AgencyKind.OFFICE), key=lambda a: a.code)


@router.post(PATH, dependencies=[Depends(overseer)])
async def commit(request: Request, web: House, session: Overseer) -> Response:
    """Fix a frame. Boxes of one name may be ticked several times, so the form is read here."""
    form = await request.form(max_fields=2_000)
    plain = {name: value for name, value in form.items() if isinstance(value, str)}
    check_token(session, plain)
    ticked = {name: tuple(v for v in form.getlist(name) if isinstance(v, str)) for name in ("body", "item")}
    return await run_in_threadpool(_commit, web, session, plain, ticked)


def _commit(
    web: Web, session: Session, form: Mapping[str, str], ticked: Mapping[str, tuple[str, ...]]
) -> Response:
    only_the_office(session)
    try:
        with web.transaction() as tx:
            there = _bodies(tx, session, web.today())
            chosen = set(ticked["body"])
            login = form.get("assessor", "")
            new = NewAssessment(
                name=form.get("name", ""),
                bodies=[a for a in there if a.code in chosen],
                items=ticked["item"],
                from_on=_day(form, "from"),
                to_on=_day(form, "to") + timedelta(days=1),
                least=_number(form, "least"),
                percent=_number(form, "percent"),
                seed_rule=form.get("seed_rule", ""),
                seed_on=_day(form, "seed_on"),
                assessor=accounts.by_login(tx, login).account if login else None,
                office=session.account.agency,
            )
            made = assessing.commit(tx, web.app.pack, new, web.app.clock, session.account.login)
    except XinhengError as refusal:
        return _list(web, session, 1, [error(refusal, "name")], form)
    return to(f"{PATH}/{made.assessment}?said=committed")


def _day(form: Mapping[str, str], name: str) -> date:
    try:
        return date.fromisoformat(form.get(name, "").strip())
    except ValueError:
        raise _refused(f"日期“{form.get(name, '')[:12]}”", "写作 2026-01-31") from None


def _number(form: Mapping[str, str], name: str) -> int:
    text = form.get(name, "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise _refused(f"“{text[:12]}”", "整数")
    return int(text)


# -- one assessment ----------------------------------------------------------------------------------


@router.get(PATH + "/{assessment}", dependencies=[Depends(signed_in)])
def show_one(
    web: House,
    session: AnySession,
    assessment: UUID,
    said: Annotated[str, Query(max_length=20)] = "",
    page: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """What was fixed, the sample, what was found, the rates."""
    return one_page(web, session, assessment, page_number(page), SAID.get(said, ""))


def one_page(
    web: Web,
    session: Session,
    assessment: UUID,
    number: int = 1,
    said: str = "",
    errors: Sequence[FormError] = (),
) -> Response:
    """The page of one assessment, for whoever may see it."""
    pack, day = web.app.pack, web.today()
    with web.transaction() as tx:
        one = allowed(tx, session, assessment)
        sees = whole(session, one)
        found = assessing.lines(tx, assessment, None if sees else session.account.agency)
        part = found[(number - 1) * LINES : number * LINES]
        about = sourced.named(tx, [line.record for line in part])
        bodies = agencies.by_ids(tx, {line.agency for line in found})
        report = assessing.report(tx, assessment) if one.finished and sees else None
    until = assessing.appeal_until(pack, one)
    running = one.state is State.IMPORTED and (until is None or day <= until)
    may = views.May(session.account.agency if not sees else None, runs(session, one), running)
    base = f"{PATH}/{assessment}"
    told = views.rates(report, {a.code: a.name for a in bodies.values()}, pack) if report else None
    mine = runs(session, one) or session.account.role is Role.ASSESSOR
    view = views.View(
        assessment=assessment,
        name=one.name,
        tag=Tag(assessed.STATES[one.state], views.TONES[one.state]),
        pairs=views.pairs(one, until),
        rates=told[0] if told else (),
        total=told[1] if told else None,
        method=told[2] if told else "",
        lines=tuple(
            views.sample_line(
                line, about.get(line.record, (None, None)), bodies.get(line.agency), pack, may, base
            )
            for line in part
        ),
        may_draw=runs(session, one) and one.state is State.COMMITTED and day >= one.seed_on,
        draws_from=str(one.seed_on),
        may_import=mine and one.state in (State.DRAWN, State.IMPORTED),
        may_finish=runs(session, one) and one.state is State.IMPORTED,
        drawn=one.drawn is not None,
        final=one.finished is not None,
        whole=sees,
        pages=pages(number, len(found), base, {}, LINES),
        said=said,
        errors=tuple(errors),
    )
    status = 422 if errors else 200
    return web.render.private("desk/assessment.html", "assessments", status, view=view, who=who(session))


def _refused(found: str, expected: str) -> AssessmentRefused:
    return AssessmentRefused(found=found, expected=expected, todo="改写后再提交")
