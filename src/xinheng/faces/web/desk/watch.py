"""监测: what the watching found, by agency and kind, and the last months; looking now."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from xinheng.evidence.completeness.model import first_of, months, next_month
from xinheng.faces.web.access import AnySession, Overseer, OwnForm, overseer, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import watch_views as views
from xinheng.faces.web.desk.cases_reach import in_scope
from xinheng.faces.web.errors import RoleRefusedError
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import Figure, grouped, page_number, pages
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit, moving
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Role
from xinheng.office.cases import service as cases
from xinheng.outward.monitoring import late as lateness
from xinheng.outward.monitoring import quiet, service, store
from xinheng.outward.monitoring.series import Verdict
from xinheng.outward.suspicions import service as suspicions
from xinheng.outward.suspicions.model import KIND as SUSPICION

router = APIRouter(include_in_schema=False)
PATH: Final = "/desk/watch"
SIZE: Final = 100  # agencies on one page
TREND: Final = 12  # months
CODES: Final = ("code_wrong", "code_duplicate", "code_reassigned")
Text = Annotated[str, Query(max_length=40)]


def item_names(web: Web) -> dict[str, str]:
    """Items by id, in words."""
    return {item.id: item.name for item in web.app.pack.items.values()}


# -- overview ----------------------------------------------------------------------------------------


@router.get(PATH, dependencies=[Depends(signed_in)])
def show_watch(web: House, session: AnySession, page: Text = "") -> Response:
    """Every agency of this account's scope with what stands open, and the last months."""
    day, number = web.today(), page_number(page)
    year = (date(day.year, 1, 1), day + timedelta(days=1))
    firsts = months(first_of(day) - timedelta(days=30 * (TREND - 1)), day)[-TREND:]
    with web.transaction() as tx:
        scope = in_scope(web, tx, session)
        late = _late_by_agency(tx, scope, year)
        counted = cases.counts(tx, scope, day)
        missing = store.missing_by_agency(tx, scope)
        trend = lateness.by_month(tx, scope, None, (firsts[0], next_month(day)))
        alerts = store.raised_by_month(tx, scope, firsts[0])
        everyone = scope if scope is not None else moving.scope(tx, None, day)
        raised = {m: suspicions.counts(tx, everyone, m, next_month(m)).raised for m in firsts}
        last = store.last_run(tx)
        found = _rows(late, {k: t.open for k, t in counted.by.items()}, missing)
        listed = sorted((a for a in found if any(found[a])), key=lambda a: (-sum(found[a]), str(a)))
        shown = listed[(number - 1) * SIZE : number * SIZE]
        names = agencies.by_ids(tx, shown)
    total = [sum(row[i] for row in found.values()) for i in range(len(views.KINDS))]
    view = views.WatchView(
        figures=tuple(
            Figure(name, grouped(n), "bad" if n and name in ("无数据", "疑似瞒报") else "")
            for name, n in zip(views.KINDS, total, strict=True)
        ),
        lines=tuple(
            views.AgencyLine(
                names[a].name,
                tuple(map(grouped, found[a])),
                f"{PATH}/late?{urlencode({'agency': names[a].code})}",
            )
            for a in shown
            if a in names
        ),
        total=tuple(map(grouped, total)),
        months=views.month_lines(firsts, trend, alerts, raised),
        ran=views.ran(last),
        may_run=session.account.role is Role.OFFICE,
        year=str(day.year),
        pages=pages(number, len(listed), PATH, {}, SIZE),
    )
    return web.render.private("desk/watch.html", "watch", watch=view, who=who(session))


def _late_by_agency(
    tx: Transaction, scope: Collection[UUID] | None, days: tuple[date, date]
) -> dict[UUID, int]:
    found: dict[UUID, int] = {}
    for (source, _), count in lateness.counts(tx, scope, None, days).items():
        found[source] = found.get(source, 0) + count
    return found


def _rows(
    late: dict[UUID, int], open_: dict[tuple[UUID, str], int], missing: dict[tuple[UUID, Verdict], int]
) -> dict[UUID, tuple[int, ...]]:
    """Agency -> counts in the order of KINDS."""

    def of(agency: UUID, kinds: Iterable[str]) -> int:
        return sum(open_.get((agency, kind), 0) for kind in kinds)

    known = {*late, *(a for a, _ in open_), *(a for a, _ in missing)}
    return {
        a: (
            late.get(a, 0),
            of(a, [quiet.KIND]),
            of(a, [SUSPICION]),
            missing.get((a, Verdict.WAITING), 0),
            of(a, CODES),
            of(a, ["returned_row"]),
        )
        for a in known
    }


@router.post(f"{PATH}/run", dependencies=[Depends(overseer)])
def run(web: House, session: Overseer, _: OwnForm) -> Response:
    """Watch now. Raises RoleRefusedError for the auditor, who only looks."""
    if session.account.role is not Role.OFFICE:
        raise RoleRefusedError(
            found=f"账号 {session.account.login}", expected="信用办的账号", todo="请信用办运行"
        )
    with web.transaction() as tx:
        done = service.run(tx, web.app.pack, web.app.clock, session.account.name)
        said = " ".join(f"{name}={count}" for name, count in done.counts.items())
        audit.note(tx, web.app.clock, session.account.login, "watch.run", said, session.account.account)
    return RedirectResponse(PATH, 303, {"cache-control": PRIVATE})
