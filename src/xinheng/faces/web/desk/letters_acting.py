"""What is done about a letter: drafted, edited, issued, answered, judged, closed, followed, withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from xinheng.core.errors import Kind, XinhengError
from xinheng.faces.web.access import AnySession, OwnForm, signed_in
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import letters as desk
from xinheng.faces.web.desk.cases_reach import actor
from xinheng.faces.web.desk.papers import Paper, take
from xinheng.faces.web.errors import ParameterError, RoleRefusedError, status_of
from xinheng.faces.web.views import FormError
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access.model import Session
from xinheng.outward.documents.attachments import Attachment
from xinheng.outward.letters import answering, issuing, service
from xinheng.outward.letters.model import Letter
from xinheng.outward.letters.service import Edited
from xinheng.outward.letters.wording import answered, paragraphs_of

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
PAPER: Final = f"{desk.PATH}/paper"  # forms with a file: their limit is that of files
UPLOADS: Final = (PAPER,)
SHOWN: Final = (Kind.INVALID, Kind.CONFLICT)  # refusals that stand on the page itself
Act = Callable[[Transaction], Letter]


@router.post(desk.PATH + "/{letter}/edit")
def edit(web: House, session: AnySession, letter: UUID, form: OwnForm) -> Response:
    """Keep the text of a draft."""

    def keep(tx: Transaction) -> Letter:
        text = Edited(
            title=form.get("title", ""),
            paragraphs=paragraphs_of(form.get("text", "")),
            due_on=_day(form.get("due_on", "")),
            note=form.get("note", "").strip() or None,
        )
        return service.edit(tx, letter, text, web.app.clock, actor(session))

    return _office_does(web, session, letter, form, keep)


@router.post(desk.PATH + "/{letter}/issue")
def issue(web: House, session: AnySession, letter: UUID, form: OwnForm) -> Response:
    """Number it and put it on the agency's desk."""
    return _office_does(
        web,
        session,
        letter,
        form,
        lambda tx: issuing.issue(tx, letter, web.app.pack, web.app.clock, actor(session)),
    )


@router.post(desk.PATH + "/{letter}/discard")
def discard(web: House, session: AnySession, letter: UUID, form: OwnForm) -> Response:
    """Throw a draft away."""
    return _office_does(
        web, session, letter, form, lambda tx: service.discard(tx, letter, web.app.clock, actor(session))
    )


@router.post(desk.PATH + "/{letter}/judge")
def judge(web: House, session: AnySession, letter: UUID, form: OwnForm) -> Response:
    """Accept an answer, or return it with a reason."""
    return _office_does(
        web,
        session,
        letter,
        form,
        lambda tx: answering.judge(
            tx,
            letter,
            accept=form.get("to") == "accept",
            reason=form.get("reason", ""),
            pack=web.app.pack,
            clock=web.app.clock,
            actor=actor(session),
        ),
    )


@router.post(desk.PATH + "/{letter}/escalate")
def escalate(web: House, session: AnySession, letter: UUID, form: OwnForm) -> Response:
    """A draft of the next step."""
    return _office_does(
        web,
        session,
        letter,
        form,
        lambda tx: answering.escalate(tx, letter, web.app.pack, web.app.clock, actor(session)),
    )


@router.post(desk.PATH + "/{letter}/withdraw")
def withdraw(web: House, session: AnySession, letter: UUID, form: OwnForm) -> Response:
    """A draft of the letter that withdraws this one."""
    why = form.get("reason", "")
    return _office_does(
        web,
        session,
        letter,
        form,
        lambda tx: answering.withdraw(tx, letter, why, web.app.pack, web.app.clock, actor(session)),
    )


def _office_does(web: Web, session: Session, letter: UUID, form: OwnForm, act: Act) -> Response:
    desk.require_office(session)
    return _does(web, session, letter, form, act)


def _does(web: Web, session: Session, letter: UUID, form: OwnForm, act: Act) -> Response:
    """Do it and lead to the letter that came of it; a refusal stands on the page with what was typed."""
    try:
        with web.transaction() as tx:
            desk.seen(web, tx, session, letter)
            after = act(tx)
    except XinhengError as refusal:
        if refusal.kind not in SHOWN:
            raise
        errors = [_error(refusal, refusal.where or "")]
        return desk.letter_page(web, session, letter, form, errors, status_of(refusal))
    return _to(after.letter)


# -- with a file -------------------------------------------------------------------------------------


@router.post(PAPER)
async def paper(request: Request, web: House, session: AnySession) -> Response:
    """An answer, or the closing, with one file as proof where there is one."""
    got = await take(request, web, session)
    return await run_in_threadpool(_with_paper, web, session, got)


def _with_paper(web: Web, session: Session, got: Paper) -> Response:
    letter = desk.uuid_of(got.text("letter"))
    if letter is None:
        raise ParameterError(
            found="表单里没有函件编号", expected="函件页面上的表单", todo="从函件页面重新提交"
        )
    closing = got.text("do") == "close"
    with web.transaction() as tx:
        there = desk.seen(web, tx, session, letter)
    if ("close" if closing else "reply") not in desk.may(session, there):
        _refuse(session, closing=closing)

    def does(tx: Transaction) -> Letter:
        do = answering.close if closing else answering.reply
        answered(got.text("text"))  # before the file is put in place: refused words leave none behind
        kept = _kept(web, got)
        return do(tx, letter, got.text("text"), kept, web.app.pack, web.app.clock, actor(session))

    return _does(web, session, letter, dict(got.fields), does)


def _refuse(session: Session, *, closing: bool) -> None:
    raise RoleRefusedError(
        found=f"账号 {session.account.login} 现在不能{'销号' if closing else '答复'}",
        expected="发函单位的信用办账号" if closing else "收函单位的账号，并且函件还在等待答复",
        todo="重新打开这件函，看清现状后再办",
    )


def _kept(web: Web, got: Paper) -> tuple[Attachment, ...]:
    """The file put in place. Raises AttachmentRefused."""
    return () if got.name is None else (desk.shelf(web).put(got.content, got.name),)


def _error(refusal: XinhengError, field: str) -> FormError:
    known = ("title", "text", "note", "due_on")
    return FormError(f"{refusal.found}。应为：{refusal.expected}", field if field in known else None)


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ParameterError(
            found=f"日期“{text[:20]}”", expected="如 2026-03-05", todo="改正后再保存", where="due_on"
        ) from None


def _to(letter: UUID) -> Response:
    return RedirectResponse(f"{desk.PATH}/{letter}", 303)
