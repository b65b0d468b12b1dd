"""Making a letter of a template: what it says of its cases, and when a step of the chain is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from xinheng.core.times import Clock, today
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
UNKNOWN = "—"


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
    if not 1 <= len(found) <= MOST_CASES:
        raise LetterRefused(
            found=f"选中 {len(found)} 件事项",
            expected=f"1 至 {MOST_CASES} 件",
            todo="选择要写进函件的事项；太多的分几件函发出",
        )
    day = today(clock)
    template = pack.letters.on(step, day)
    due = pack.calendar.add_working_days(day, template.answer)
    terms = [case.due_on for case in found if case.due_on]
    values = _values(tx, office, agency, previous) | {
        "dated": chinese(day),
        "due": chinese(due),
        "count": str(len(found)),
        "earliest": chinese(min(terms)) if terms else UNKNOWN,
    }
    texts = [filled(text, values) for text in template.paragraphs]
    if previous is not None:
        texts.insert(0, filled(template.citing, values))
    return NewLetter(
        step=step,
        agency=agency,
        title=filled(template.title, values),
        paragraphs=tuple(texts),
        table=table_of(found, filled(template.table, values), pack.calendar, day),
        cases=tuple(case.case for case in found),
        due_on=due,
        basis=pack.cite(template.basis) if template.basis.instrument else None,
        previous=previous.letter if previous else None,
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


def table_of(cases: Sequence[Case], title: str, calendar: Calendar, day: date) -> Table:
    """The table of a letter: one row a case, the oldest term first."""
    late: dict[date, str] = {}
    rows = []
    for at, case in enumerate(cases, 1):
        if case.due_on is None:
            rows.append((str(at), case.title, "无", UNKNOWN))
            continue
        if case.due_on not in late:
            late[case.due_on] = working_days_late(case.due_on, day, calendar)
        rows.append((str(at), case.title, case.due_on.isoformat(), late[case.due_on]))
    return Table(title, COLUMNS, tuple(rows), "超期按工作日计算，从期限的次日起，到成文日期止。")


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
