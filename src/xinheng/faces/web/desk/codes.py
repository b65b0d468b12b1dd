"""重错码: what the standing inspection found, by registration authority; looking again, ending a finding."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from xinheng.core.errors import XinhengError
from xinheng.evidence.intake.met_codes import wrong_codes
from xinheng.evidence.subjects import code_store, inspecting
from xinheng.evidence.subjects.code_errors import NoSuchFinding
from xinheng.evidence.subjects.code_model import (
    FINDING_TITLES,
    PLACE_TITLES,
    Finding,
    FindingKind,
    Outcome,
    Place,
    registrar_title,
)
from xinheng.faces.web.access import (
    AnySession,
    Overseer,
    OwnForm,
    keeps,
    overseer,
    oversees,
    scope,
    signed_in,
    who,
)
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import codes_views as views
from xinheng.faces.web.desk.exporting import Sheet, Wanted, send
from xinheng.faces.web.errors import RoleRefusedError
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import PAGE_DEPTH, FormError, page_number, pages
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Role, Session
from xinheng.office.cases.errors import NoteRefused
from xinheng.office.cases.model import Actor

router = APIRouter(include_in_schema=False)
PATH: Final = "/desk/codes"
SIZE: Final = 50
EXPORTED: Final = 100_000  # lines of one CSV; narrow the question for more
HEADER: Final = (
    *("类别", "来源", "代码", "名称", "另一代码", "另一名称", "报送行数", "登记管理部门", "承办单位"),
    *("发现日期", "办结日期", "说明"),
)

Text = Annotated[str, Query(max_length=40)]


def actor_of(session: Session) -> Actor:
    """Who acts, as cases and findings note it."""
    account = session.account
    return Actor(account.account, account.agency, account.name)


def may_decide(session: Session, owner: UUID) -> bool:
    """Whether this account speaks for the owner: its agency's own, or the office's. Auditors only look."""
    if session.account.role is Role.AUDITOR:
        return False
    seen = scope(session)  # an agency's is itself alone; an office's, its own place
    return seen is None or owner in seen


def require_decider(session: Session, owner: UUID) -> None:
    """Raises RoleRefusedError."""
    if not may_decide(session, owner):
        raise RoleRefusedError(
            found=f"账号 {session.account.login}",
            expected="承办单位或信用办的账号",
            todo="请承办单位办理，或联系信用办",
        )


def _asked(tx: Transaction, session: Session, asked: views.Asked) -> code_store.Asked:
    seen = scope(session)
    owners = None if seen is None else tuple(seen)
    if oversees(session) and asked.owner:
        chosen = agencies.by_code(tx, asked.owner).agency
        owners = (chosen,) if seen is None or chosen in seen else ()
    kind = FindingKind(asked.kind) if asked.kind in tuple(FindingKind) else None
    place = Place(asked.place) if asked.place in tuple(Place) else None
    return code_store.Asked(owners, kind, place, None, asked.ended)


def filters(kind: Text = "", place: Text = "", owner: Text = "", ended: Text = "") -> views.Asked:
    """The filters of the list, as the address names them."""
    return views.Asked(kind, place, owner, ended == "1")


Filters = Annotated[views.Asked, Depends(filters)]


def _query(asked: views.Asked) -> dict[str, str]:
    return {
        "kind": asked.kind,
        "place": asked.place,
        "owner": asked.owner,
        "ended": "1" if asked.ended else "",
    }


@router.get(PATH, dependencies=[Depends(signed_in)])
def show_codes(
    web: House, session: AnySession, asked: Filters, wanted: Wanted, page: Annotated[str, Query()] = ""
) -> Response:
    """The findings: an agency's own, for an office those of its place."""
    if wanted.form:
        return send(web, session, wanted, _sheet(session, asked))
    number = page_number(page)
    with web.transaction() as tx:
        narrowed = _asked(tx, session, asked)
        count = code_store.counted(tx, narrowed)
        found = code_store.listed(tx, narrowed, SIZE, (number - 1) * SIZE)
        rate = inspecting.rate(tx, web.today())
        ran = code_store.last_inspection(tx)
        sums = code_store.sums(tx) if keeps(session) else []
        mine = code_store.counted(tx, code_store.Asked(narrowed.owners))
        names = agencies.by_ids(tx, {f.owner for f in found} | {owner for owner, *_ in sums})
    query = _query(asked)
    kept = urlencode({k: v for k, v in query.items() if v})
    view = views.CodesView(
        figures=views.figures(rate, mine),
        note=views.rate_note(rate, ran),
        asked=asked,
        lines=tuple(views.finding_line(f, names) for f in found),
        count=str(count),
        csv=f"{PATH}.csv?{kept}" if kept else f"{PATH}.csv",
        owners=views.owner_lines(sums, names),
        may_inspect=session.account.role is Role.OFFICE,
        pages=pages(number, min(count, SIZE * PAGE_DEPTH), PATH, query, SIZE),
    )
    return web.render.private("desk/codes.html", "codes", codes=view, who=who(session))


def _sheet(session: Session, asked: views.Asked) -> Sheet:
    """The list as it leaves the house."""

    def read(tx: Transaction, limit: int, offset: int) -> list[tuple[str, ...]]:
        found = code_store.listed(tx, _asked(tx, session, asked), limit, offset)
        names = agencies.by_ids(tx, {f.owner for f in found})
        return [tuple(csv_line(f, names[f.owner].name if f.owner in names else "—")) for f in found]

    return Sheet("重错码", tuple(HEADER), read)


@router.get(f"{PATH}.csv", dependencies=[Depends(signed_in)])
def send_csv(web: House, session: AnySession, asked: Filters) -> Response:
    """The same list as CSV, for a spreadsheet."""
    with web.transaction() as tx:
        found = code_store.listed(tx, _asked(tx, session, asked), EXPORTED)
        names = agencies.by_ids(tx, {f.owner for f in found})
        audit.note(
            tx, web.app.clock, session.account.login, "codes.csv", f"{len(found)} 条", session.account.account
        )
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(csv_line(f, names[f.owner].name if f.owner in names else "—") for f in found)
    headers = {"content-disposition": 'attachment; filename="codes.csv"', "cache-control": PRIVATE}
    return Response("\ufeff" + text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def csv_line(found: Finding, owner: str) -> tuple[str, ...]:
    """One finding under HEADER; what a spreadsheet would take for a formula is text (decision 25)."""
    cells: Iterable[object] = (
        FINDING_TITLES[found.kind],
        PLACE_TITLES[found.place],
        found.code,
        found.name or "",
        found.other_code or "",
        found.other_name or "",
        found.met or "",
        registrar_title(found.code),
        owner,
        found.found_on,
        found.ended_on or "",
        found.note or "",
    )
    return tuple(f"'{c}" if str(c).startswith(("=", "+", "-", "@")) else str(c) for c in cells)


@router.post(f"{PATH}/inspect", dependencies=[Depends(overseer)])
def inspect(web: House, session: Overseer, _: OwnForm) -> Response:
    """Run the standing inspection now. Raises RoleRefusedError for the auditor, who only looks."""
    if session.account.role is not Role.OFFICE:
        require_decider(session, UUID(int=0))
    with web.transaction() as tx:
        done = inspecting.inspect(tx, wrong_codes(tx, web.app.pack), web.app.clock)
        said = f"新发现 {done.opened}，消除 {done.ended}，现存 {done.standing}"
        audit.note(tx, web.app.clock, session.account.login, "codes.inspect", said, session.account.account)
    return RedirectResponse(PATH, 303)


def _own(tx: Transaction, session: Session, number: UUID) -> Finding:
    """A finding that this account may see; another agency's is answered as if it did not exist."""
    found = inspecting.finding(tx, number)
    seen = scope(session)
    if seen is not None and found.owner not in seen:
        raise NoSuchFinding(str(number))
    return found


@router.get(f"{PATH}/{{finding}}", dependencies=[Depends(signed_in)])
def show_finding(web: House, session: AnySession, finding: UUID) -> Response:
    """One finding."""
    with web.transaction() as tx:
        return _page(web, tx, session, _own(tx, session, finding))


def _page(
    web: Web, tx: Transaction, session: Session, found: Finding, note: str = "", error: str | None = None
) -> Response:
    view = views.FindingView(
        finding=found.finding,
        title=f"{FINDING_TITLES[found.kind]}：{found.code}",
        says=found.says,
        pairs=views.finding_pairs(found, agencies.by_ids(tx, [found.owner])),
        may_settle=found.ended_on is None and may_decide(session, found.owner),
        note=note,
        errors=(FormError(error, "note"),) if error else (),
    )
    return web.render.private(
        "desk/code.html", "codes", finding=view, who=who(session), status=400 if error else 200
    )


@router.post(f"{PATH}/{{finding}}", dependencies=[Depends(signed_in)])
def settle(web: House, session: AnySession, finding: UUID, form: OwnForm) -> Response:
    """End a finding: put right, or looked at and no fault."""
    note = form.get("note", "")
    try:
        outcome = Outcome(form.get("outcome", ""))
    except ValueError:
        outcome = Outcome.GONE
    with web.transaction() as tx:
        found = _own(tx, session, finding)
        require_decider(session, found.owner)
        if outcome is Outcome.GONE:  # only the inspection says so
            return _page(web, tx, session, found, note, "请选择结果")
    try:
        with web.transaction() as tx:
            done = inspecting.settle(tx, finding, outcome, note, actor_of(session), web.app.clock)
            audit.note(
                tx,
                web.app.clock,
                session.account.login,
                "codes.settle",
                f"{done.code} {outcome.value} {note}",
                session.account.account,
            )
    except NoteRefused as refusal:
        with web.transaction() as tx:
            return _page(web, tx, session, found, note, said(refusal))
    return RedirectResponse(f"{PATH}/{finding}", 303)


def said(refusal: XinhengError) -> str:
    """A refusal as one line of a form."""
    return f"{refusal.title}：{refusal.found}。应为：{refusal.expected}"
