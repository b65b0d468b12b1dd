"""Growth: files of 100 000 rows taken into a home that holds 0, 1, 3 and 10 million records.

The records that are there already are written by SQL, with the sizes of real ones and made-up hashes: their
log does not verify and nobody reads them, but tables and indexes are as large as they would be.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.data import AUTHORITY, penalties
from bench.house import House, house

ROWS, ORGANISATIONS = 100_000, 10_000
STEPS = (1_000_000, 3_000_000, 10_000_000)
PART = 500_000  # records written by one statement


def measure(*, small: bool = False) -> Iterator[dict[str, object]]:
    """One row a size: seconds and memory for such a file, beside the empty home (`small`: a hundredth)."""
    rows, steps = (ROWS // 10, tuple(s // 100 for s in STEPS)) if small else (ROWS, STEPS)
    with tempfile.TemporaryDirectory(prefix="xh-bench-") as made:
        folder = Path(made)
        with house(folder, AUTHORITY) as place:
            _, bare, memory = place.take(_sheet(folder, 0, rows))
            held = rows
            for turn, size in enumerate(steps, start=1):
                _fill(place, held, size)
                receipt, seconds, mb = place.take(_sheet(folder, turn, rows))
                assert receipt.counts.accepted > rows * 9 // 10, receipt.counts
                yield {
                    "name": f"growth: {rows:,} rows into {size:,} records",
                    "ours": round(seconds, 1),
                    "bare": round(bare, 1),
                    "ratio": round(seconds / bare, 2),
                    "aim": "flat",
                    "peak_mb": mb,
                    "peak_mb_empty": memory,
                }
                held = size + rows


def _sheet(folder: Path, turn: int, rows: int) -> Path:
    """Rows that no earlier turn had: their document numbers begin where those ended."""
    sheet = folder / f"sheet-{turn}.csv"
    penalties(sheet, rows, ORGANISATIONS, first=turn * rows)
    return sheet


def _fill(place: House, held: int, size: int) -> None:
    """Write records until there are `size`."""
    with place.database.transaction() as tx:
        tx.execute("create temporary table known_subjects as select subject from subjects")
        tx.execute("alter table known_subjects add column n serial")
        count = tx.fetch("select count(*) from known_subjects")[0][0]
        for start in range(held, size, PART):
            span = {"first": start, "last": min(start + PART, size) - 1, "count": count}
            tx.execute("create temporary table made on commit drop as " + _MADE.format_map(span))
            for statement in _COPIES:
                tx.execute(statement)
            tx.execute("drop table made")
        frontier = b"".join(secrets.token_bytes(32) for _ in range(size.bit_count()))
        tx.execute(
            "update ledger_head set size = %(size)s, frontier = %(frontier)s",
            {"size": size, "frontier": frontier},
        )
        tx.execute("drop table known_subjects")


_MADE = """
    select g as seq, ('01900000-0000-7000-8000-' || lpad(to_hex(g), 12, '0'))::uuid as event,
           ('01900000-0000-7000-8000-' || lpad(to_hex(g), 12, '0'))::uuid as record,
           sha256(convert_to('key ' || g, 'UTF8')) as mac, s.subject,
           date '2020-01-01' + (g % 2000)::int as day
    from generate_series({first}::bigint, {last}::bigint) g
    join known_subjects s on s.n = 1 + g % {count}::bigint
"""
_COPIES = (
    """insert into events (seq, event, kind, known, entry)
       select seq, event, 'recorded', timestamptz '2026-11-19', mac from made order by seq""",
    """insert into provenances (provenance, item, pack) values (0, 'penalty', 'bench')
       on conflict do nothing""",
    """insert into contents (event, provenance, record, subject, valid_from, public, shared, authorised,
                             salts, commitments, content_mac)
       select event, 0, record, subject, day,
              '{"CF_NR":"' || repeat('处以罚款人民币伍仟元。', 12) || seq || '"}',
              '{"CF_FRDB":"某某"}', null, mac || substr(mac, 1, 16), mac || mac || mac, mac from made""",
    """insert into records (record, item, key_mac, content_mac, subject, source, event, profile, state,
                            decided_on, document, authority, due_on, received_on, shown_mark, reported_mark)
       select record, 'penalty', mac, mac, subject, subject, event, 'report', 'current', day,
              '示市监罚字〔2020〕' || seq || '号', '示例市市场监督管理局', day + 10, day + 5, true, true
       from made""",
    "insert into record_keys (key_mac, record) select mac, record from made order by mac",
    """insert into publicity (record, subject, item, authority, decided_on, site_ground, site_first_day,
                              site_earliest_end, site_last_day, system_ground, listed)
       select record, subject, hashtextextended('penalty', 0), hashtextextended('authority', 0), day, 0, day,
              day + 90, day + 1095, 0, true from made""",
)
