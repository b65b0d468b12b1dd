"""The three years as a sequence of deliveries: who sends which rows, in which file, on which day."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Final

from xinheng.core.times import SHANGHAI, Known
from xinheng.faces.app.demo import decisions
from xinheng.faces.app.demo import proportions as share
from xinheng.faces.app.demo.decisions import Numbers, Row
from xinheng.faces.app.demo.dirt import Dirt, comes_back
from xinheng.faces.app.demo.matters import ACTS, LICENCES
from xinheng.faces.app.demo.organisations import Organisation, organisations
from xinheng.faces.app.demo.other_sheets import TITLES
from xinheng.faces.app.demo.places import BY_KEY, Agency
from xinheng.faces.app.demo.sheets import STYLES, Style

SEED: Final = "hengchuan-1"
FIRST_DAY: Final = date(2023, 11, 20)
LAST_DAY: Final = date(2026, 11, 19)
SAMPLE_DAY: Final = date(2026, 11, 20)  # of the file that lies ready and is not sent
COVERED: Final = 9  # days before its sending whose decisions a delivery reports: the term of 7 working days
TOGETHER: Final = 2  # deliveries of one day: what two cores can take in at once
ROWS: Final = {"penalty": (34, 76), "permit": (230, 380)}  # in one delivery
NAMES: Final = {"penalty": "行政处罚", "permit": "行政许可", **TITLES}
# How many deliveries each desk makes over the three years; FEWEST where nothing is said. Each costs half a
# second on two cores, whatever it holds, and the city is to be there within a minute.
FEWEST: Final = 2
DELIVERIES: Final = {
    ("market", "penalty"): 8,
    ("environment", "penalty"): 6,
    ("transport", "penalty"): 4,
    ("county-market", "penalty"): 5,
    ("market", "permit"): 4,
    ("approval", "permit"): 6,
}
AGAIN: Final = 3  # rows of the last delivery sent once more as they were,
AMENDED: Final = 2  # and sent again with other words
# What else comes in the last whole month, so that its bulletin and its public figures have something to tell.
MONTH: Final = {
    ("market", "penalty"): date(2026, 10, 14),
    ("county-market", "penalty"): date(2026, 10, 14),
    ("transport", "penalty"): date(2026, 10, 21),
    ("approval", "permit"): date(2026, 10, 21),
}
# The backlog entered later (补录): old decisions on both sides of older boundaries of the law.
BACKLOG: Final = (
    (date(2017, 7, 24), date(2017, 8, 4)),
    (date(2019, 6, 24), date(2019, 7, 5)),
    (date(2022, 3, 1), date(2022, 3, 18)),
    (date(2023, 4, 24), date(2023, 5, 12)),
)
BACKLOG_ROWS: Final = 60  # for each of its spans
# The regime of 2026 begins on 1 April: whoever reports about then, reports decisions of both sides.
AROUND: Final = (date(2026, 3, 15), date(2026, 4, 20))
ACROSS: Final = date(2026, 4, 6)


@dataclass(frozen=True)
class Delivery:
    """One file on its day. `rows` are fields of the item; `sent` is when it reaches the platform."""

    number: int
    agency: Agency
    item: str
    profile: str
    sent: Known
    style: Style
    rows: tuple[Row, ...]
    constants: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return f"{self.agency.name}{NAMES[self.item]}信息表（演示）"

    @property
    def file_name(self) -> str:
        day = self.sent.at.astimezone(SHANGHAI).date()
        return f"{day:%Y%m%d}-{self.agency.key}-{self.item}.{self.style.form}"


@dataclass
class _Desk:
    """One agency's work on one item: its chance, its numbers, the organisations it deals with."""

    agency: Agency
    item: str
    numbers: Numbers
    chance: random.Random
    parties: list[Organisation]
    turn: Iterator[Organisation]  # those that come once before anybody comes by chance
    last: list[Row] = field(default_factory=list)  # rows of its last delivery, as they ought to be
    broken: list[Row] = field(default_factory=list)  # those of them that came back

    @property
    def prefix(self) -> str:
        return "CF" if self.item == "penalty" else "XK"

    def decide(self, day: date) -> Row:
        party = next(self.turn, None) or self.chance.choice(self.parties)
        make = decisions.penalty if self.item == "penalty" else decisions.permit
        row = make(self.chance, self.numbers, party, day)
        person = self.chance.randrange(share.MILLION) < share.PERSONS
        return decisions.about_person(self.chance, row) if person else row

    def resent(self) -> list[Row]:
        """Rows of the last delivery that come again: as they were, corrected, or mended after a return."""
        chosen = self.chance.sample(self.last, min(len(self.last), AGAIN + AMENDED))
        text = "CF_SY" if self.item == "penalty" else "XK_NR"
        amended = [{**row, text: row[text] + "（更正）"} for row in chosen[AGAIN:]]
        return chosen[:AGAIN] + amended + [row for row in self.broken if row not in chosen]


def deliveries(seed: str = SEED) -> list[Delivery]:
    """All files of the city, in the order in which they are sent; the same for the same seed.

    Those of one day are of different agencies. The last one is not sent: it lies ready as a sample for
    whoever tries the desk.
    """
    desks = _desks(seed, organisations(seed))
    dirt = Dirt(random.Random(f"{seed}/dirt"))  # noqa: S311 (invented data, not secrets)
    found = list(_backlog(desks))
    found += [_delivery(desk, day, dirt) for day, desk in _schedule(desks)]
    found.append(_delivery(desks[0], SAMPLE_DAY, dirt))
    return [replace(delivery, number=n) for n, delivery in enumerate(found, 1)]


def in_order(found: list[Delivery]) -> list[Delivery]:
    """By their days, numbered anew."""
    ordered = sorted(found, key=lambda delivery: delivery.sent)
    return [replace(delivery, number=n) for n, delivery in enumerate(ordered, 1)]


def by_day(found: list[Delivery]) -> list[list[Delivery]]:
    """Deliveries in groups of one day."""
    return [list(group) for _, group in groupby(found, key=lambda delivery: delivery.sent)]


def _desks(seed: str, everyone: list[Organisation]) -> list[_Desk]:
    desks = []
    for item, table in (("penalty", ACTS), ("permit", LICENCES)):
        for place, key in enumerate(table):
            agency = BY_KEY[key]
            chance = random.Random(f"{seed}/{key}/{item}")  # noqa: S311 (invented data, not secrets)
            parties = everyone if key != "county-market" else [o for o in everyone if "澜江县" in o.name]
            turn = iter(everyone[place :: len(table)] if item == "permit" else ())
            numbers = Numbers(agency, STYLES[key].brackets, {})
            desks.append(_Desk(agency, item, numbers, chance, parties, turn))
    return desks


def _schedule(desks: list[_Desk]) -> list[tuple[date, _Desk]]:
    """Who delivers when: spread over the years, then drawn together so that TOGETHER agencies share a day."""
    span = (LAST_DAY - FIRST_DAY).days
    spread: list[tuple[date, int]] = []
    for place, desk in enumerate(desks):
        times = DELIVERIES.get((desk.agency.key, desk.item), FEWEST)
        step = span // times
        ends = LAST_DAY - timedelta(days=place * step // len(desks))
        spread += [(ends - timedelta(days=back * step), place) for back in range(times)]
        if month := MONTH.get((desk.agency.key, desk.item)):
            spread.append((month, place))
    spread.sort()
    found: list[tuple[date, _Desk]] = []
    while spread:
        first = spread.pop(0)
        group = [first]
        for other in spread[: 2 * TOGETHER]:
            if len(group) < TOGETHER and desks[other[1]].agency not in [desks[p].agency for _, p in group]:
                group.append(other)
        for other in group[1:]:
            spread.remove(other)
        day = max(day for day, _ in group)
        day = ACROSS if AROUND[0] <= day <= AROUND[1] else day
        found += [(day, desks[place]) for _, place in group]
    return sorted(found, key=lambda one: one[0])


def _delivery(desk: _Desk, last: date, dirt: Dirt) -> Delivery:
    days = decisions.workdays(last - timedelta(days=COVERED), last)
    fewest, most = ROWS[desk.item]
    again = desk.resent()
    made: list[Row] = []
    for day in sorted(desk.chance.choices(days, k=desk.chance.randint(fewest, most))):
        late = desk.chance.randrange(share.MILLION) < share.LATE
        made.append(desk.decide(day - timedelta(days=desk.chance.randint(40, 120)) if late else day))
    code = f"{desk.prefix}_XDR_SHXYM"
    desk.last = [row for row in made if code in row]
    desk.broken, rows = [], again
    for row in made:
        sent = dirt.on(row, desk.prefix) if code in row else [row]
        desk.broken += [row] if comes_back(row, sent[0], desk.prefix) else []
        rows += sent
    style = STYLES[desk.agency.key]
    constants = {
        "CF_CFJGDM": desk.agency.code,
        "CF_SJLY": desk.agency.name,
        "CF_SJLYDM": desk.agency.code,
    }
    early = style.headers == "early" and desk.item == "penalty"
    return Delivery(
        0, desk.agency, desk.item, "report", at(last, 16), style, tuple(rows), constants if early else {}
    )


def _backlog(desks: list[_Desk]) -> Iterator[Delivery]:
    """Old penalties of two agencies, entered later with what identifies them."""
    for desk in desks:
        if desk.item == "penalty" and desk.agency.key in ("market", "environment"):
            days = [day for first, last in BACKLOG for day in decisions.workdays(first, last)]
            chosen = sorted(desk.chance.choices(days, k=BACKLOG_ROWS * len(BACKLOG)))
            rows = tuple(desk.decide(day) for day in chosen)
            yield Delivery(
                0, desk.agency, "penalty", "collected", at(FIRST_DAY, 10), STYLES[desk.agency.key], rows
            )


def at(day: date, hour: int) -> Known:
    """An instant of a day, Beijing time."""
    return Known(datetime.combine(day, time(hour), SHANGHAI).astimezone(UTC))
