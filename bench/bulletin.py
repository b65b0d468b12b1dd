"""The monthly bulletin of a city that holds ten million records: page and JSON, beside counting the receipts.

What a bulletin reads is as large as it would be: two years of receipts of three hundred agencies in twelve
counties, the counts by day, who is covered, cases, feeds, the log's headers. Contents and records, which it
never reads, are left out; so is what suspicions there were.
"""

from __future__ import annotations

import json
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from bench.data import AUTHORITY
from bench.house import CLOCK, House, house
from xinheng.evidence.completeness import service as completeness
from xinheng.evidence.intake import checks
from xinheng.faces.web.pages import environment
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import service as access
from xinheng.office.access.model import AgencyKind, Level
from xinheng.outward.documents import canonical, pdf
from xinheng.outward.reports import scope, service

RECORDS, A_RECEIPT = 10_000_000, 50  # records, and how many of them a receipt brought
COUNTIES, BUREAUS = 12, 300
ITEMS = ("penalty", "permit", "inspection", "coercion", "confirmation", "ruling", "reward", "tax-payment")
MONTHS, MONTH = 24, date(2026, 10, 1)
BEGUN = date(2015, 1, 1)


def measure(*, small: bool = False) -> dict[str, object]:
    """One row: seconds for facts, document, JSON and page of a month (`small`: a hundredth of it all)."""
    size = RECORDS // 100 if small else RECORDS
    with tempfile.TemporaryDirectory(prefix="xh-bench-") as made, house(Path(made), AUTHORITY) as place:
        _fill(place, size)
        bare = min(_counted(place) for _ in range(3))
        seconds, document = _made(place)
        began = time.perf_counter()
        pdf.write(document)
        return {
            "name": f"bulletin: a month over {size:,} records",
            "ours": round(seconds, 2),
            "bare": round(bare, 3),
            "ratio": round(seconds / bare, 1),
            "aim": "< 10 s",
            "receipts": size // A_RECEIPT,
            "agencies": BUREAUS,
            "pdf_s": round(time.perf_counter() - began, 2),
        }


def _made(place: House) -> tuple[float, Any]:
    pack = place.home.pack
    sheet: Any = environment().get_template("document.html").module
    began = time.perf_counter()
    with place.database.transaction() as tx:
        head = access.by_code(tx, "CITY")
        given = scope.fixed(tx, pack, head, MONTH, scope.cutoff_of(pack, MONTH), "bench")
        made = service.make(tx, pack, given)
    canonical.write(made.document)
    page = str(sheet.sheet(made.document))
    seconds = time.perf_counter() - began
    assert "第0县信用办" in page
    assert "点名和整改" in page
    return seconds, made.document


def _counted(place: House) -> float:
    """Seconds to add up what the month's receipts took in, and nothing else."""
    began = time.perf_counter()
    with place.database.transaction() as tx:
        tx.fetch(
            """select sum((counts::json->>'accepted')::bigint), sum((counts::json->>'returned')::bigint)
               from receipts where known >= '2026-09-30 16:00Z' and known < '2026-10-31 16:00Z'"""
        )
    return time.perf_counter() - began


def _fill(place: House, size: int) -> None:
    with place.database.transaction() as tx:
        _agencies(tx)
        _receipts(tx, place, size // A_RECEIPT)
        tx.execute(_DAYS)
        tx.execute(_COVERED, {"organisations": max(size // 20, 1000)})
        tx.execute(_EVENTS, {"size": size})
        tx.execute(_CASES, {"cases": size // 100})
        for agency in [a for _, a in access.tree(tx) if a.code.startswith("B")]:
            completeness.add_feed(tx, place.home.pack, agency, "penalty", date(2026, 1, 1), CLOCK, "bench")
    for table in ("receipts", "day_counts", "coverage", "cases", "events"):
        with place.database.transaction() as tx:
            tx.execute(f"analyze {table}")


def _agencies(tx: Transaction) -> None:
    new = access.NewAgency("CITY", "示例市信用办", None, AgencyKind.OFFICE, Level.CITY, "430100", BEGUN)
    access.add_agency(tx, new, CLOCK, "bench")
    for n in range(COUNTIES):
        county = access.NewAgency(
            f"X{n:02d}", f"第{n}县信用办", "CITY", AgencyKind.OFFICE, Level.COUNTY, f"4301{n + 21}", BEGUN
        )
        access.add_agency(tx, county, CLOCK, "bench")
    for n in range(BUREAUS):
        above = "CITY" if n % 10 == 0 else f"X{n % COUNTIES:02d}"
        access.add_agency(tx, access.NewAgency(f"B{n:03d}", f"第{n}局", above, from_on=BEGUN), CLOCK, "bench")


def _receipts(tx: Transaction, place: House, count: int) -> None:
    """`count` receipts, as many a month; a tenth returned rows, by three rules."""
    rules = checks.rules(place.home.pack.item("penalty"), "report", MONTH)
    told = [
        {"id": rule.id, "severity": rule.severity.value, "passed": 50, "failed": 0, "empty": 0, "errors": 0}
        for rule in rules
    ]
    fine = json.dumps(told)
    for rule in [each for each in told if each["severity"] == "return"][:3]:
        rule["failed"] = 1
    tx.execute(
        _RECEIPTS,
        {"count": count, "items": list(ITEMS), "fine": fine, "bad": json.dumps(told), "months": MONTHS},
    )


_RECEIPTS = """
    insert into receipts (receipt, request, position, known, agency, item, profile, pack, file_name,
                          file_sha256, way, counts, columns, constants, checks, notes)
    select ('01900000-0000-7000-8000-' || lpad(to_hex(g), 12, '0'))::uuid,
           sha256(convert_to(g::text, 'UTF8')),
           g, timestamptz '2024-11-01 02:00Z' + interval '1 month' * (g %% %(months)s::int)
              + interval '1 day' * (g / 37 %% 28),
           a.agency, (%(items)s::text[])[1 + g / 24 %% 8], 'report', 'bench', 'bench.csv', '', 'file',
           '{"accepted":48,"corrected":2,"dropped":0,"known":0,"late":' || g %% 5 || ',"masked":0,'
           || '"persons":0,"returned":' || case when g / 24 %% 10 = 0 then 3 else 0 end
           || ',"review":0,"undated":0}',
           '{}', '{}', case when g / 24 %% 10 = 0 then %(bad)s::text else %(fine)s::text end, '[]'
    from generate_series(1, %(count)s::bigint) g
    join (select agency, row_number() over (order by code) as n from agencies where code like 'B%%') a
      on a.n = 1 + (g * 7919) %% (select count(*) from agencies where code like 'B%%')
"""
_DAYS = """
    insert into day_counts (source, day, item, kind, decided_on, count)
    select agency, day, item, 'recorded', day - waited, sum(8)
    from (select agency, (known at time zone interval '8 hours')::date as day, item from receipts) r,
         generate_series(1, 6) waited
    group by 1, 2, 3, 5
"""
_COVERED = """
    insert into coverage (item, subject, known_on, division, kind, first)
    select i.item, ('01900000-0000-7000-a000-' || lpad(to_hex(g), 12, '0'))::uuid,
           date '2024-11-01' + g %% 700,
           '4301' || 21 + g %% 12, case when g %% 3 = 0 then '企业' else '个体工商户' end,
           i.item = 'record'
    from generate_series(1, %(organisations)s::int) g,
         unnest(array['record', 'penalty', 'permit', 'inspection', 'tax-payment'])
             with ordinality as i(item, n)
    where g %% i.n = 0
"""
_EVENTS = """
    insert into events (seq, event, kind, known, entry)
    select g, ('01900000-0000-7000-b000-' || lpad(to_hex(g), 12, '0'))::uuid, 'recorded',
           timestamptz '2024-11-01' + interval '1 minute' * (g / 10), sha256(convert_to(g::text, 'UTF8'))
    from generate_series(0, %(size)s::bigint - 1) g
"""
_CASES = """
    insert into cases (case_id, kind, title, owner, ref, state, due_on, detail, opened, changed, closed)
    select ('01900000-0000-7000-c000-' || lpad(to_hex(g), 12, '0'))::uuid, 'returned_row', '退回', a.agency,
           'receipt:' || g, case when g %% 3 = 0 then 'open' else 'closed' end,
           date '2026-01-01' + (g %% 300)::int, '{}',
           timestamptz '2026-01-01' + interval '1 minute' * (g %% 400000), timestamptz '2026-10-01',
           case when g %% 3 > 0 then timestamptz '2026-10-01' + interval '1 minute' * (g %% 60000) end
    from generate_series(1, %(cases)s::bigint) g
    join (select agency, row_number() over (order by code) as n from agencies where code like 'B%%') a
      on a.n = 1 + g %% (select count(*) from agencies where code like 'B%%')
"""
