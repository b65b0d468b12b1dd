"""Submissions on their way: where each stands, a colleague's 审核, taking back, mending what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from xinheng.core.errors import Kind, XinhengError
from xinheng.core.times import Known
from xinheng.evidence.intake import preview as dry
from xinheng.evidence.intake.model import Outcome
from xinheng.evidence.intake.model import Request as Submitting
from xinheng.evidence.submissions import drafts
from xinheng.evidence.submissions import service as submissions
from xinheng.evidence.submissions.errors import NoteRefusedError, SubmissionAbsentError
from xinheng.evidence.submissions.model import Filter, State, Step, Submission, steps
from xinheng.faces.web.access import Handler, OwnForm, handler, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk.exporting import Sheet, Wanted, send
from xinheng.faces.web.desk.form_start import actor
from xinheng.faces.web.desk.handing import SUBMISSIONS, after_handing_in, publish
from xinheng.faces.web.desk.preview_views import RETURNED_SHOWN, ROWS_LOOKED_AT, sample_row
from xinheng.faces.web.desk.receipt_views import WAYS, figures, reason_rows
from xinheng.faces.web.desk.review_views import (
    MOVING,
    PROGRESS,
    SubmissionLine,
    SubmissionsView,
    SubmissionView,
    sender_text,
    state_tag,
    submission_pairs,
)
from xinheng.faces.web.errors import status_of
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import FormError, Turn, grouped, moment
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import accounts
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Agency, Session

router = APIRouter(include_in_schema=False, dependencies=[Depends(handler)])
PAGE: Final = 30
AGAIN: Final = "5"  # seconds after which a page about something that moves is asked for again
OPEN = (State.WAITING, State.REFUSED, State.QUEUED, State.RUNNING, State.FAILED)
CHOICES: Final[Mapping[str, tuple[str, tuple[State, ...]]]] = {
    "open": ("没有办完", OPEN),
    "waiting": ("待审核", (State.WAITING,)),
    "refused": ("审核退回", (State.REFUSED,)),
    "moving": ("办理中", MOVING),
    "failed": ("未受理", (State.FAILED,)),
    "done": ("已完成", (State.DONE,)),
}


@router.get(SUBMISSIONS)
def show_submissions(
    web: House,
    session: Handler,
    sent_out: Wanted,
    state: Annotated[str, Query(max_length=10)] = "open",
    before: Annotated[UUID | None, Query()] = None,
) -> Response:
    """The agency's submissions by how far they have come, newest first."""
    chosen = state if state in CHOICES else "open"
    if sent_out.form:
        return send(web, session, sent_out, _sheet(web, session, chosen))
    mine = _agency(session)
    wanted = Filter(agencies=(mine,), states=CHOICES[chosen][1], before=before)
    with web.transaction() as tx:
        found = submissions.listed(tx, wanted, PAGE + 1)
        counted = submissions.counts(tx, [mine])
        lines = _lines(web, tx, session, found[:PAGE])
    view = SubmissionsView(
        chosen=chosen,
        filters=tuple(
            (key, text, grouped(sum(counted.get(s, 0) for s in states)))
            for key, (text, states) in CHOICES.items()
        ),
        lines=lines,
        turn=Turn(
            page=1,
            first=f"{SUBMISSIONS}?state={chosen}" if before else None,
            next=f"{SUBMISSIONS}?state={chosen}&before={found[PAGE - 1].id}" if len(found) > PAGE else None,
        ),
    )
    return web.render.private("desk/submissions.html", "submissions", submissions=view, who=who(session))


def _sheet(web: Web, session: Session, chosen: str) -> Sheet:
    """The list as it leaves the house, read from where the last page ended."""
    last: list[UUID | None] = [None]

    def read(tx: Transaction, limit: int, offset: int) -> list[tuple[str, ...]]:
        wanted = Filter(agencies=(_agency(session),), states=CHOICES[chosen][1], before=last[0])
        found = submissions.listed(tx, wanted, limit)
        last[0] = found[-1].id if found else last[0]
        return [
            (
                *(line.when, line.state.text, line.way, line.item_name, line.file_name, line.who),
                *(line.for_whom, str(line.receipt or "")),
            )
            for line in _lines(web, tx, session, found)
        ]

    return Sheet("办理中的报送", ("时间", "状态", "方式", "事项", "文件", "提交人", "代录", "回执编号"), read)


def _lines(
    web: Web, tx: Transaction, session: Session, found: list[Submission]
) -> tuple[SubmissionLine, ...]:
    people, known = _people(tx), _agencies(tx, found)
    items = web.app.pack.items
    return tuple(
        SubmissionLine(
            id=f.id,
            when=moment(Known(f.created)),
            state=state_tag(f.state),
            way=WAYS[f.way],
            item_name=items[f.item].name if f.item in items else f.item,
            file_name=f.file_name,
            who=sender_text(f, people),
            for_whom=_behalf(f, known),
            receipt=f.receipt,
            mine_to_review=f.state is State.WAITING and f.may_review(actor(session)),
        )
        for f in found
    )


@router.get(SUBMISSIONS + "/{submission}")
def show_submission(web: House, session: Handler, submission: UUID) -> Response:
    """Where one stands; what waits is shown to the colleague as it would go in."""
    return _page(web, session, _own(web, session, submission))


@router.post(SUBMISSIONS + "/{submission}/approve")
def approve(web: House, session: Handler, submission: UUID, _: OwnForm) -> Response:
    """A colleague lets it go."""
    found = _own(web, session, submission)
    if found.state is State.DONE:  # the first of two clicks
        return after_handing_in(web, found)
    with web.turns.turn():
        sent = submissions.approve(web.app, submission, actor(session))
    publish(web, sent)
    return after_handing_in(web, sent)


@router.post(SUBMISSIONS + "/{submission}/refuse")
def refuse(web: House, session: Handler, submission: UUID, form: OwnForm) -> Response:
    """A colleague sends it back, with a reason."""
    found = _own(web, session, submission)
    reason = form.get("reason", "")
    try:
        submissions.refuse(web.app, submission, actor(session), reason)
    except NoteRefusedError as refusal:
        told = FormError(f"{refusal.found}；应为：{refusal.expected}", "reason")
        return _page(web, session, found, status_of(refusal), reason=reason, errors=(told,))
    return _back(submission)


@router.post(SUBMISSIONS + "/{submission}/take-back")
def take_back(web: House, session: Handler, submission: UUID, _: OwnForm) -> Response:
    """Its sender withdraws it."""
    _own(web, session, submission)
    submissions.take_back(web.app, submission, actor(session))
    return _back(submission)


@router.post(SUBMISSIONS + "/{submission}/reopen")
def reopen(web: House, session: Handler, submission: UUID, _: OwnForm) -> Response:
    """What was typed in a form and came back becomes a draft again."""
    _own(web, session, submission)
    found = drafts.reopen(web.app, submission, actor(session))
    return RedirectResponse(f"/desk/form/{found.item}?draft={found.id}", 303, {"cache-control": PRIVATE})


def _back(submission: UUID) -> Response:
    return RedirectResponse(f"{SUBMISSIONS}/{submission}", 303, {"cache-control": PRIVATE})


def _own(web: Web, session: Session, submission: UUID) -> Submission:
    """A submission of this agency. Raises SubmissionAbsentError; a colleague's draft is nobody else's."""
    with web.transaction() as tx:
        found = submissions.by_id(tx, submission, [_agency(session)])
    if found.state is State.DRAFT and not found.is_senders(actor(session)):
        raise SubmissionAbsentError(submission)
    return found


def _page(
    web: Web,
    session: Session,
    found: Submission,
    status: int = 200,
    reason: str = "",
    errors: tuple[FormError, ...] = (),
) -> Response:
    view = replace(_view(web, session, found), reason=reason, errors=errors)
    page = web.render.private("desk/submission.html", "submissions", status, sub=view, who=who(session))
    if view.moving:
        page.headers["refresh"] = AGAIN  # without script; a reader of the page has a link too
    return page


def _view(web: Web, session: Session, found: Submission) -> SubmissionView:
    acting = actor(session)
    with web.transaction() as tx:
        people, known = _people(tx), _agencies(tx, [found])
    items = web.app.pack.items
    own = found.is_senders(acting)
    view = SubmissionView(
        id=found.id,
        state=state_tag(found.state),
        progress=PROGRESS[found.state],
        pairs=submission_pairs(
            found,
            items[found.item].name if found.item in items else found.item,
            known[found.agency].name if found.agency in known else "—",
            people,
            _behalf(found, known),
        ),
        receipt=found.receipt,
        note=found.note or "",
        refusal=found.error,
        moving=found.state in MOVING,
        may_review=found.state is State.WAITING and found.may_review(acting),
        may_take_back=own and Step.TAKE_BACK in steps(found.state) and found.state not in MOVING,
        may_reopen=own and found.state is State.REFUSED and found.way.value == "form",
        own=own,
    )
    return _with_preview(web, found, view) if found.state is State.WAITING else view


def _with_preview(web: Web, found: Submission, view: SubmissionView) -> SubmissionView:
    """What would become of it, as the colleague needs to know before letting it go."""
    item = web.app.pack.item(found.item)
    bench = dry.Bench(web.app.engine, web.app.pack, web.app.clock, web.app.incoming)
    try:
        with drafts.content(web.app, found.id) as path, web.turns.turn():
            said = submissions.constants(web.app, found)
            asked = Submitting(path, found.file_name, found.item, found.profile, said, found.mapping)
            with dry.looked_through(bench, replace(asked, sheet=found.sheet)) as look:
                back = (r for r in islice(look.rows, ROWS_LOOKED_AT) if r.outcome is Outcome.RETURNED)
                return replace(
                    view,
                    figures=figures(look.receipt.counts, future=True),
                    notes=look.receipt.notes,
                    returned=reason_rows(item, islice(back, RETURNED_SHOWN)),
                    samples=tuple(sample_row(item, sample) for sample in look.samples),
                )
    except XinhengError as refusal:
        if refusal.kind not in (Kind.INVALID, Kind.ABSENT):
            raise
        said = {name: text or "" for name, text in refusal.as_dict().items()}
        return replace(view, refusal=said)


def _agency(session: Session) -> UUID:
    return session.agency.agency if session.agency else UUID(int=0)


def _people(tx: Transaction) -> dict[UUID, str]:
    return {a.account: a.name for a in accounts.listed(tx)}


def _agencies(tx: Transaction, found: list[Submission]) -> Mapping[UUID, Agency]:
    ids = {f.agency for f in found} | {f.behalf for f in found if f.behalf}
    return agencies.by_ids(tx, ids)


def _behalf(found: Submission, known: Mapping[UUID, Agency]) -> str:
    """Who entered it, where that is not the source."""
    return known[found.behalf].name if found.behalf is not None and found.behalf in known else ""
