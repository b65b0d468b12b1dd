"""Silence as a sequence: looking at every source and item, opening alerts, and ending those that are over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from xinheng.core.ids import new_id
from xinheng.core.times import Clock, today
from xinheng.evidence.completeness import service as completeness
from xinheng.evidence.completeness.model import Feed, first_of, last_of, months, next_month
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.office.access import service as access
from xinheng.office.access.model import Agency
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import PLATFORM, Actor, NewCase
from xinheng.outward.monitoring import model, store
from xinheng.outward.monitoring.model import Counted, Ended, How, Period, Silence
from xinheng.outward.monitoring.store import Alert

KIND: Final = "silence"
LATER: Final = timedelta(days=31)
BACK: Final = timedelta(days=31 * 40)  # of history that is read: two years, and a year of silence
OUTCOMES: Final = {
    Ended.ARRIVED: "数据已到",
    Ended.DECLARED: "已申报，与平台已有一致",
    Ended.EXPLAINED: "说明情况属实",
    Ended.FEED_ENDED: "不再报送",
}
_SAID: Final = {
    Ended.ARRIVED: "这段时间的数据已经报到，预警自动办结",
    Ended.DECLARED: "这段时间的数量已经申报，与平台已有的一致，预警自动办结",
    Ended.FEED_ENDED: "归集责任已终止或单位已撤销，预警自动办结",
}


@dataclass(frozen=True)
class Watched:
    """One source and item, with all that silence is judged by."""

    agency: Agency
    item: str
    feed: Feed | None  # entered duty to send; without one, its own history alone
    held: Mapping[date, int]  # first day of month of decision -> records
    declared: Mapping[date, int]
    until: date | None  # last day of the latest month whose reports are all due


def look(tx: Transaction, pack: Pack, clock: Clock) -> dict[str, int]:
    """End what is over, raise what is new; how many of each. Call it in `store.alone`."""
    found = {(w.agency.agency, w.item): w for w in watched(tx, pack, today(clock))}
    seen = {key: _seen(pack, each) for key, each in found.items()}
    quiet = store.explained(tx)
    raised = ended = 0
    open_: set[tuple[UUID, str]] = set()
    for alert in store.open_alerts(tx):
        key = (alert.agency, alert.item)
        outcome = _over(pack, alert, found.get(key))
        if outcome is not None:
            finish(tx, alert, outcome, PLATFORM, _SAID[outcome], clock)
            ended += 1
            continue
        open_.add(key)
        if now := seen.get(key):
            store.change_alert(tx, _grown(alert, now))
    for key, now in seen.items():
        if now is None or key in open_ or _still_explained(quiet.get(key), now):
            continue
        _raise(tx, pack, found[key], now, clock)
        raised += 1
    return {"silence_watched": len(found), "silence_raised": raised, "silence_ended": ended}


def watched(tx: Transaction, pack: Pack, day: date) -> Iterator[Watched]:
    """Every existing agency with every item that it is to send, or has sent without being entered for it."""
    since = first_of(day - BACK)
    held = completeness.held_by_source(tx, since)
    feeds = completeness.listed(tx)
    said = completeness.declared_counts(tx, feeds, since)
    by_place: dict[tuple[UUID, str], list[Feed]] = {}
    for feed in feeds:
        by_place.setdefault((feed.agency, feed.item), []).append(feed)
    sent = {source for source, _ in held}
    until = {item.id: _ready(pack, item.id, since, day) for item in pack.items.values()}
    for _, agency in access.tree(tx):
        if not agency.exists(day):
            continue
        own = access.standing(tx, agency).own
        if not any(source in sent for source in own) and not any(a == agency.agency for a, _ in by_place):
            continue
        items = {item for source, item in held if source in own}
        items |= {item for a, item in by_place if a == agency.agency}
        for item in sorted(items & until.keys()):
            duties = by_place.get((agency.agency, item), [])
            duty = next((f for f in duties if f.expects(first_of(day))), None)
            if duties and duty is None:
                continue  # it no longer has to
            counts = _added([held.get((source, item), {}) for source in own])
            declared = {m: n for (f, m), n in said.items() if duty and f == duty.feed}
            yield Watched(agency, item, duty, counts, declared, until[item])


def _ready(pack: Pack, item: str, since: date, day: date) -> date | None:
    due = completeness.declared_until(pack, item, months(since, day))
    # where there is no term, or no calendar for it, nobody is late; a month is looked at a month later
    return model.ready_until(day, {last_of(m): until or last_of(m) + LATER for m, until in due.items()})


def _added(counts: Sequence[Mapping[date, int]]) -> dict[date, int]:
    found: dict[date, int] = {}
    for each in counts:
        for month, count in each.items():
            found[month] = found.get(month, 0) + count
    return found


@dataclass(frozen=True)
class _Seen:
    """Silence as it shows now."""

    how: How
    first: date
    last: date
    found: Silence | None
    history: tuple[Counted, ...]


def _seen(pack: Pack, each: Watched) -> _Seen | None:
    if each.until is None:
        return None
    series = _series(pack, each)
    found = model.silence(series)
    if found is not None:
        if _declared(each, found.first, found.last):
            return None
        return _Seen(How.FEWER, found.first, found.last, found, tuple(series[-(found.periods + 3) :]))
    if each.feed is None:
        return None
    never = model.never_sent(each.feed.from_on, each.until, each.held, each.declared)
    return _Seen(How.NEVER, *never, None, ()) if never else None


def _series(pack: Pack, each: Watched) -> list[Counted]:
    if each.until is None or not each.held:
        return []
    return model.counted(_periods(pack, min(each.held), each.until), each.held)


def _periods(pack: Pack, since: date, until: date) -> list[Period]:
    return model.periods(pack.calendar, since, until)


def _declared(each: Watched, first: date, last: date) -> bool:
    """Whether every month was declared, and no more than is held."""
    return all(each.declared.get(m) == each.held.get(m, 0) for m in months(first, last))


def _over(pack: Pack, alert: Alert, each: Watched | None) -> Ended | None:
    """Why an alert is over; None where it stands."""
    if each is None:
        return Ended.FEED_ENDED
    if _declared(each, alert.from_month, alert.to_month):
        return Ended.DECLARED
    if alert.how is How.NEVER:
        return Ended.ARRIVED if any(each.held.values()) else Ended.DECLARED if each.declared else None
    series = _series(pack, each)
    history = [c for c in series if c.period.last < alert.from_month][-model.HISTORY :]
    stretch = [c for c in series if alert.from_month <= c.period.first and c.period.last <= alert.to_month]
    if not stretch or len(history) < len(stretch):
        return None
    return Ended.ARRIVED if model.judged(history, stretch) is None else None


def _still_explained(until: date | None, now: _Seen) -> bool:
    """Whether the office took this silence as explained, and it has hardly lasted longer."""
    if until is None:
        return False
    return len(months(next_month(until), now.last)) < model.QUIET if now.last > until else True


def _raise(tx: Transaction, pack: Pack, each: Watched, now: _Seen, clock: Clock) -> None:
    alert_id, case_id = new_id(clock), new_id(clock)
    name = pack.item(each.item).name
    held = now.found.held if now.found else 0
    expected = f"，按历史应有约 {now.found.expected} 条" if now.found else "，从未报送，也未申报"
    evidence = _evidence(now)
    case = cases.open_case(
        tx,
        NewCase(
            kind=KIND,
            title=f"无数据预警：{name} {_span(now.first, now.last)} 已有 {held} 条{expected}",
            owner=each.agency.agency,
            ref=f"silence:{alert_id}",
            detail=evidence,
            dedupe=f"silence:{each.agency.agency.hex}:{each.item}",
            case=case_id,
        ),
        clock,
    )
    store.insert_alert(
        tx,
        Alert(
            alert=alert_id,
            case=case.case,
            agency=each.agency.agency,
            item=each.item,
            how=now.how,
            from_month=now.first,
            to_month=now.last,
            held=held,
            expected=now.found.expected if now.found else None,
            chance=now.found.chance if now.found else None,
            evidence=evidence,
            raised=clock.now().at,
            ended=None,
            outcome=None,
        ),
    )


def _span(first: date, last: date) -> str:
    return f"{first:%Y-%m}" if first == last else f"{first:%Y-%m} 至 {last:%Y-%m}"


def _evidence(now: _Seen) -> dict[str, str]:
    said = {"期间": _span(now.first, now.last)}
    if now.found is None:
        return {**said, "已有": "0 条", "依据": "已登记归集责任，期限已过，没有报送，也没有申报"}
    found = now.found
    counts = "；".join(f"{c.period.first:%Y-%m} {c.held}" for c in now.history)
    return {
        **said,
        "已有": f"{found.held} 条",
        "按历史应有": f"约 {found.expected} 条",
        "历史": f"此前 {found.periods} 期，同样长的时间里最少 {found.least} 条",
        "一切照旧而只有这么少的概率": _chance(found.chance),
        "逐期": counts,
    }


def _chance(chance: Decimal) -> str:
    """A small probability as people read it: one in so many."""
    return f"约 {int(1 / chance):,} 分之一" if chance > model.SMALLEST else "不到一万亿分之一"


def _grown(alert: Alert, now: _Seen) -> Alert:
    """An alert whose silence lasts on, or of which more is known."""
    if alert.how is not now.how or now.last < alert.to_month:
        return alert
    return replace(
        alert,
        to_month=now.last,
        from_month=min(alert.from_month, now.first),
        held=now.found.held if now.found else 0,
        expected=now.found.expected if now.found else None,
        chance=now.found.chance if now.found else None,
        evidence=_evidence(now),
    )


def finish(tx: Transaction, alert: Alert, outcome: Ended, actor: Actor, note: str, clock: Clock) -> Alert:
    """End an alert with its case."""
    at: datetime = clock.now().at
    cases.close(tx, alert.case, actor, outcome.value, note, clock)
    after = replace(alert, ended=at, outcome=outcome)
    store.change_alert(tx, after)
    return after


def recheck(tx: Transaction, pack: Pack, alert: Alert, clock: Clock) -> Alert:
    """End one alert where what it waited for is there; as it stands otherwise."""
    day = today(clock)
    each = next(
        (w for w in watched(tx, pack, day) if (w.agency.agency, w.item) == (alert.agency, alert.item)), None
    )
    outcome = _over(pack, alert, each)
    return finish(tx, alert, outcome, PLATFORM, _SAID[outcome], clock) if outcome else alert
