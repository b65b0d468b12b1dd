"""核对: what waits for the credit office's decision, looked at and closed with reason and name.

Two kinds: names and codes of organisations (subjects), and rows that say something else than the record they
meet (intake). Nothing merges, and the office changes no fact by itself.
"""

from __future__ import annotations

import json
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from xinheng.evidence.intake import reviews as rows
from xinheng.evidence.intake.review_store import RecordReview
from xinheng.evidence.intake.reviews import Ending
from xinheng.evidence.ledger import history
from xinheng.evidence.ledger.model import EventKind
from xinheng.evidence.subjects import service as subjects
from xinheng.evidence.subjects.model import Decision, Review
from xinheng.faces.web.access import Keeper, OwnForm, keeper, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import reviews_views as views
from xinheng.faces.web.desk.codes import actor_of, require_decider, said
from xinheng.faces.web.desk.exporting import Sheet, Wanted, send
from xinheng.faces.web.desk.receipts import item_name
from xinheng.faces.web.views import PAGE_DEPTH, FormError, page_number, pages
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Role, Session
from xinheng.office.cases import service as cases
from xinheng.office.cases.errors import NoteRefused

router = APIRouter(include_in_schema=False, dependencies=[Depends(keeper)])
PATH: Final = "/desk/reviews"
SIZE: Final = 50
NOBODY: Final = UUID(int=0)


@router.get(PATH)
def show_reviews(
    web: House,
    session: Keeper,
    wanted: Wanted,
    kind: Annotated[str, Query()] = "",
    ended: Annotated[str, Query()] = "",
    page: Annotated[str, Query()] = "",
) -> Response:
    """One of the lists."""
    number, closed = page_number(page), ended == "1"
    kind = kind if kind == views.RECORDS else views.SUBJECTS
    if wanted.form:
        return send(web, session, wanted, _sheet(web, kind, closed=closed))
    with web.transaction() as tx:
        listing = subjects.closed_reviews if closed else subjects.open_reviews
        names, named = listing(tx, number if kind == views.SUBJECTS else 1, SIZE)
        offset = (number - 1) * SIZE if kind == views.RECORDS else 0
        differing, differ = rows.listed(tx, SIZE, offset, closed=closed)
        senders = agencies.by_ids(tx, {r.source for r in differing})
        counts = (subjects.open_reviews(tx, 1, 1)[1], rows.listed(tx, 1)[1]) if closed else (named, differ)
    pack = web.app.pack
    if kind == views.SUBJECTS:
        lines, count = tuple(views.subject_line(r) for r in names), named
    else:
        lines, count = (
            tuple(
                views.record_line(
                    r, pack.item(r.item).name, senders[r.source].name if r.source in senders else "—"
                )
                for r in differing
            ),
            differ,
        )
    query = {"kind": kind, "ended": "1" if closed else ""}
    view = views.ListView(
        kind=kind,
        ended=closed,
        lines=lines,
        count=str(count),
        tabs=views.tabs(kind, counts, ended=closed),
        pages=pages(number, min(count, SIZE * PAGE_DEPTH), PATH, query, SIZE),
    )
    return web.render.private("desk/reviews.html", "reviews", reviews=view, who=who(session))


def _sheet(web: Web, kind: str, *, closed: bool) -> Sheet:
    """One of the lists as it leaves the house."""

    def read(tx: Transaction, limit: int, offset: int) -> list[tuple[str, ...]]:
        if kind == views.SUBJECTS:
            listing = subjects.closed_reviews if closed else subjects.open_reviews
            lines = [views.subject_line(r) for r in listing(tx, offset // limit + 1, limit)[0]]
        else:
            found, _ = rows.listed(tx, limit, offset, closed=closed)
            senders = agencies.by_ids(tx, {r.source for r in found})
            lines = [
                views.record_line(
                    r,
                    item_name(web.app.pack, r.item),
                    senders[r.source].name if r.source in senders else "—",
                )
                for r in found
            ]
        return [(line.tag.text, line.one, line.other, line.opened, line.state.text) for line in lines]

    name = "核对-主体" if kind == views.SUBJECTS else "核对-记录"
    return Sheet(name, ("情形", "一方", "另一方", "时间", "状态"), read)


@router.get(f"{PATH}/subjects/{{review}}")
def show_subject(web: House, session: Keeper, review: UUID) -> Response:
    """A name or code in doubt."""
    with web.transaction() as tx:
        return _subject_page(web, tx, session, subjects.review(tx, review), views.Filled())


def _subject_page(
    web: Web,
    tx: Transaction,
    session: Session,
    review: Review,
    filled: views.Filled,
) -> Response:
    sender = agencies.by_ids(tx, [review.source] if review.source else [])
    name = sender[review.source].name if review.source and review.source in sender else None
    view = views.subject_view(review, name, may=_may(session), filled=filled)
    return _page(web, session, view)


def _page(web: Web, session: Session, view: views.ReviewView) -> Response:
    return web.render.private(
        "desk/review.html", "reviews", review=view, who=who(session), status=400 if view.errors else 200
    )


def _may(session: Session) -> bool:
    """The credit office decides; the auditor looks."""
    return session.account.role is Role.OFFICE


def _require(session: Session) -> None:
    if not _may(session):
        require_decider(session, NOBODY)


@router.post(f"{PATH}/subjects/{{review}}")
def close_subject(web: House, session: Keeper, review: UUID, form: OwnForm) -> Response:
    """Close it by one of its decisions, with the reason."""
    _require(session)
    chosen = next((d for d in Decision if d.value == form.get("decision")), None)
    if chosen is None:
        return _subject_again(web, session, review, form, FormError("请选择办理意见", "decision"))
    try:
        with web.transaction() as tx:
            note = cases.noted(form.get("note", ""), rows.REASON)
            done = subjects.close_review(tx, review, chosen, session.account.name, web.app.clock, note)
            _note(web, tx, session, "review.subject", f"{done.code} {chosen.value} {note}")
    except NoteRefused as refusal:
        return _subject_again(web, session, review, form, FormError(said(refusal), "note"))
    return RedirectResponse(f"{PATH}/subjects/{review}", 303)


def _subject_again(
    web: Web, session: Session, review: UUID, form: dict[str, str], error: FormError
) -> Response:
    with web.transaction() as tx:
        return _subject_page(web, tx, session, subjects.review(tx, review), views.Filled(form, error))


def _note(web: Web, tx: Transaction, session: Session, action: str, detail: str) -> None:
    audit.note(tx, web.app.clock, session.account.login, action, detail, session.account.account)


@router.get(f"{PATH}/records/{{review}}")
def show_record(web: House, session: Keeper, review: UUID) -> Response:
    """A row beside the record it met."""
    with web.transaction() as tx:
        return _record_page(web, tx, session, rows.review(tx, review), views.Filled())


def _record_page(
    web: Web,
    tx: Transaction,
    session: Session,
    review: RecordReview,
    filled: views.Filled,
) -> Response:
    source, fields = held(tx, review.record)
    known = agencies.by_ids(tx, {review.source} | ({source} if source else set()))
    names = tuple(known[a].name if a and a in known else None for a in (review.source, source))
    view = views.record_view(
        review,
        web.app.pack.item(review.item),
        (names[0], names[1]),
        fields,
        may=_may(session),
        takes=review.closed is None and rows.may_take(tx, review),
        filled=filled,
    )
    return _page(web, session, view)


def held(tx: Transaction, record: UUID) -> tuple[UUID | None, dict[str, str]]:
    """(first source, what the record says now by field code); nothing where it was erased."""
    said_so = [v for v in history.history(tx, record) if v.kind in (EventKind.RECORDED, EventKind.CORRECTED)]
    if not said_so:
        return None, {}
    now = said_so[-1]
    fields: dict[str, str] = {}
    for text in (now.public, now.shared, now.authorised):
        fields |= json.loads(text) if text else {}
    return said_so[0].provenance.source, fields


@router.post(f"{PATH}/records/{{review}}")
def close_record(web: House, session: Keeper, review: UUID, form: OwnForm) -> Response:
    """Close it: keep what is held, hand it to the first source, or take it as its source's correction."""
    _require(session)
    chosen = next((e for e in Ending if e.value == form.get("decision")), None)
    if chosen is None:
        return _record_again(web, session, review, form, FormError("请选择办理意见", "decision"))
    note, actor = form.get("note", ""), actor_of(session)
    try:
        if chosen is Ending.TAKEN:
            rows.take(web.app, review, note, actor)
            web.app.publish()
        with web.transaction() as tx:
            if chosen is Ending.KEEP:
                rows.keep(tx, review, note, actor, web.app.clock)
            elif chosen is Ending.OBJECTION:
                rows.object_to(tx, review, note, actor, web.app.clock)
            _note(web, tx, session, "review.record", f"{review} {chosen.value} {note}")
    except (NoteRefused, rows.NotTaken) as refusal:
        return _record_again(web, session, review, form, FormError(said(refusal), "note"))
    return RedirectResponse(f"{PATH}/records/{review}", 303)


def _record_again(
    web: Web, session: Session, review: UUID, form: dict[str, str], error: FormError
) -> Response:
    with web.transaction() as tx:
        return _record_page(web, tx, session, rows.review(tx, review), views.Filled(form, error))
