"""Objections to a record: the first source looks at what another said, and corrects or stands by it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from xinheng.core.times import Known
from xinheng.evidence.intake import reviews as rows
from xinheng.faces.web.access import AnySession, OwnForm, scope, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import reviews_views as views
from xinheng.faces.web.desk.codes import actor_of, may_decide, require_decider, said
from xinheng.faces.web.desk.reviews import held
from xinheng.faces.web.views import FormError, Pair, moment
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit
from xinheng.office.access.model import Session
from xinheng.office.cases import service as cases
from xinheng.office.cases.errors import CaseAbsent, NoteRefused
from xinheng.office.cases.model import NAMES, Case

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
PATH: Final = "/desk/record-objections"


def _own(tx: Transaction, session: Session, number: UUID) -> Case:
    """An objection that this account may see. Raises CaseAbsent."""
    case = cases.by_id(tx, number)
    seen = scope(session)
    mine = seen is None or not seen.isdisjoint((case.owner, case.opener))
    if case.kind != rows.OBJECTION or not mine:
        raise CaseAbsent(number)
    return case


@router.get(f"{PATH}/{{case}}")
def show(web: House, session: AnySession, case: UUID) -> Response:
    """One objection: what is held, what the other one said."""
    with web.transaction() as tx:
        return _page(web, tx, session, _own(tx, session, case), views.Filled())


def _page(web: Web, tx: Transaction, session: Session, case: Case, filled: views.Filled) -> Response:
    asked = rows.review(tx, UUID(case.detail["review"]))
    fields = held(tx, asked.record)[1]
    outcome = rows.ANSWERS.get(case.outcome or "")
    view = views.ReviewView(
        action=f"{PATH}/{case.case}",
        title="记录异议：其他信源报送的内容不一致",
        pairs=(
            Pair("状态", NAMES[case.state]),
            Pair("信衡编号", str(asked.record), mono=True, wide=True),
            Pair("信用办说明", case.detail.get("reason"), wide=True),
            Pair("提出", moment(Known(case.opened))),
            Pair("期限", None, otherwise="没有期限：法律依据待核实"),
            *((Pair("答复", outcome),) if outcome else ()),
            *(Pair("说明", s.note, wide=True, note=s.actor) for s in cases.history(tx, case.case)),
        ),
        options=(
            ("corrected", rows.ANSWERS["corrected"], "先用信衡编号报送更正后的行，再在这里答复。"),
            ("stands", rows.ANSWERS["stands"], "写明核实的依据，如决定书原件。"),
        ),
        chosen=filled.form.get("decision", ""),
        differences=views.differences(asked, web.app.pack.item(asked.item), fields),
        may_decide=case.closed is None and may_decide(session, case.owner),
        note=filled.form.get("note", ""),
        errors=(filled.error,) if filled.error else (),
    )
    return web.render.private(
        "desk/review.html", "cases", review=view, who=who(session), status=400 if view.errors else 200
    )


@router.post(f"{PATH}/{{case}}")
def answer(web: House, session: AnySession, case: UUID, form: OwnForm) -> Response:
    """The source's answer, with its reason."""
    outcome, note = form.get("decision", ""), form.get("note", "")
    with web.transaction() as tx:
        there = _own(tx, session, case)
        require_decider(session, there.owner)
        if outcome not in rows.ANSWERS:
            filled = views.Filled(form, FormError("请选择办理意见", "decision"))
            return _page(web, tx, session, there, filled)
    try:
        with web.transaction() as tx:
            rows.answer_objection(tx, case, outcome, note, actor_of(session), web.app.clock)
            account = session.account
            detail = f"{there.ref} {outcome} {note}"
            audit.note(tx, web.app.clock, account.login, "review.objection", detail, account.account)
    except NoteRefused as refusal:
        with web.transaction() as tx:
            return _page(web, tx, session, there, views.Filled(form, FormError(said(refusal), "note")))
    return RedirectResponse(f"{PATH}/{case}", 303)
