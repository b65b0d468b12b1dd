"""监测: what the watching found, by agency and kind; late records one by one; gaps in the numbers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from xinheng.evidence.completeness.model import first_of, months, next_month
from xinheng.evidence.intake.due import CHANNEL
from xinheng.evidence.ledger import lateness
from xinheng.faces.web.access import AnySession, Overseer, OwnForm, overseer, oversees, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import watch_views as views
from xinheng.faces.web.desk.cases_reach import in_scope
from xinheng.faces.web.errors import RoleRefusedError
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import PAGE_DEPTH, Figure, FormError, grouped, page_number, pages
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit, moving
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Role, Session
from xinheng.office.cases import service as cases
from xinheng.outward.monitoring import quiet, service, store
from xinheng.outward.monitoring.series import Verdict
from xinheng.outward.suspicions import service as suspicions
from xinheng.outward.suspicions.model import KIND as SUSPICION

router = APIRouter(include_in_schema=False)
PATH: Final = "/desk/watch"
LATE, GAPS = f"{PATH}/late", f"{PATH}/gaps"
SIZE: Final = 50
TREND: Final = 12  # months
EXPORTED: Final = 100_000
CODES: Final = ("code_wrong", "code_duplicate", "code_reassigned")
MONTH: Final = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")
HEADER: Final = ("文号", "单位", "事项", "决定日期", "应报期限", "收到日期", "迟报天数", "依据", "回执")
Text = Annotated[str, Query(max_length=40)]


def item_names(web: Web) -> dict[str, str]:
    """Items by id, in words."""
    return {item.id: item.name for item in web.app.pack.items.values()}


# -- overview ----------------------------------------------------------------------------------------


@router.get(PATH, dependencies=[Depends(signed_in)])
def show_watch(web: House, session: AnySession) -> Response:
    """Every agency of this account's scope with what stands open, and the last months."""
    day = web.today()
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
        names = agencies.by_ids(tx, found)
    total = [sum(row[i] for row in found.values()) for i in range(len(views.KINDS))]
    view = views.WatchView(
        figures=tuple(
            Figure(name, grouped(n), "bad" if n and name in ("无数据", "疑似瞒报") else "")
            for name, n in zip(views.KINDS, total, strict=True)
        ),
        lines=tuple(
            views.AgencyLine(
                names[a].name, tuple(map(grouped, row)), f"{LATE}?{urlencode({'agency': names[a].code})}"
            )
            for a, row in sorted(found.items(), key=lambda pair: (-sum(pair[1]), str(pair[0])))
            if a in names and any(row)
        ),
        total=tuple(map(grouped, total)),
        months=views.month_lines(firsts, trend, alerts, raised),
        ran=views.ran(last),
        may_run=session.account.role is Role.OFFICE,
        year=str(day.year),
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


# -- lateness ----------------------------------------------------------------------------------------


class Asked:
    """Which late records: an agency of the scope (all), an item, months of receipt."""

    def __init__(
        self,
        agency: Text = "",
        item: Text = "",
        first: Annotated[str, Query(alias="from", max_length=10)] = "",
        last: Annotated[str, Query(alias="to", max_length=10)] = "",
    ) -> None:
        self.agency, self.item, self.first, self.last = agency, item, first, last

    @property
    def query(self) -> dict[str, str]:
        """As the address names it."""
        return {"agency": self.agency, "item": self.item, "from": self.first, "to": self.last}

    def days(self, day: date) -> tuple[date, date]:
        """Half-open; this year where the months make no sense."""
        first, last = _month(self.first), _month(self.last)
        return first or date(day.year, 1, 1), next_month(last or day)

    @property
    def errors(self) -> tuple[FormError, ...]:
        """What is wrong with the months."""
        return tuple(
            FormError(f"月份“{text[:10]}”写作 2026-01", field)
            for text, field in ((self.first, "from"), (self.last, "to"))
            if text and _month(text) is None
        )


Wanted = Annotated[Asked, Depends()]


def _month(text: str) -> date | None:
    return date.fromisoformat(f"{text}-01") if MONTH.fullmatch(text) else None


def _sources(tx: Transaction, scope: Collection[UUID] | None, code: str) -> list[UUID] | None:
    """The agencies asked about: one of the scope, or all of it."""
    if not code:
        return None if scope is None else list(scope)
    agency = agencies.by_code(tx, code)
    if scope is not None and agency.agency not in scope:
        return []
    return list(agencies.standing(tx, agency).own)


@router.get(LATE, dependencies=[Depends(signed_in)])
def show_late(web: House, session: AnySession, asked: Wanted, page: Text = "") -> Response:
    """Late records with decision date, last day, day received, days late and the rule."""
    number, day, items = page_number(page), web.today(), item_names(web)
    item = asked.item if asked.item in items else None
    with web.transaction() as tx:
        scope = in_scope(web, tx, session)
        sources = _sources(tx, scope, asked.agency)
        count = sum(lateness.counts(tx, sources, item, asked.days(day)).values())
        found = lateness.listed(tx, sources, item, asked.days(day), (SIZE, (number - 1) * SIZE))
        names = agencies.by_ids(tx, {one.source for one in found})
        seen = [a for _, a in agencies.tree(tx) if scope is None or a.agency in scope]
    kept = urlencode({k: v for k, v in asked.query.items() if v})
    view = views.LateView(
        lines=tuple(views.late_line(one, names, items, _rule(web, one)) for one in found),
        count=grouped(count),
        items=tuple(items.items()),
        agencies=tuple((a.code, a.name) for a in seen),
        asked=asked.query,
        csv=f"{LATE}.csv?{kept}" if kept else f"{LATE}.csv",
        with_agency=oversees(session),
        pages=pages(number, min(count, SIZE * PAGE_DEPTH), LATE, asked.query, SIZE),
        errors=asked.errors,
    )
    status = 422 if asked.errors else 200
    return web.render.private("desk/watch_late.html", "watch-late", status, late=view, who=who(session))


def _rule(web: Web, late: lateness.Late) -> str:
    """The term that was in force on the day of decision, with its law."""
    item = web.app.pack.items.get(late.item)
    terms = item.timeliness_on(CHANNEL, late.decided_on) if item else ()
    if not terms:
        return "收到时的规则包"
    return f"{terms[-1].working_days} 个工作日（{web.app.pack.cite(terms[-1].basis)}）"


@router.get(f"{LATE}.csv", dependencies=[Depends(signed_in)])
def send_late(web: House, session: AnySession, asked: Wanted) -> Response:
    """The same list as CSV."""
    items = item_names(web)
    with web.transaction() as tx:
        sources = _sources(tx, in_scope(web, tx, session), asked.agency)
        item = asked.item if asked.item in items else None
        found = lateness.listed(tx, sources, item, asked.days(web.today()), (EXPORTED, 0))
        names = agencies.by_ids(tx, {one.source for one in found})
        _note(web, tx, session, "watch.late.csv", f"{len(found)} 条")
    lines = (views.late_line(one, names, items, _rule(web, one)) for one in found)
    return sent(
        "late.csv",
        HEADER,
        (
            (x.document, x.agency, x.item, x.decided, x.due, x.received, x.days, x.rule, str(x.receipt))
            for x in lines
        ),
    )


def _note(web: Web, tx: Transaction, session: Session, action: str, detail: str) -> None:
    audit.note(tx, web.app.clock, session.account.login, action, detail, session.account.account)


def sent(name: str, header: Iterable[str], rows: Iterable[Iterable[str]]) -> Response:
    """A CSV for a spreadsheet; what it would take for a formula is text (decision 25)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([f"'{c}" if c.startswith(("=", "+", "-", "@")) else c for c in row] for row in rows)
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": PRIVATE}
    return Response("\ufeff" + text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


# -- gaps --------------------------------------------------------------------------------------------


@router.get(GAPS, dependencies=[Depends(signed_in)])
def show_gaps(web: House, session: AnySession, verdict: Text = "", page: Text = "") -> Response:
    """Gaps as the last run judged them, with their neighbours."""
    number = page_number(page)
    wanted = Verdict(verdict) if verdict in set(Verdict) else Verdict.SUSPECTED
    with web.transaction() as tx:
        scope = in_scope(web, tx, session)
        counts = store.count_gaps(tx, scope)
        found = store.gaps(tx, scope, wanted, SIZE, (number - 1) * SIZE)
        names = agencies.by_ids(tx, {gap.agency for gap in found})
    items = item_names(web)
    total = min(counts[wanted][0], SIZE * PAGE_DEPTH)
    view = views.GapsView(
        figures=tuple(Figure(views.VERDICTS[v].text, grouped(counts[v][1])) for v in Verdict),
        lines=tuple(views.gap_line(gap, names, items) for gap in found),
        verdict=wanted.value,
        verdicts=tuple((v.value, f"{views.VERDICTS[v].text}（{counts[v][0]} 处）") for v in Verdict),
        with_agency=oversees(session),
        pages=pages(number, total, GAPS, {"verdict": wanted.value}, SIZE),
    )
    return web.render.private("desk/watch_gaps.html", "watch-gaps", gaps=view, who=who(session))
