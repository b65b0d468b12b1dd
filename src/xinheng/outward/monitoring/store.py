"""The tables of watching and their SQL: runs, alerts, gaps. Lists have a file of their own."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from xinheng.core import canonical
from xinheng.ground.store.transaction import Row, Transaction
from xinheng.outward.monitoring.model import Ended, How
from xinheng.outward.monitoring.series import Reason, Verdict


@dataclass(frozen=True)
class Run:
    """One run of the watching."""

    run: UUID
    at: datetime
    actor: str
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Alert:
    """无数据预警: an agency of which too few records of an item came."""

    alert: UUID
    case: UUID
    agency: UUID
    item: str
    how: How
    from_month: date
    to_month: date
    held: int
    expected: Decimal | None
    chance: Decimal | None
    evidence: Mapping[str, str]
    raised: datetime
    ended: datetime | None
    outcome: Ended | None


@dataclass(frozen=True)
class Gap:
    """A gap as the last run judged it."""

    agency: UUID
    item: str
    series: str
    year: int
    first: int
    last: int
    missing: int
    verdict: Verdict
    reason: Reason
    due_on: date | None
    evidence: Mapping[str, str]
    lower_record: UUID | None = None
    upper_record: UUID | None = None


_ALERT = (
    "alert, case_id, agency, item, how, from_month, to_month, held, expected, chance, evidence, raised, "
    "ended, outcome"
)
_GAP = (
    "agency, item, series, year, first, last, missing, verdict, reason, due_on, evidence, lower_record, "
    "upper_record"
)


def _alert(row: Row) -> Alert:
    values = list(row)
    values[4], values[10] = How(row[4]), json.loads(row[10])
    values[13] = Ended(row[13]) if row[13] else None
    return Alert(*values)


def _gap(row: Row) -> Gap:
    values = list(row)
    values[7], values[8], values[10] = Verdict(row[7]), Reason(row[8]), json.loads(row[10])
    return Gap(*values)


def _ids(agencies: Collection[UUID] | None) -> list[UUID] | None:
    return None if agencies is None else list(agencies)


# -- runs --------------------------------------------------------------------------------------------


def alone(tx: Transaction) -> None:
    """Until the transaction ends no other run goes on; readers are not held up."""
    tx.execute("lock table watch_runs in exclusive mode")


def note_run(tx: Transaction, run: Run) -> None:
    tx.execute(
        "insert into watch_runs (run, at, actor, counts) values (%(run)s, %(at)s, %(actor)s, %(said)s)",
        {**vars(run), "said": canonical.dumps(dict(run.counts))},
    )


def last_run(tx: Transaction) -> Run | None:
    rows = tx.fetch("select run, at, actor, counts from watch_runs order by at desc, run desc limit 1")
    return next((Run(run, at, actor, json.loads(said)) for run, at, actor, said in rows), None)


# -- alerts ------------------------------------------------------------------------------------------


def insert_alert(tx: Transaction, alert: Alert) -> None:
    names = ", ".join(f"%({name.strip()})s" for name in _ALERT.split(","))
    tx.execute(f"insert into silence_alerts ({_ALERT}) values ({names})", _values(alert))


def _values(alert: Alert) -> dict[str, object]:
    return {
        **vars(alert),
        "case_id": alert.case,
        "how": alert.how.value,
        "evidence": canonical.dumps(dict(alert.evidence)),
        "outcome": alert.outcome.value if alert.outcome else None,
    }


def change_alert(tx: Transaction, alert: Alert) -> None:
    """Bring an alert up to what is known of it now."""
    tx.execute(
        """update silence_alerts set from_month = %(from_month)s, to_month = %(to_month)s, held = %(held)s,
                  expected = %(expected)s, chance = %(chance)s, evidence = %(evidence)s,
                  ended = %(ended)s, outcome = %(outcome)s
           where alert = %(alert)s""",
        _values(alert),
    )


def alert_by_id(tx: Transaction, alert: UUID, *, lock: bool = False) -> Alert | None:
    rows = tx.fetch(
        f"select {_ALERT} from silence_alerts where alert = %(alert)s" + (" for update" if lock else ""),
        {"alert": alert},
    )
    return _alert(rows[0]) if rows else None


def alert_by_case(tx: Transaction, case: UUID) -> Alert | None:
    rows = tx.fetch(f"select {_ALERT} from silence_alerts where case_id = %(case)s", {"case": case})
    return _alert(rows[0]) if rows else None


def open_alerts(tx: Transaction) -> list[Alert]:
    """Every alert that has not ended; nobody else changes them until the transaction ends."""
    rows = tx.fetch(f"select {_ALERT} from silence_alerts where ended is null order by alert for update")
    return [_alert(row) for row in rows]


def explained(tx: Transaction) -> dict[tuple[UUID, str], date]:
    """(agency, item) -> last month of the latest silence that the office took as explained."""
    rows = tx.fetch(
        """select agency, item, max(to_month) from silence_alerts
           where outcome = 'explained' group by agency, item"""
    )
    return {(agency, item): month for agency, item, month in rows}


_ALERTS_OF = """from silence_alerts
where (%(agencies)s::uuid[] is null or agency = any(%(agencies)s::uuid[]))
  and (ended is null) = %(open)s"""


def alerts(
    tx: Transaction, agencies: Collection[UUID] | None, *, still: bool, limit: int, offset: int = 0
) -> list[Alert]:
    """Alerts that are still open, or those that have ended; the latest first."""
    rows = tx.fetch(
        f"select {_ALERT} {_ALERTS_OF} order by raised desc, alert limit %(limit)s offset %(offset)s",
        {"agencies": _ids(agencies), "open": still, "limit": limit, "offset": offset},
    )
    return [_alert(row) for row in rows]


def count_alerts(tx: Transaction, agencies: Collection[UUID] | None, *, still: bool) -> int:
    asked = {"agencies": _ids(agencies), "open": still}
    return int(tx.fetch(f"select count(*) {_ALERTS_OF}", asked)[0][0])


def raised_by_month(tx: Transaction, agencies: Collection[UUID] | None, since: date) -> dict[date, int]:
    """Alerts by the month (its first day) in which they were raised."""
    rows = tx.fetch(
        """select date_trunc('month', raised at time zone interval '8 hours')::date, count(*)
           from silence_alerts
           where raised >= %(since)s::timestamp at time zone interval '8 hours'
             and (%(agencies)s::uuid[] is null or agency = any(%(agencies)s::uuid[]))
           group by 1""",
        {"agencies": _ids(agencies), "since": since},
    )
    return {row[0]: row[1] for row in rows}


# -- gaps --------------------------------------------------------------------------------------------


def rewrite_gaps(tx: Transaction, gaps: Iterable[Gap]) -> int:
    """Put these in the place of all that the last run saw; how many."""
    tx.execute("delete from gap_stretches")
    count = 0
    for gap in gaps:
        count += tx.execute(
            f"""insert into gap_stretches ({_GAP})
                values (%(agency)s, %(item)s, %(series)s, %(year)s, %(first)s, %(last)s, %(missing)s,
                        %(verdict)s, %(reason)s, %(due_on)s, %(evidence)s, %(lower_record)s,
                        %(upper_record)s)""",
            {
                **vars(gap),
                "verdict": gap.verdict.value,
                "reason": gap.reason.value,
                "evidence": canonical.dumps(dict(gap.evidence)),
            },
        )
    return count


_GAPS_OF = """from gap_stretches
where (%(agencies)s::uuid[] is null or agency = any(%(agencies)s::uuid[]))
  and (%(verdict)s::text is null or verdict = %(verdict)s::text)"""


def gaps(
    tx: Transaction,
    agencies: Collection[UUID] | None,
    verdict: Verdict | None,
    limit: int,
    offset: int = 0,
) -> list[Gap]:
    """Gaps by agency, item and number, the latest year first."""
    rows = tx.fetch(
        f"""select {_GAP} {_GAPS_OF} order by year desc, agency, item, series, first
            limit %(limit)s offset %(offset)s""",
        {
            "agencies": _ids(agencies),
            "verdict": verdict.value if verdict else None,
            "limit": limit,
            "offset": offset,
        },
    )
    return [_gap(row) for row in rows]


def count_gaps(tx: Transaction, agencies: Collection[UUID] | None) -> dict[Verdict, tuple[int, int]]:
    """(gaps, numbers missing in them) by verdict."""
    rows = tx.fetch(
        f"select verdict, count(*), sum(missing)::bigint {_GAPS_OF} group by verdict",
        {"agencies": _ids(agencies), "verdict": None},
    )
    return dict.fromkeys(Verdict, (0, 0)) | {Verdict(v): (n, m) for v, n, m in rows}


def missing_by_agency(tx: Transaction, agencies: Collection[UUID] | None) -> dict[tuple[UUID, Verdict], int]:
    """Numbers missing by agency and verdict."""
    rows = tx.fetch(
        f"select agency, verdict, sum(missing)::bigint {_GAPS_OF} group by agency, verdict",
        {"agencies": _ids(agencies), "verdict": None},
    )
    return {(agency, Verdict(v)): n for agency, v, n in rows}


def forget(tx: Transaction, record: UUID) -> None:
    """What gaps and lists say of an erased record goes; that a number was compared stays."""
    tx.execute(
        """update gap_stretches set evidence = '{}'
           where lower_record = %(record)s or upper_record = %(record)s""",
        {"record": record},
    )
    tx.execute(
        """update watch_list_lines set number = null, party = null, code = null, near = null, record = null
           where record = %(record)s""",
        {"record": record},
    )
