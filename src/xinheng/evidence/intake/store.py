"""The tables of intake and their SQL: receipts, the rows they speak of, numbers used up, reviews."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import pyarrow as pa

from xinheng.core import canonical
from xinheng.ground.store.transaction import Row, Transaction

PAGE = 5_000

RETURNED_SCHEMA = pa.schema(
    [
        ("receipt", pa.binary(16)),
        ("line", pa.int32()),
        ("cells", pa.string()),
        ("checks", pa.string()),
        ("case_id", pa.binary(16)),
    ]
)
LINES_SCHEMA = pa.schema(
    [
        ("receipt", pa.binary(16)),
        ("line", pa.int32()),
        ("outcome", pa.string()),
        ("record", pa.binary(16)),
        ("checks", pa.string()),
    ]
)
NUMBERS_SCHEMA = pa.schema(
    [
        ("agency", pa.binary(16)),
        ("item", pa.string()),
        ("number", pa.string()),
        ("decided_on", pa.date32()),
        ("why", pa.string()),
    ]
)
REVIEWS_SCHEMA = pa.schema(
    [
        ("review", pa.binary(16)),
        ("record", pa.binary(16)),
        ("receipt", pa.binary(16)),
        ("line", pa.int32()),
        ("source", pa.binary(16)),
        ("cells", pa.string()),
        ("opened", pa.timestamp("us", "UTC")),
    ]
)


@dataclass(frozen=True)
class Kept:
    """A receipt as it is kept."""

    receipt: UUID
    request: bytes
    position: int
    known: datetime
    agency: UUID
    account: UUID | None
    item: str
    profile: str
    pack: str
    file_name: str
    file_sha256: str
    first_seq: int | None
    way: str
    behalf: UUID | None  # agency that entered it on behalf of `agency` (代录)
    counts: dict[str, int]
    columns: dict[str, str]
    constants: dict[str, str]
    checks: list[dict[str, Any]]
    notes: list[str]


_COLUMNS = (
    "receipt, request, position, known, agency, account, item, profile, pack, file_name, file_sha256, "
    "first_seq, way, behalf, counts, columns, constants, checks, notes"
)


def insert_receipt(tx: Transaction, kept: Kept) -> None:
    """Keep a receipt. Raises UniqueClash where the same request was answered meanwhile."""
    values = {
        **vars(kept),
        "counts": canonical.dumps(kept.counts),
        # the order of the sheet is part of what the receipt says, so these are not sorted
        "columns": json.dumps(kept.columns, ensure_ascii=False),
        "constants": canonical.dumps(kept.constants),
        "checks": canonical.dumps(kept.checks),
        "notes": canonical.dumps(kept.notes),
    }
    names = ", ".join(f"%({name.strip()})s" for name in _COLUMNS.split(","))
    tx.execute(f"insert into receipts ({_COLUMNS}) values ({names})", values)


def _kept(row: Row) -> Kept:
    texts = [json.loads(text) for text in row[14:19]]
    request = bytes(row[1])
    return Kept(row[0], request, *row[2:14], *texts)


def by_request(tx: Transaction, request: bytes) -> Kept | None:
    """The receipt that answered this request before."""
    rows = tx.fetch(f"select {_COLUMNS} from receipts where request = %(request)s", {"request": request})
    return _kept(rows[0]) if rows else None


def by_id(tx: Transaction, receipt: UUID) -> Kept | None:
    rows = tx.fetch(f"select {_COLUMNS} from receipts where receipt = %(receipt)s", {"receipt": receipt})
    return _kept(rows[0]) if rows else None


def listed(tx: Transaction, agency: UUID | None, limit: int, offset: int = 0) -> list[Kept]:
    """Receipts, newest first: of one agency, or of all."""
    rows = tx.fetch(
        f"""select {_COLUMNS} from receipts
            where %(agency)s::uuid is null or agency = %(agency)s::uuid
            order by known desc, receipt limit %(limit)s offset %(offset)s""",
        {"agency": agency, "limit": limit, "offset": offset},
    )
    return [_kept(row) for row in rows]


@dataclass(frozen=True)
class Asked:
    """Which receipts; None means no matter. `agencies`: as source, or as who entered them (代录).

    `since` and `until`: when they were written, half-open. `holding`: the count that is not nought, one of
    HELD.
    """

    agencies: Collection[UUID] | None = None
    item: str | None = None
    way: str | None = None
    behalf: bool = False  # only those that somebody entered on behalf
    since: datetime | None = None
    until: datetime | None = None
    holding: str | None = None


HELD = ("returned", "late", "corrected", "review", "persons")


def asked_for(tx: Transaction, asked: Asked, limit: int, offset: int = 0) -> list[Kept]:
    """Receipts, newest first. Raises ValueError for a count that is none of HELD."""
    if asked.holding is not None and asked.holding not in HELD:
        raise ValueError(asked.holding)
    held = f"(counts::json ->> '{asked.holding}')::bigint > 0" if asked.holding else "true"
    among = None if asked.agencies is None else list(asked.agencies)
    rows = tx.fetch(
        f"""select {_COLUMNS} from receipts
            where (%(agencies)s::uuid[] is null or agency = any(%(agencies)s::uuid[])
                   or behalf = any(%(agencies)s::uuid[]))
              and (%(item)s::text is null or item = %(item)s::text)
              and (%(way)s::text is null or way = %(way)s::text)
              and (not %(behalf)s::boolean or behalf is not null)
              and (%(since)s::timestamptz is null or known >= %(since)s::timestamptz)
              and (%(until)s::timestamptz is null or known < %(until)s::timestamptz)
              and {held}
            order by known desc, receipt limit %(limit)s offset %(offset)s""",
        {**vars(asked), "agencies": among, "limit": limit, "offset": offset},
    )
    return [_kept(row) for row in rows]


@dataclass(frozen=True)
class AgencySums:
    """Receipts of one agency added up. 补录 (`collected`) stands apart: it counts in no rate."""

    files: int
    last: datetime
    accepted: int
    corrected: int
    known: int
    returned: int
    late: int
    undated: int
    persons: int
    review: int
    collected: int  # accepted as 补录


_SUMMED = ("accepted", "corrected", "known", "returned", "late", "undated", "persons", "review")


def sums_by_agency(tx: Transaction) -> dict[UUID, AgencySums]:
    """The sums of every agency that has sent anything."""
    sums = ", ".join(
        f"coalesce(sum((counts::json ->> '{name}')::bigint) filter (where profile = 'report'), 0)::bigint"
        for name in _SUMMED
    )
    rows = tx.fetch(
        f"""select agency, count(*), max(known), {sums},
                   coalesce(sum((counts::json ->> 'accepted')::bigint)
                            filter (where profile <> 'report'), 0)::bigint
            from receipts group by agency"""
    )
    return {row[0]: AgencySums(*row[1:]) for row in rows}


def load_returned(tx: Transaction, rows: pa.RecordBatchReader) -> None:
    tx.load("returned_rows", rows)


def load_lines(tx: Transaction, rows: pa.RecordBatchReader) -> None:
    tx.load("receipt_lines", rows)


def load_reviews(tx: Transaction, rows: pa.RecordBatchReader) -> None:
    tx.load("record_reviews", rows)


def load_numbers(tx: Transaction, rows: pa.RecordBatchReader) -> None:
    """Note numbers that are used up; one that is noted already stays as it was."""
    tx.execute("create temp table used_numbers (like number_register) on commit drop")
    tx.load("used_numbers", rows)
    tx.execute("insert into number_register select * from used_numbers on conflict do nothing")
    tx.execute("drop table used_numbers")


def returned(tx: Transaction, receipt: UUID, after: int = 0) -> Iterator[Row]:
    """(line, cells, checks, case) of the rows handed back, ascending, from those after a line."""
    return _paged(tx, "select line, cells, checks, case_id from returned_rows", receipt, after)


def refused_codes(tx: Transaction, codes: list[str], names: list[str], longest: int) -> list[Row]:
    """(code, a name it came under, rows, last) of what returned rows hold in the fields `codes`.

    Only where a check found fault with it; `names` are the fields of names.
    """
    return tx.fetch(
        """
        select told.code, min(told.name), count(*), max(told.known) from (
            select distinct on (r.receipt, r.line) c ->> 'found' as code, t.known,
                   (select r.cells::json ->> h.header
                    from json_each_text(t.columns::json) as h(header, target)
                    where h.target = any(%(names)s::text[]) limit 1) as name
            from returned_rows r join receipts t using (receipt),
                 json_array_elements(r.checks::json) as c
            where c ->> 'field' = any(%(codes)s::text[]) and c ->> 'found' is not null
              and length(c ->> 'found') <= %(longest)s
            order by r.receipt, r.line
        ) as told
        group by told.code order by told.code
        """,
        {"codes": codes, "names": names, "longest": longest},
    )


def lines(tx: Transaction, receipt: UUID) -> Iterator[Row]:
    """(line, outcome, record, checks) of the lines that are neither new nor returned, or carry marks."""
    return _paged(tx, "select line, outcome, record, checks from receipt_lines", receipt)


def _paged(tx: Transaction, select: str, receipt: UUID, last: int = 0) -> Iterator[Row]:
    while page := tx.fetch(
        f"{select} where receipt = %(receipt)s and line > %(last)s order by line limit {PAGE}",
        {"receipt": receipt, "last": last},
    ):
        yield from page
        last = page[-1][0]
