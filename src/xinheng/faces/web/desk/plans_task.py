"""One task of a work plan: what was entered, entering a value or a note, confirming it, taking it in hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from xinheng.core.errors import XinhengError
from xinheng.faces.web.access import AnySession, OwnForm, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk.plans import PATH, Text, asked, looking
from xinheng.faces.web.desk.plans_task_views import task_view
from xinheng.faces.web.errors import RoleRefusedError
from xinheng.faces.web.views import FormError
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Agency, Role, Session
from xinheng.office.cases.model import Actor
from xinheng.outward.plans import service
from xinheng.outward.plans.errors import EntryRefused, PlanUnknown, ReviewRefused
from xinheng.outward.plans.progress import progress
from xinheng.outward.plans.service import NewEntry

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
TASK = PATH + "/{plan}/{task}"


@router.get(TASK)
def show_task(
    web: House, session: AnySession, plan: str, task: str, agency: Text = "", on: Text = ""
) -> Response:
    """A task with its figures, everything that was entered, and the forms the account may use."""
    return _page(web, session, (plan, task), {"agency": agency, "on": on})


def _page(
    web: Web,
    session: Session,
    at: tuple[str, str],
    form: dict[str, str],
    errors: Sequence[FormError] = (),
) -> Response:
    pack = web.app.pack
    with web.transaction() as tx:
        wanted = asked(tx, session, form.get("agency", ""), form.get("on", ""), web.today())
        seen = looking(tx, session)
        plan = service.plan_of(pack, at[0])
        service.task_of(plan, at[1])
        found = progress(tx, pack, plan, wanted.head, wanted.day, only=at[1])
        each = found.tasks[0]
        charges = service.charges(tx, plan.id, None if seen.office else seen.own)
        said = [*each.notes, *(s for f in each.figures for s in f.said)]
        named = {s.entry.agency for s in said} | {agency for _, agency in charges}
        names = {a: agency.name for a, agency in agencies.by_ids(tx, named).items()}
    wrong = (*wanted.errors, *errors)
    view = task_view(found, each, names, seen, charges, form, wrong)
    status = 422 if wrong else 200
    return web.render.private("desk/plan_task.html", "plans", status=status, view=view, who=who(session))


@router.post(TASK + "/enter")
def enter_value(web: House, session: AnySession, plan: str, task: str, form: OwnForm) -> Response:
    """A unit enters a value of a figure, or a note on the task."""
    agency = _speaking(session)
    figure = form.get("figure", "")
    end = f"-{figure}" if figure else ""
    try:
        new = NewEntry(
            plan=plan,
            task=task,
            figure=figure or None,
            as_of=_day(form.get("as_of", "")),
            amount=_amount(form.get("amount", "")),
            words=" ".join(form.get("words", "").split()),
            evidence=" ".join(form.get("evidence", "").split()),
            done=form.get("done") == "yes",
        )
        with web.transaction() as tx:
            service.enter(tx, web.app.pack, new, agency, _actor(session), web.app.clock)
    except EntryRefused as refusal:
        return _page(web, session, (plan, task), form, [_error(refusal, f"as_of{end}")])
    return _back(plan, task)


@router.post(TASK + "/review")
def review_entry(web: House, session: AnySession, plan: str, task: str, form: OwnForm) -> Response:
    """The office confirms an entry, or sends it back."""
    if session.account.role is not Role.OFFICE:
        raise _refused(session, "信用办的账号")
    entry = form.get("entry", "")
    try:
        with web.transaction() as tx:
            accepted = form.get("to") == "accepted"
            found = service.by_id(tx, _id(entry))
            if (found.entry.plan, found.entry.task) != (plan, task):
                raise PlanUnknown(
                    found="这条填报不属于这项任务", expected="本任务的填报", todo="从任务页重新进入"
                )
            asked(tx, session, _code(tx, found.entry.agency), "", web.today())
            note, by = form.get("note", ""), _actor(session)
            service.review(tx, web.app.pack, found.entry.entry, accepted, note, by, web.app.clock)
    except ReviewRefused as refusal:
        return _page(web, session, (plan, task), form, [_error(refusal, f"note-{entry}")])
    return _back(plan, task)


@router.post(TASK + "/charge")
def take_charge(web: House, session: AnySession, plan: str, task: str, form: OwnForm) -> Response:
    """An account takes the task of its unit in hand, or gives it back."""
    agency = _speaking(session)
    take = form.get("take") == "yes"
    with web.transaction() as tx:
        at = (plan, task)
        service.take_charge(tx, web.app.pack, at, agency, _actor(session), web.app.clock, take)
    return _back(plan, task)


def _speaking(session: Session) -> Agency:
    """The agency of an account that may speak for it. Raises RoleRefusedError."""
    account = session.account
    speaks = account.role is Role.OFFICE or account.holds(Role.CLERK) or account.holds(Role.REVIEWER)
    if session.agency is None or not speaks:
        raise _refused(session, "责任单位的账号")
    return session.agency


def _refused(session: Session, expected: str) -> RoleRefusedError:
    return RoleRefusedError(
        found=f"账号 {session.account.login} 不能办这一步",
        expected=expected,
        todo="换用有这项权限的账号，或联系信用办",
    )


def _actor(session: Session) -> Actor:
    account = session.account
    return Actor(account.account, session.agency.agency if session.agency else None, account.login)


def _code(tx: Transaction, agency: UUID) -> str:
    return agencies.by_ids(tx, [agency])[agency].code


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise PlanUnknown(found="没有这个编号", expected="已有的一条填报", todo="从任务页重新进入") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise EntryRefused(
            found=f"日期“{text[:20]}”", expected="写作 2026-09-30", todo="改写后再提交"
        ) from None


def _amount(text: str) -> Decimal | None:
    plain = text.strip().replace(",", "").replace("，", "")
    if not plain:
        return None
    try:
        value = Decimal(plain)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise EntryRefused(found=f"数值“{text[:20]}”", expected="一个数", todo="改写后再提交")
    return value


def _error(refusal: XinhengError, field: str) -> FormError:
    return FormError(f"{refusal.found}。应为：{refusal.expected}", field)


def _back(plan: str, task: str) -> Response:
    return RedirectResponse(f"{PATH}/{plan}/{task}", 303)
