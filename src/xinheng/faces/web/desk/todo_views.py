"""The to-do list as the desk shows it. Pure: what a page holds, where the next one begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from xinheng.faces.web.desk.case_kinds import name_of
from xinheng.faces.web.desk.cases_views import CaseLine, Choice
from xinheng.faces.web.views import Turn, grouped
from xinheng.office.access.model import Agency
from xinheng.office.cases.model import NAMES, After, Case, Day, Filter, State, Tally

PATH: Final = "/desk/cases"
SIZE: Final = 50
UNITS: Final = 20  # written out in the table by unit; the select has all
COUNTED: Final = 1_000  # a filtered list is counted no further
WHEN: Final = {
    "today": "今天到期",
    "red": "超期",
    "yellow": "即将到期",
    "new": "新到",
    "handed": "交办",
}
HANDS: Final = {"mine": "我经办的", "nobody": "无人经办"}
_SEPARATOR: Final = "~"  # of the parts of a page's place; in no date and no id


@dataclass(frozen=True)
class Stretch:
    """A part of the list: in one order, under a heading of its own."""

    title: str
    wanted: Filter


@dataclass(frozen=True)
class Place:
    """Where a page begins: in which stretch, and after which case of it."""

    stretch: int = 0
    after: After | None = None


@dataclass(frozen=True)
class Section:
    """What a page shows of one stretch."""

    title: str
    lines: tuple[CaseLine, ...]


@dataclass(frozen=True)
class Shortcut:
    """A number that leads to the cases it counts; `here`: the page shows just these."""

    name: str
    value: str
    href: str
    tone: str = ""
    here: bool = False


@dataclass(frozen=True)
class SumLine:
    """A kind or a unit with its open cases."""

    name: str
    href: str
    open: str
    today: str
    overdue: str
    soon: str


@dataclass(frozen=True)
class TodoView:
    """The page."""

    shortcuts: tuple[Shortcut, ...]
    sections: tuple[Section, ...]
    with_owner: bool
    kinds: tuple[Choice, ...]
    states: tuple[Choice, ...]
    whens: tuple[Choice, ...]
    owners: tuple[Choice, ...]
    hands: tuple[Choice, ...]
    chosen: Mapping[str, str]
    count: str
    next_term: str | None = None
    turn: Turn | None = None
    by_kind: tuple[SumLine, ...] = ()
    by_unit: tuple[SumLine, ...] = ()
    more_units: int = 0
    colleagues: tuple[Choice, ...] = ()
    account: str = ""
    hand_over: bool = False
    ownerless: tuple[tuple[str, str], ...] = ()  # (name, address): whose units are no more, with open cases
    done: int | None = None  # just given to a colleague

    @property
    def lines(self) -> bool:
        """Whether anything is shown."""
        return any(section.lines for section in self.sections)

    @property
    def selectable(self) -> bool:
        """Whether any case on the page may be given to a colleague."""
        return bool(self.colleagues) and any(line.mine for part in self.sections for line in part.lines)


# -- what is asked for -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Today:
    """The days that the list turns on."""

    day: date
    soon: date  # the last term that is yellow
    since: datetime  # what came from then on is new
    began: datetime  # the day, in UTC


def stretches(base: Filter, when: str, today: Today) -> tuple[Stretch, ...]:
    """The list in the order of its urgency: due today, overdue, handed from above, the rest.

    With `when` chosen, only these.
    """
    day, later = today.day, today.day + timedelta(days=1)
    due_today = replace(base, due_from=day, due_until=day)
    overdue = replace(base, overdue_on=day)
    rest = replace(base, due_from=later, undated=True)
    chosen = {
        "today": due_today,
        "red": overdue,
        "yellow": replace(base, due_from=day, due_until=today.soon),
        "new": replace(base, opened_from=today.since),
        "handed": replace(base, handed=True),
    }
    if when in chosen:
        return (Stretch(WHEN[when], chosen[when]),)
    return (
        Stretch("今天到期", due_today),
        Stretch("超期", overdue),
        Stretch("交办", replace(rest, handed=True)),
        Stretch("其余", replace(rest, handed=False)),
    )


def written(place: Place) -> str:
    """A place as the address of the next page carries it."""
    after = place.after
    if after is None:
        return str(place.stretch)
    at = after.closed.isoformat() if after.closed else after.due_on.isoformat() if after.due_on else ""
    return _SEPARATOR.join((str(place.stretch), at, str(after.case)))


def place_of(text: str, *, closed: bool = False) -> Place:
    """What `written` wrote; the beginning for anything else."""
    parts = text.split(_SEPARATOR)
    try:
        stretch = min(int(parts[0]), 3)
        if len(parts) == 1 or stretch < 0:
            return Place(max(stretch, 0))
        at, case = parts[1], UUID(parts[2])
        if closed:
            ended = datetime.fromisoformat(at)
            return Place(0, After(None, case, ended)) if ended.tzinfo else Place()
        return Place(stretch, After(date.fromisoformat(at) if at else None, case))
    except (ValueError, IndexError):
        return Place()


def after(case: Case) -> After:
    """The place behind a case."""
    return After(case.due_on, case.case, case.closed)


# -- what is shown -----------------------------------------------------------------------------------


def address(**chosen: str) -> str:
    """The list with some filters."""
    kept = {name: text for name, text in chosen.items() if text}
    return f"{PATH}?{urlencode(kept)}" if kept else PATH


def shortcuts(total: Tally, day: Day, chosen: Mapping[str, str]) -> tuple[Shortcut, ...]:
    """What the page opens with; each number leads to what it counts."""
    when, state, hand = chosen["colour"], chosen["state"], chosen["hand"]
    return (
        Shortcut("未办结", grouped(total.open), PATH),
        _when("today", total.today, when, "warn"),
        _when("red", total.overdue, when, "bad"),
        _when("yellow", total.soon, when, "warn"),
        _when("new", day.new, when),
        _when("handed", day.handed, when),
        Shortcut(
            "有异议", grouped(day.contested), address(state=State.CONTESTED.value), "", state == "contested"
        ),
        Shortcut("无人经办", grouped(total.open - day.held), address(hand="nobody"), "", hand == "nobody"),
        Shortcut("今天办结", grouped(day.done), address(state=State.CLOSED.value), "", state == "closed"),
    )


def _when(key: str, count: int, chosen: str, tone: str = "") -> Shortcut:
    return Shortcut(WHEN[key], grouped(count), address(colour=key), tone if count else "", key == chosen)


def sum_line(name: str, href: str, tally: Tally) -> SumLine:
    """One line of the tables by kind and by unit."""
    return SumLine(name, href, *map(grouped, (tally.open, tally.today, tally.overdue, tally.soon)))


def by_kind(kinds: Mapping[str, Tally]) -> tuple[SumLine, ...]:
    """Every kind that is open, the most overdue first."""
    order = sorted(kinds, key=lambda k: (-kinds[k].overdue, -kinds[k].open, k))
    return tuple(sum_line(name_of(kind), address(kind=kind), kinds[kind]) for kind in order)


def by_unit(tallies: Mapping[UUID, Tally], names: Mapping[UUID, str]) -> tuple[SumLine, ...]:
    """The units with the most overdue."""
    order = sorted(tallies, key=lambda u: (-tallies[u].overdue, -tallies[u].open, str(u)))[:UNITS]
    return tuple(sum_line(names.get(u, "—"), address(owner=str(u)), tallies[u]) for u in order)


def kind_choices(kinds: Mapping[str, Tally], chosen: str) -> tuple[Choice, ...]:
    """The kinds that are open, and the one that was chosen."""
    known = {**({chosen: Tally()} if chosen else {}), **kinds}
    return tuple(Choice(k, f"{name_of(k)}（{known[k].open}）") for k in sorted(known, key=name_of))


def owner_choices(tallies: Mapping[UUID, Tally], names: Mapping[UUID, str]) -> tuple[Choice, ...]:
    """The units with something open, the busiest first."""
    order = sorted(tallies, key=lambda u: (-tallies[u].open, str(u)))
    return tuple(Choice(str(u), f"{names.get(u, '—')}（{tallies[u].open}）") for u in order)


def state_choices() -> tuple[Choice, ...]:
    return tuple(Choice(s.value, NAMES[s]) for s in State)


def choices(texts: Mapping[str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(value, text) for value, text in texts.items())


def gone(
    tallies: Mapping[UUID, Tally], known: Mapping[UUID, Agency], day: date
) -> tuple[tuple[str, str], ...]:
    """Units that are no more and still have something open: (name, address of their cases)."""
    return tuple(
        (known[u].name if u in known else "未登记的单位", address(owner=str(u)))
        for u in tallies
        if u not in known or not known[u].exists(day)
    )


def next_term(day: Day) -> str | None:
    """The next term in words."""
    return f"下一个期限 {day.next_on}，{grouped(day.next_count)} 件" if day.next_on else None


def counted(number: int) -> str:
    """A count that stopped at COUNTED."""
    return f"超过 {grouped(COUNTED)}" if number > COUNTED else grouped(number)
