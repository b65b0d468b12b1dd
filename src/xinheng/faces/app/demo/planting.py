"""Faults planted in the demo city, the honest things that look like them, and the answers (R027–R030, R144).

The watching must find every fault and accuse nobody who is honest. What was planted stands in one file of the
demo's own folder, which no page shows; `checking` holds the watching against it.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xinheng.core.times import Known, today
from xinheng.evidence.completeness import service as completeness
from xinheng.evidence.completeness.model import last_of, months
from xinheng.evidence.intake import numbers
from xinheng.evidence.intake.model_numbers import NumberRange
from xinheng.faces.app.demo import decisions
from xinheng.faces.app.demo.accounts import ACTOR
from xinheng.faces.app.demo.codes import code, mistyped
from xinheng.faces.app.demo.decisions import REMARK, SUMMARY, Numbers, Row
from xinheng.faces.app.demo.organisations import Organisation, organisations
from xinheng.faces.app.demo.places import BY_KEY, Agency
from xinheng.faces.app.demo.plan import LAST_DAY, SEED, Delivery, at
from xinheng.faces.app.demo.sheets import Style
from xinheng.office.access import service as access
from xinheng.office.cases.model import Actor

if TYPE_CHECKING:
    from xinheng.faces.app.wiring import App

FILE: Final = "planted.json"
LIST: Final = "清单-澜江县市场监管局.csv"
LIST_HEAD: Final = ("序号", "文号", "当事人", "统一社会信用代码", "决定日期", "相对人类别")
BUSY: Final = 12  # decisions a month, of a source that falls silent
HISTORY: Final = (date(2025, 5, 1), date(2026, 7, 31))
QUIET: Final = (date(2026, 8, 1), date(2026, 10, 31))
FIRST, SECOND = date(2026, 9, 24), LAST_DAY
DECIDED: Final = (date(2026, 9, 16), date(2026, 9, 23))
RECENT: Final = (date(2026, 11, 12), date(2026, 11, 18))
SERIES, LATE_SERIES, JOINT = "处", "延", "衡演联合罚"
HIDDEN: Final = (7, 19)  # numbers of decisions that were made and not reported
VOID: Final = (9, 10)  # declared void
PERSONS: Final = (12, 21)  # about natural persons
BAD: Final = (15, 16)  # sent with a code that does not hold, and returned
SUMMARIES: Final = (17,)
END: Final = 30  # last number of the first delivery; the second goes on after it
NOT_YET: Final = 34  # missing in the second, and still in time
UNLISTED: Final = (37, 38)  # behind the last number held: only a list shows them
OTHER_PARTY: Final = 4  # the list names another party


@dataclass(frozen=True)
class Planted:
    """What was planted. Numbers as they are written; sources as [code of the agency, item]."""

    late: list[str] = field(default_factory=list)
    silent: list[list[str]] = field(default_factory=list)
    quiet: list[list[str]] = field(default_factory=list)  # honest: rare, or declared to be zero
    hidden: list[str] = field(default_factory=list)
    honest: list[str] = field(default_factory=list)  # numbers without a record that accuse nobody
    waiting: list[str] = field(default_factory=list)
    omitted: list[str] = field(default_factory=list)
    wrong_codes: list[str] = field(default_factory=list)
    two_names: list[str] = field(default_factory=list)
    two_codes: list[str] = field(default_factory=list)


def number(series: str, n: int, year: int = 2026) -> str:
    """A number of the county's market supervision."""
    return f"衡演澜市监{series}〔{year}〕{n}号"


def planted() -> Planted:
    """The answers."""
    town, health = BY_KEY["town"].code, BY_KEY["health"].code
    parties = _parties()
    return Planted(
        late=[number(LATE_SERIES, n) for n in range(1, 6)],
        silent=[[town, "penalty"], [town, "inspection"]],
        quiet=[[town, "permit"], [health, "inspection"]],
        hidden=[number(SERIES, n) for n in HIDDEN],
        honest=[number(SERIES, n) for n in (*VOID, *PERSONS, *BAD, *SUMMARIES)]
        + [f"{JOINT}〔2026〕{n}号" for n in range(1, 10)],
        waiting=[number(SERIES, NOT_YET)],
        omitted=[number(SERIES, n) for n in UNLISTED],
        wrong_codes=[mistyped(parties[n].code, 10) for n in BAD],
        two_names=[parties[25].code],
        two_codes=[parties[26].code],
    )


def keep(folder: Path) -> None:
    """Write the answers into the demo's folder, and the auditor's list beside the samples."""
    text = json.dumps(asdict(planted()), ensure_ascii=False, indent=1)
    target = folder / FILE
    target.touch(mode=0o600)
    target.write_text(text + "\n", encoding="utf-8")
    samples = folder / "samples"
    samples.mkdir(exist_ok=True)
    with (samples / LIST).open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([LIST_HEAD, *_listed()])


def _listed() -> Iterator[tuple[str, ...]]:
    """The list that an auditor would draw up of the county's series: all that was decided, persons too."""
    parties = _parties()
    for place, n in enumerate((*range(1, END + 1), *UNLISTED), 1):
        if n in (*VOID, *HIDDEN):
            continue
        if n in PERSONS:
            yield (str(place), number(SERIES, n), "演示甲某", "", _day(n).isoformat(), "自然人")
            continue
        party = parties[n + 40 if n == OTHER_PARTY else n]
        yield (str(place), number(SERIES, n), party.name, party.code, _day(n).isoformat(), party.party_kind)


def deliveries() -> list[Delivery]:
    """The files in which the faults come, in the order of their days; two agencies share a day."""
    town, health, county = BY_KEY["town"], BY_KEY["health"], BY_KEY["county-market"]
    transport, housing = BY_KEY["transport"], BY_KEY["housing"]
    early, joint = at(date(2026, 8, 5), 11), at(date(2026, 9, 25), 11)
    first, second = at(FIRST, 11), at(SECOND, 11)
    files: tuple[tuple[Agency, str, str, Known, Iterator[Row]], ...] = (
        (town, "penalty", "collected", early, _history(town)),
        (health, "inspection", "report", early, _inspections(health)),
        (town, "permit", "collected", first, _rare(town)),
        (county, "penalty", "report", first, _county()),
        (transport, "penalty", "report", joint, _joint(transport, (1, 2, 3, 7, 8))),
        (housing, "penalty", "report", joint, _joint(housing, (4, 5, 6, 9))),
        (county, "penalty", "report", second, _later()),
    )
    return [
        Delivery(n, agency, item, profile, sent, Style(), tuple(rows))
        for n, (agency, item, profile, sent, rows) in enumerate(files, 1)
    ]


# -- rows --------------------------------------------------------------------------------------------


def _parties() -> list[Organisation]:
    """Organisations of the county, the same every time; firms, so that one name can bear two codes."""
    return [o for o in organisations(SEED) if "澜江县" in o.name and o.code.startswith("91")]


def _chance(what: str) -> random.Random:
    return random.Random(f"{SEED}/planted/{what}")  # noqa: S311 (invented data, not secrets)


def _day(n: int) -> date:
    days = decisions.workdays(*DECIDED)
    return days[(n - 1) * len(days) // END] if n <= END else days[-1]


def _penalty(agency: Agency, text: str, party: Organisation, day: date, *, summary: bool = False) -> Row:
    """A penalty of the agency under a number, about what the county's market supervision looks at."""
    known = agency.key if agency.key in ("transport", "housing") else "county-market"
    maker = Numbers(replace(agency, key=known), ("〔", "〕"), {})
    chance = _chance(text)
    row = decisions.penalty(chance, maker, party, day)
    while (row["X_PROCEDURE"] == SUMMARY) is not summary:
        row = decisions.penalty(chance, maker, party, day)
    return {**row, "CF_WSH": text}


def _history(town: Agency) -> Iterator[Row]:
    """A town that decided something every other day, until it did not."""
    parties, n = _parties(), 0
    for month in months(*HISTORY):
        days = decisions.workdays(month, last_of(month))
        for i in range(BUSY):
            n += 1
            text = f"衡演澜清罚〔{month.year}〕{n}号"
            yield _penalty(town, text, parties[n % len(parties)], days[i * len(days) // BUSY])


def _rare(town: Agency) -> Iterator[Row]:
    """One permit a month: three months without any say nothing."""
    parties = _parties()
    for n, month in enumerate(months(*HISTORY), 1):
        day = decisions.workdays(month, last_of(month))[3]
        maker = Numbers(replace(town, key="county-market"), ("〔", "〕"), {})
        row = decisions.permit(_chance(f"permit/{n}"), maker, parties[n], day)
        yield {**row, "XK_WSH": f"衡演澜清许〔{month.year}〕{n}号"}


def _inspections(health: Agency) -> Iterator[Row]:
    """Inspections as regular as the town's penalties; the office was told that there are none since."""
    parties, n = _parties(), 0
    for month in months(*HISTORY):
        days = decisions.workdays(month, last_of(month))
        for i in range(BUSY):
            n += 1
            party = parties[n % len(parties)]
            yield {
                "JC_XDR_MC": party.name,
                "JC_XDR_LB": party.party_kind,
                "JC_XDR_SHXYM": party.code,
                "JC_FRDB": party.representative,
                "JC_WS": "监督检查结果告知书",
                "JC_WSH": f"衡演卫检〔{month.year}〕{n}号",
                "JC_LB": "日常检查",
                "JC_NR": "公共场所卫生管理情况",
                "JC_JDRQ": days[i * len(days) // BUSY].isoformat(),
                "JC_JG": health.name,
                "JC_JGDM": health.code,
                "JC_SJLY": health.name,
                "JC_SJLYDM": health.code,
                "JC_JGLX": ("合格", "未发现问题", "发现问题已责令改正")[n % 3],
                "BZ": REMARK,
            }


def _county() -> Iterator[Row]:
    """One series with every honest gap and two that are not; late ones in a series of their own."""
    county, parties = BY_KEY["county-market"], _parties()
    for n in range(1, END + 1):
        if n in (*HIDDEN, *VOID):
            continue
        row = _penalty(county, number(SERIES, n), parties[n], _day(n), summary=n in SUMMARIES)
        if n in PERSONS:
            row = decisions.about_person(_chance(f"person/{n}"), row)
        if n in BAD:
            row["CF_XDR_SHXYM"] = mistyped(row["CF_XDR_SHXYM"], 10)
        yield row
    # one decision about two parties, and one with an annex: no further numbers
    yield _penalty(county, number(SERIES, 22), parties[24], _day(22))
    yield _penalty(county, number(SERIES, 23).replace("号", "号之一"), parties[23], _day(23))
    for n in range(1, 6):
        yield _penalty(county, number(LATE_SERIES, n), parties[30 + n], date(2026, 7, 6 + n))
    named, one = parties[25], parties[26]
    row = _penalty(county, number(SERIES, 25).replace("号", "号之二"), named, _day(25))
    yield {**row, "CF_XDR_MC": f"{named.name}东屿分公司"}
    twin = replace(one, code=code(one.code[:2], one.code[6:8], 90_001))
    yield _penalty(county, number(SERIES, 26).replace("号", "号之一"), twin, _day(26))


def _later() -> Iterator[Row]:
    """The series goes on; a number is missing that may still come in time."""
    days, parties = decisions.workdays(*RECENT), _parties()
    for n in range(END + 1, UNLISTED[0]):
        if n != NOT_YET:
            day = days[(n - END - 1) * len(days) // 7]
            yield _penalty(BY_KEY["county-market"], number(SERIES, n), parties[n], day)


def _joint(agency: Agency, given: Sequence[int]) -> Iterator[Row]:
    """Two agencies number together: neither's gaps are any."""
    for n in given:
        yield _penalty(agency, f"{JOINT}〔2026〕{n}号", _parties()[60 + n], date(2026, 9, 17))


# -- beside the files --------------------------------------------------------------------------------


def enter(app: App) -> None:
    """Who is to send what, what was declared, which numbers are void. What is there stays."""
    duties = (
        ("town", "penalty", HISTORY[0]),
        ("town", "inspection", date(2026, 5, 1)),
        ("health", "inspection", HISTORY[0]),
        ("county-market", "penalty", date(2026, 9, 1)),
    )
    with app.database.transaction() as tx:
        for key, item, since in duties:
            agency = access.by_code(tx, BY_KEY[key].code)
            if completeness.listed(tx, [agency.agency], item):
                continue
            feed = completeness.add_feed(tx, app.pack, agency, item, since, app.clock, ACTOR)
            if key == "health":
                for month in months(*QUIET):
                    if last_of(month) < today(app.clock):
                        completeness.declare(tx, feed, month, 0, app.clock, ACTOR)
        county = access.by_code(tx, BY_KEY["county-market"].code)
        if not numbers.declarations(tx, [county.agency], 1):
            void = NumberRange("penalty", number(SERIES, VOID[0]), number(SERIES, VOID[-1]), "系统跳号")
            numbers.declare(tx, county, void, Actor(None, county.agency, ACTOR), app.clock)
