"""Making a letter of a template: what it says of its cases, and when a step of the chain is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from xinheng.core.times import Clock, today
from xinheng.evidence.ledger.lateness import Late
from xinheng.ground.store.transaction import Transaction
from xinheng.law.calendar import Calendar
from xinheng.law.errors import UnknownYearError
from xinheng.law.letters import filled
from xinheng.law.packs import Pack
from xinheng.office.access import service as access
from xinheng.office.access.model import Agency
from xinheng.office.cases.model import Case
from xinheng.outward.documents.model import Column, Table
from xinheng.outward.letters.errors import LetterRefused
from xinheng.outward.letters.model import ENDED, MOST_CASES, STEPS, Letter, NewLetter, State, Step

COLUMNS = (
    Column("序号", numeric=True),
    Column("事项"),
    Column("期限"),
    Column("超期（工作日）", numeric=True),
)
LATE_COLUMNS = (
    Column("序号", numeric=True),
    Column("文书号"),
    Column("目录事项"),
    Column("应报期限"),
    Column("收到日期"),
    Column("迟报（日）", numeric=True),
)
OVERDUE_NOTE = "超期按工作日计算，从期限的次日起，到成文日期止。"
LATE_NOTE = "应报期限按决定日期当天有效的规则计算，收到时已经存下；迟报按自然日计算。"
UNKNOWN = "—"


@dataclass(frozen=True)
class Between:
    """Who writes to whom at which step, after which letter."""

    step: Step
    office: UUID
    agency: UUID
    previous: Letter | None = None


@dataclass(frozen=True)
class About:
    """What a letter is about: overdue cases, or records that came late; rows of its table in their order."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    earliest: date | None
    cases: tuple[UUID, ...] = ()
    records: tuple[UUID, ...] = ()  # one a row

    @property
    def late(self) -> bool:
        """About records that came late."""
        return bool(self.records)


def from_cases(  # noqa: PLR0913, PLR0917 - who writes to whom about what, after which letter
    tx: Transaction,
    pack: Pack,
    step: Step,
    office: UUID,
    agency: UUID,
    cases: Sequence[Case],
    clock: Clock,
    previous: Letter | None = None,
) -> NewLetter:
    """A letter about open cases, by the template of its step in force today. Raises LetterRefused where there
    are none or too many, NoRuleInForceError, UnknownYearError."""
    found = sorted(cases, key=lambda case: (case.due_on or date.max, case.title, case.case))
    terms = [case.due_on for case in found if case.due_on]
    rows = rows_of(found, pack.calendar, today(clock))
    about = About(COLUMNS, rows, min(terms, default=None), cases=tuple(case.case for case in found))
    return _made(tx, pack, Between(step, office, agency, previous), about, clock)


def from_late(tx: Transaction, pack: Pack, between: Between, late: Sequence[Late], clock: Clock) -> NewLetter:
    """A letter about records that came late, the oldest term first. Raises as `from_cases`."""
    found = sorted(late, key=lambda one: (one.due_on, one.document or "", one.record))
    names = {item.id: item.name for item in pack.items.values()}
    rows = tuple(
        (
            str(at),
            one.document or "无文号",
            names.get(one.item, one.item),
            one.due_on.isoformat(),
            one.received_on.isoformat(),
            str(one.days),
        )
        for at, one in enumerate(found, 1)
    )
    earliest = min((one.due_on for one in found), default=None)
    about = About(LATE_COLUMNS, rows, earliest, records=tuple(one.record for one in found))
    return _made(tx, pack, between, about, clock)


def again(
    tx: Transaction, pack: Pack, step: Step, previous: Letter, records: Sequence[UUID], clock: Clock
) -> NewLetter:
    """The next letter about the same late records: they have come, and stay late."""
    table = previous.body.table
    rows = table.rows if table is not None else ()
    terms = [date.fromisoformat(row[3]) for row in rows if row[3] != UNKNOWN]
    about = About(LATE_COLUMNS, rows, min(terms, default=None), records=tuple(records))
    return _made(tx, pack, Between(step, previous.office, previous.agency, previous), about, clock)


def _made(tx: Transaction, pack: Pack, between: Between, about: About, clock: Clock) -> NewLetter:
    if not 1 <= len(about.rows) <= MOST_CASES:
        raise LetterRefused(
            found=f"选中 {len(about.rows)} 件事项",
            expected=f"1 至 {MOST_CASES} 件",
            todo="选择要写进函件的事项；太多的分几件函发出",
        )
    day, previous = today(clock), between.previous
    template = pack.letters.on(between.step, day)
    wording = template.late if about.late else template.overdue
    due = pack.calendar.add_working_days(day, template.answer)
    values = _values(tx, between.office, between.agency, previous) | {
        "dated": chinese(day),
        "due": chinese(due),
        "count": str(len(about.rows)),
        "earliest": chinese(about.earliest) if about.earliest else UNKNOWN,
    }
    texts = [filled(text, values) for text in wording.paragraphs]
    if previous is not None:
        texts.insert(0, filled(template.citing, values))
    note = LATE_NOTE if about.late else OVERDUE_NOTE
    return NewLetter(
        step=between.step,
        agency=between.agency,
        title=filled(wording.title, values),
        paragraphs=tuple(texts),
        table=Table(filled(wording.table, values), about.columns, about.rows, note),
        cases=about.cases,
        due_on=due,
        basis=pack.cite(template.basis) if template.basis.instrument else None,
        previous=previous.letter if previous else None,
        records=about.records,
    )


def withdrawal(tx: Transaction, pack: Pack, letter: Letter, reason: str, clock: Clock) -> NewLetter:
    """The letter that withdraws another one, with the reason given."""
    template = pack.letters.on(letter.step, today(clock))
    blank = {"dated": chinese(today(clock)), "due": UNKNOWN, "count": UNKNOWN, "earliest": UNKNOWN}
    values = _values(tx, letter.office, letter.agency, letter) | blank
    return NewLetter(
        step=letter.step,
        agency=letter.agency,
        title=f"关于撤回{letter.number or letter.title}的函",
        paragraphs=(filled(template.withdrawing, values), f"撤回原因：{reason.strip()}"),
        table=None,
        cases=(),
        due_on=None,
        basis=None,
        previous=letter.letter,
        withdraws=True,
    )


def _values(tx: Transaction, office: UUID, agency: UUID, previous: Letter | None) -> dict[str, str]:
    named: Mapping[UUID, Agency] = access.by_ids(tx, {office, agency})
    found = {"agency": named[agency].name, "office": named[office].name}
    if previous is not None:
        found["previous_number"] = previous.number or UNKNOWN
        found["previous_title"] = previous.title
        found["previous_dated"] = chinese(previous.dated) if previous.dated else UNKNOWN
        found["previous_due"] = chinese(previous.due_on) if previous.due_on else UNKNOWN
    return found


def rows_of(cases: Sequence[Case], calendar: Calendar, day: date) -> tuple[tuple[str, ...], ...]:
    """The rows of a letter's table: one a case."""
    late: dict[date, str] = {}
    rows = []
    for at, case in enumerate(cases, 1):
        if case.due_on is None:
            rows.append((str(at), case.title, "无", UNKNOWN))
            continue
        if case.due_on not in late:
            late[case.due_on] = working_days_late(case.due_on, day, calendar)
        rows.append((str(at), case.title, case.due_on.isoformat(), late[case.due_on]))
    return tuple(rows)


def working_days_late(due: date, day: date, calendar: Calendar) -> str:
    """How many working days have gone by since a term, `day` included; — where the calendar does not know."""
    if day <= due:
        return "0"
    try:
        return str(sum(calendar.is_workday(due + timedelta(days=n)) for n in range(1, (day - due).days + 1)))
    except UnknownYearError:
        return UNKNOWN


def chinese(day: date) -> str:
    """`2026年3月5日`"""
    return f"{day.year}年{day.month}月{day.day}日"


def next_due(letter: Letter, pack: Pack, day: date) -> Step | None:
    """The step that may follow a letter now: it is out, its term for an answer and the days that the pack
    gives after it are over. None where nothing is due."""
    following = letter.step.next
    if following is None or letter.withdraws or letter.due_on is None or letter.state is State.DRAFT:
        return None
    if letter.state in ENDED:
        return None
    begins = pack.letters.on(following, day).begins
    try:
        return (
            following if pack.calendar.add_working_days(letter.due_on, begins.working_days) <= day else None
        )
    except UnknownYearError:
        return None


def ripe(case: Case, pack: Pack, day: date) -> bool:
    """Whether an overdue case is late enough for the first letter of the chain, by the pack."""
    begins = pack.letters.on(Step.REMINDER, day).begins
    try:
        return case.due_on is not None and (
            case.due_on < day and pack.calendar.add_working_days(case.due_on, begins.working_days) <= day
        )
    except UnknownYearError:
        return False


def named(step: Step) -> str:
    """A step in Chinese."""
    return STEPS[step]
