"""考核: runs of scorecards and their ranks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from xinheng.core.errors import Kind, XinhengError
from xinheng.faces.app.activation import archived
from xinheng.faces.web.access import AnySession, Overseer, OwnForm, overseer, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import appraisal_views as views
from xinheng.faces.web.desk.exporting import Sheet, Wanted, send
from xinheng.faces.web.errors import RoleRefusedError
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import FormError, Tag, page_number, pages
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Agency, Role, Session
from xinheng.outward.appraisal import counting, model, ranking, service, steps
from xinheng.outward.appraisal.errors import AppraisalAbsent, AppraisalRefused
from xinheng.outward.appraisal.model import Outcome, Run, State
from xinheng.outward.appraisal.service import NewRun, Opened

router = APIRouter(include_in_schema=False)
PATH: Final = "/desk/appraisal"
ACT: Final = f"{PATH}/act"  # of forms that may carry a file
SIZE: Final = 20
MONTH: Final = re.compile(r"(20)\d\d-(0[1-9]|1[0-2])")
SAID: Final = {
    "computed": "已按截止时刻计算，可逐家核对、录入人工评分，再公布。",
    "published": "已公布，各单位可以提异议。",
    "final": "已定稿。",
    "same": "重算一致：逐字节相同。",
    "entered": "已录入。",
    "objected": "异议已提交，信用办在期限内答复。",
    "decided": "已答复。",
}


def pack_of(web: Web, tx: Transaction, run: Run) -> Pack:
    """The pack a run was computed under: the active one, or its archive."""
    digest = run.frame.pack.rpartition(":")[2]
    return web.app.pack if web.app.pack.digest == digest else archived(tx, digest)


def directs(session: Session, run: Run) -> bool:
    """Whether the account's office answers for the run: it ran it; the platform's own office, for all."""
    if session.account.role is not Role.OFFICE:
        return False
    return run.head is None or session.agency is None or run.head == session.agency.agency


def reads(session: Session, run: Run) -> bool:
    """Whether the account sees all cards of a run."""
    return session.account.role is Role.AUDITOR or directs(session, run)


# -- runs --------------------------------------------------------------------------------------------


@router.get(PATH, dependencies=[Depends(signed_in)])
def show_runs(web: House, session: AnySession, page: Annotated[str, Query(max_length=10)] = "") -> Response:
    """The runs of the account's office; for a unit those in which it is scored."""
    return _runs(web, session, page_number(page))


def _runs(
    web: Web,
    session: Session,
    number: int,
    errors: Sequence[FormError] = (),
    form: dict[str, str] | None = None,
) -> Response:
    day, said = web.today(), form or {}
    with web.transaction() as tx:
        found = service.listed(tx, list(State), SIZE + 1, (number - 1) * SIZE)
        lines = [line for run in found[:SIZE] if (line := _run_line(web, tx, session, run))]
    last = f"{date(day.year - (day.month == 1), (day.month - 2) % 12 + 1, 1):%Y-%m}"
    view = views.RunsView(
        lines=tuple(lines),
        cards=tuple(
            (card.id, card.name, card.note or "")
            for card in web.app.pack.appraisal.scorecards.values()
            if card.span.covers(day)
        ),
        may_run=session.account.role is Role.OFFICE,
        from_month=said.get("from", last),
        to_month=said.get("to", last),
        pages=pages(number, (number - 1) * SIZE + len(found), PATH, {}, SIZE),
        errors=tuple(errors),
    )
    status = 422 if errors else 200
    return web.render.private("desk/appraisals.html", "appraisal", status, view=view, who=who(session))


def _run_line(web: Web, tx: Transaction, session: Session, run: Run) -> views.RunLine | None:
    code = session.agency.code if session.agency else ""
    if not reads(session, run) and not (code and f'"code":"{code}"'.encode() in run.computed):
        return None
    card = service.scorecard(pack_of(web, tx, run), run.frame.scorecard)
    return views.RunLine(
        run=run.run,
        name=card.name,
        period=views.period(run),
        tag=Tag(model.NAMES[run.state], views.TONES[run.state]),
        made=f"{run.created_by}",
        href=f"{PATH}/{run.run}" if reads(session, run) else f"{PATH}/{run.run}/{quote(code)}",
    )


@router.post(PATH, dependencies=[Depends(overseer)])
def compute(web: House, session: Overseer, form: OwnForm) -> Response:
    """Count a card over whole months, now."""
    only_the_office(session)
    try:
        first, last = _month(form.get("from", "")), _month(form.get("to", ""))
        end = date(last.year + last.month // 12, last.month % 12 + 1, 1)
        with web.transaction() as tx:
            new = NewRun(form.get("card", ""), first, end, session.agency)
            counter = counting.Counting(tx)
            run = service.compute(tx, web.app.pack, new, counter, web.app.clock, session.account.login)
    except XinhengError as refusal:
        return _runs(web, session, 1, [error(refusal, "card")], form)
    return to(f"{PATH}/{run.run}?said=computed")


def _month(text: str) -> date:
    if not MONTH.fullmatch(text.strip()):
        raise AppraisalRefused(found=f"月份“{text[:10]}”", expected="写作 2026-01", todo="改写后重试")
    return date.fromisoformat(f"{text.strip()}-01")


# -- one run -----------------------------------------------------------------------------------------


@router.get(PATH + "/{run}", dependencies=[Depends(signed_in)])
def show_run(
    web: House, session: AnySession, run: UUID, wanted: Wanted, said: Annotated[str, Query()] = ""
) -> Response:
    """The ranks, for the office; a unit goes to its own card."""
    if wanted.form:
        return send(web, session, wanted, _sheet(web, session, run))
    return _run_page(web, session, run, SAID.get(said, ""))


def _run_page(
    web: Web, session: Session, run: UUID, said: str = "", errors: Sequence[FormError] = ()
) -> Response:
    with web.transaction() as tx:
        there = service.by_id(tx, run)
        if not reads(session, there):
            if session.agency is None:
                raise absent(run)
            return to(f"{PATH}/{run}/{quote(session.agency.code)}")
        pack = pack_of(web, tx, there)
        found = service.opened(tx, pack, there)
        names = agencies.by_ids(tx, [card.agency for card in found.cards])
    office = directs(session, there)
    view = views.RunView(
        run=run,
        title=found.card.name,
        tag=Tag(model.NAMES[there.state], views.TONES[there.state]),
        pairs=views.run_pairs(found, pack.cite(found.card.basis)),
        groups=tuple(f"{g.name} {g.points:f}" for g in found.card.groups),
        lines=tuple(_rank(found, card, names) for card in found.cards),
        may_publish=office and there.state is State.COMPUTED,
        may_finish=office and there.state is State.PUBLISHED,
        note=found.card.note or "",
        said=said,
        errors=tuple(errors),
    )
    status = 422 if errors else 200
    return web.render.private("desk/appraisal.html", "appraisal", status, view=view, who=who(session))


def _sheet(web: Web, session: Session, run: UUID) -> Sheet:
    with web.transaction() as tx:
        there = service.by_id(tx, run)
        if not reads(session, there):
            raise absent(run)
        found = service.opened(tx, pack_of(web, tx, there), there)
        names = agencies.by_ids(tx, [card.agency for card in found.cards])
    rows = [ranking.row(found, card, names) for card in found.cards]
    return Sheet("考核名次", ranking.columns(found), lambda _, limit, offset: rows[offset : offset + limit])


def _rank(found: Opened, card: model.Card, names: Mapping[UUID, Agency]) -> views.RankLine:
    waiting = sum(o.agency == card.agency and o.decided is None for o in found.objections)
    granted = sum(o.agency == card.agency and o.outcome is Outcome.CHANGED for o in found.objections)
    words = [f"待答复 {waiting}"] if waiting else []
    words += [f"调整 {granted}"] if granted else []
    return views.RankLine(
        rank=str(card.rank) if card.rank else "不排名",
        name=names[card.agency].name if card.agency in names else card.code,
        href=f"{PATH}/{found.run.run}/{quote(card.code)}",
        groups=tuple(views.shown(g.points) for g in card.total.groups),
        bonus=views.shown(card.total.bonus),
        total=views.shown(card.total.total),
        objections="，".join(words) or views.NONE,
    )


@router.post(PATH + "/{run}/{step}", dependencies=[Depends(overseer)])
def take_step(web: House, session: Overseer, run: UUID, step: str, form: OwnForm) -> Response:
    """Publish, finish or verify a run."""
    try:
        with web.transaction() as tx:
            there = service.by_id(tx, run)
            pack = pack_of(web, tx, there)
            if step != "verify" and not directs(session, there):
                raise absent(run)
            if step == "publish":
                steps.publish(tx, pack, run, web.app.clock, session.account.login)
            elif step == "finish":
                steps.finish(tx, pack, run, web.app.clock, session.account.login)
            elif step == "verify":
                service.verify(tx, pack, run, counting.Counting(tx))
            else:
                raise absent(run)
    except XinhengError as refusal:
        if refusal.kind is not Kind.CONFLICT:
            raise
        return _run_page(web, session, run, errors=[error(refusal)])
    said = {"publish": "published", "finish": "final", "verify": "same"}[step]
    return to(f"{PATH}/{run}?said={said}")


def saved(content: bytes, name: str, media: str) -> Response:
    """A file to be saved."""
    headers = {
        "cache-control": PRIVATE,
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "x-content-type-options": "nosniff",
    }
    return Response(content, media_type=media, headers=headers)


def error(refusal: XinhengError, field: str | None = None) -> FormError:
    """A refusal in the summary above a form."""
    return FormError(f"{refusal.found}。应为：{refusal.expected}。请{refusal.todo}（{refusal.code}）", field)


def absent(what: object) -> AppraisalAbsent:
    """The refusal for a run that is not there, or not for this asker."""
    return AppraisalAbsent(found=f"考核 {what}", expected="列表中的一次考核", todo="从列表中选择")


def only_the_office(session: Session) -> None:
    """Raises RoleRefusedError for an overseer who is not the credit office."""
    if session.account.role is not Role.OFFICE:
        raise RoleRefusedError(
            found=f"账号 {session.account.login} 只能查看", expected="信用办的账号", todo="请信用办办理"
        )


def to(address: str) -> Response:
    """To the page that shows what was done."""
    return RedirectResponse(address, 303, {"cache-control": PRIVATE})
