"""The tables code_findings, code_registrars and code_inspections, and the set rules over the register."""
# ruff: noqa: S608 - SQL of our own constants; values are parameters

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import pyarrow as pa

from xinheng.core.uscc_sql import suspect_in_postgres
from xinheng.evidence.subjects.code_model import Finding, FindingKind, MetCode, Outcome, Place, Registrar
from xinheng.ground.store.transaction import Row, Transaction

NOW: Final = "codes_now"  # what holds at this inspection, a temporary table
_FIELDS: Final = ("kind", "place", "code", "name", "other_code", "other_name", "met", "last_met")
_SCHEMA: Final = pa.schema(
    [
        *((name, pa.string()) for name in _FIELDS[:6]),
        ("met", pa.int64()),
        ("last_met", pa.timestamp("us", "UTC")),
    ]
)
_COLUMNS: Final = (
    "finding, kind, place, code, name, other_code, other_name, met, owner, found_on, held_on, ended_on,"
    " outcome, note, decided_by"
)
_SAME: Final = (
    "f.kind = n.kind and f.place = n.place and f.code = n.code"
    " and f.other_code is not distinct from n.other_code and f.other_name is not distinct from n.other_name"
)

# One name, one division, two codes: k bearers make k-1 findings against the oldest. What the credit office
# found to be two organisations of one name is none.
_TWO_CODES: Final = f"""
insert into {NOW} (kind, place, code, name, other_code, met)
select 'two_codes', 'register', s.code, s.name, s.oldest, 0 from (
    select code, name, subject,
           first_value(code) over (partition by folded, substr(code, 3, 6) order by subject) as oldest
    from subjects
    where (hashtextextended(folded, 0), substr(code, 3, 6)) in (
        select hashtextextended(folded, 0), substr(code, 3, 6) from subjects group by 1, 2 having count(*) > 1
    )
) as s
where s.code <> s.oldest and not exists (
    select 1 from subject_reviews r where r.kind = 'one_name_two_codes' and r.decision = 'distinct'
      and (r.code, r.other_code) in ((s.code, s.oldest), (s.oldest, s.code))
)
"""

# A name that nobody has decided on yet. Under a code that was cancelled or replaced, it was given away again.
_TWO_NAMES: Final = f"""
insert into {NOW} (kind, place, code, name, other_name, met)
select case when s.status = '注销' or m.code <> s.code then 'reassigned' else 'two_names' end, 'register',
       coalesce(m.code, s.code), s.name, m.name, 0
from subject_names m join subjects s using (subject) where m.state = 'seen'
"""


def begin(tx: Transaction) -> None:
    """Make the table of what holds now. Other inspections, and whoever ends a finding, wait."""
    tx.execute("lock table code_findings in share row exclusive mode")
    tx.execute(f"drop table if exists {NOW}")
    tx.execute(
        f"create temporary table {NOW} (kind text, place text, code text, name text, other_code text,"
        " other_name text, met bigint, last_met timestamptz, owner uuid) on commit drop"
    )


def gather(tx: Transaction) -> None:
    """The set rules: one organisation with two codes, one code with two names, a code given away again."""
    tx.execute(_TWO_CODES)
    tx.execute(_TWO_NAMES)


def suspects(tx: Transaction) -> list[tuple[str, str]]:
    """(code, name) of the register that may fail their own check; `uscc.judge` decides."""
    condition = suspect_in_postgres("code").replace("%", "%%")
    return [(c, n) for c, n in tx.fetch(f"select code, name from subjects where {condition}", {})]


def add_wrong(tx: Transaction, place: Place, met: Sequence[MetCode]) -> None:
    """Codes that fail their check."""
    rows = [
        {
            "kind": "wrong",
            "place": place.value,
            "code": m.code,
            "name": m.name,
            "met": m.rows,
            "last_met": m.last,
        }
        for m in met
    ]
    if rows:
        tx.load(NOW, pa.Table.from_pylist(rows, _SCHEMA))


def kinds_of_codes(tx: Transaction) -> list[str]:
    """The first eight characters that occur, once each: by them the owner is told."""
    return [head for (head,) in tx.fetch(f"select distinct left(code, 8) from {NOW}")]


def set_owners(tx: Transaction, owners: Mapping[str, UUID]) -> None:
    """Who answers for the codes that begin so (eight characters)."""
    tx.execute(
        f"update {NOW} n set owner = o.owner"
        " from unnest(%(heads)s::text[], %(owners)s::uuid[]) as o(head, owner)"
        " where left(n.code, 8) = o.head",
        {"heads": list(owners), "owners": list(owners.values())},
    )


def begun(tx: Transaction) -> list[Row]:
    """What is not among the standing findings yet: (kind … last_met, owner).

    What somebody looked at and let stand does not come again; a code met in rows comes again with newer rows.
    """
    return tx.fetch(
        f"""
        select n.kind, n.place, n.code, n.name, n.other_code, n.other_name, n.met, n.last_met, n.owner
        from {NOW} n
        where not exists (
            select 1 from code_findings f where {_SAME} and (
                f.ended_on is null or (n.place = 'register' and f.outcome = 'kept')
                or (n.place = 'intake' and f.outcome <> 'gone' and n.last_met <= f.last_met)))
        order by n.kind, n.code, n.other_code, n.other_name
        """
    )


def moved(tx: Transaction) -> list[tuple[UUID, UUID]]:
    """(finding, owner of now) of standing findings that another agency answers for than before."""
    return [
        (finding, owner)
        for finding, owner in tx.fetch(
            f"select f.finding, n.owner from code_findings f join {NOW} n on {_SAME}"
            " where f.ended_on is null and f.owner <> n.owner"
        )
    ]


def keep_up(tx: Transaction, day: date) -> int:
    """Note that standing findings hold today, with their owner of today; how many stand."""
    return tx.execute(
        f"update code_findings f set held_on = %(day)s, met = n.met, last_met = n.last_met, name = n.name,"
        f" owner = n.owner from {NOW} n where {_SAME} and f.ended_on is null",
        {"day": day},
    )


def insert(tx: Transaction, rows: Sequence[Row], ids: Sequence[UUID], day: date) -> None:
    """Open new findings; `rows` as `begun` gives them."""
    columns = list(zip(*rows, strict=True))
    params = {name: list(column) for name, column in zip((*_FIELDS, "owner"), columns, strict=True)}
    tx.execute(
        """
        insert into code_findings (finding, kind, place, code, name, other_code, other_name, met, last_met,
                                   owner, found_on, held_on)
        select told.*, %(day)s, %(day)s from unnest(
            %(ids)s::uuid[], %(kind)s::text[], %(place)s::text[], %(code)s::text[], %(name)s::text[],
            %(other_code)s::text[], %(other_name)s::text[], %(met)s::bigint[], %(last_met)s::timestamptz[],
            %(owner)s::uuid[]) as told
        """,
        {**params, "ids": list(ids), "day": day},
    )


def end_gone(tx: Transaction, day: date) -> list[Finding]:
    """End standing findings that hold no more; those ended."""
    rows = tx.fetch(
        f"update code_findings f set ended_on = %(day)s, outcome = 'gone' where ended_on is null"
        f" and not exists (select 1 from {NOW} n where {_SAME}) returning {_COLUMNS}",
        {"day": day},
    )
    return [_finding(row) for row in rows]


def end(tx: Transaction, finding: UUID, day: date, outcome: Outcome, note: str, by: str) -> None:
    """End one finding by a decision."""
    tx.execute(
        "update code_findings set ended_on = %(day)s, outcome = %(outcome)s, note = %(note)s,"
        " decided_by = %(by)s where finding = %(finding)s",
        {"finding": finding, "day": day, "outcome": outcome.value, "note": note, "by": by},
    )


def one(tx: Transaction, finding: UUID, *, lock: bool = False) -> Finding | None:
    rows = tx.fetch(
        f"select {_COLUMNS} from code_findings where finding = %(finding)s" + (" for update" if lock else ""),
        {"finding": finding},
    )
    return _finding(rows[0]) if rows else None


def by_ids(tx: Transaction, findings: Sequence[UUID]) -> list[Finding]:
    rows = tx.fetch(
        f"select {_COLUMNS} from code_findings where finding = any(%(ids)s::uuid[]) order by finding",
        {"ids": list(findings)},
    )
    return [_finding(row) for row in rows]


@dataclass(frozen=True)
class Asked:
    """Which findings: of these owners (None: all), a kind, a place, a code; standing unless `ended`."""

    owners: tuple[UUID, ...] | None = None
    kind: FindingKind | None = None
    place: Place | None = None
    code: str | None = None
    ended: bool = False


_WHERE: Final = (
    "where (%(owners)s::uuid[] is null or owner = any(%(owners)s::uuid[]))"
    " and (%(kind)s::text is null or kind = %(kind)s) and (%(place)s::text is null or place = %(place)s)"
    " and (%(code)s::text is null or code = %(code)s or other_code = %(code)s)"
    " and (ended_on is not null) = %(ended)s"
)


def _params(asked: Asked) -> dict[str, object]:
    return {
        "owners": list(asked.owners) if asked.owners is not None else None,
        "kind": asked.kind.value if asked.kind else None,
        "place": asked.place.value if asked.place else None,
        "code": asked.code,
        "ended": asked.ended,
    }


def listed(tx: Transaction, asked: Asked, limit: int, offset: int = 0) -> list[Finding]:
    """Findings by kind and code."""
    rows = tx.fetch(
        f"select {_COLUMNS} from code_findings {_WHERE} order by kind, code, finding"
        " limit %(limit)s offset %(offset)s",
        {**_params(asked), "limit": limit, "offset": offset},
    )
    return [_finding(row) for row in rows]


def counted(tx: Transaction, asked: Asked) -> int:
    [(count,)] = tx.fetch(f"select count(*) from code_findings {_WHERE}", _params(asked))
    return int(count)


def sums(tx: Transaction) -> list[tuple[UUID, FindingKind, Place, int]]:
    """How many findings stand, by owner, kind and place."""
    rows = tx.fetch(
        "select owner, kind, place, count(*) from code_findings where ended_on is null"
        " group by 1, 2, 3 order by 1, 2, 3"
    )
    return [(owner, FindingKind(kind), Place(place), count) for owner, kind, place, count in rows]


def rate(tx: Transaction, day: date, until: datetime) -> tuple[int, int]:
    """(codes of the register with a finding that stood on `day`, codes of the register before `until`)."""
    [row] = tx.fetch(
        """
        select (select count(distinct c.code) from code_findings f,
                       lateral (values (f.code), (f.other_code)) as c(code)
                where f.place = 'register' and c.code is not null and f.found_on <= %(day)s
                  and (f.ended_on is null or f.ended_on > %(day)s)),
               (select count(*) from subjects where since < %(until)s)
        """,
        {"day": day, "until": until},
    )
    return int(row[0]), int(row[1])


def note_inspection(tx: Transaction, values: Mapping[str, object]) -> None:
    tx.execute(
        "insert into code_inspections (inspection, ran, day, found, opened, ended, faulty, codes) values"
        " (%(inspection)s, %(ran)s, %(day)s, %(found)s, %(opened)s, %(ended)s, %(faulty)s, %(codes)s)",
        values,
    )


def last_inspection(tx: Transaction) -> datetime | None:
    [(ran,)] = tx.fetch("select max(ran) from code_inspections")
    return ran if isinstance(ran, datetime) else None


def inspected(tx: Transaction, day: date) -> bool:
    [(found,)] = tx.fetch("select exists (select 1 from code_inspections where day <= %(day)s)", {"day": day})
    return bool(found)


def registrars(tx: Transaction) -> list[Registrar]:
    return [
        Registrar(prefix, division, agency)
        for prefix, division, agency in tx.fetch(
            "select prefix, division, agency from code_registrars order by division, prefix"
        )
    ]


def enter_registrar(tx: Transaction, registrar: Registrar, at: datetime) -> None:
    tx.execute(
        "insert into code_registrars (prefix, division, agency, entered)"
        " values (%(prefix)s, %(division)s, %(agency)s, %(at)s)"
        " on conflict (prefix, division) do update set agency = excluded.agency, entered = excluded.entered",
        {**vars(registrar), "at": at},
    )


def drop_registrar(tx: Transaction, prefix: str, division: str) -> int:
    return tx.execute(
        "delete from code_registrars where prefix = %(prefix)s and division = %(division)s",
        {"prefix": prefix, "division": division},
    )


def _finding(row: Row) -> Finding:
    return Finding(
        finding=row[0],
        kind=FindingKind(row[1]),
        place=Place(row[2]),
        code=row[3],
        name=row[4],
        other_code=row[5],
        other_name=row[6],
        met=row[7],
        owner=row[8],
        found_on=row[9],
        held_on=row[10],
        ended_on=row[11],
        outcome=Outcome(row[12]) if row[12] else None,
        note=row[13],
        decided_by=row[14],
    )
