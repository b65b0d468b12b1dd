"""The tables of compared lists and their SQL."""
# ruff: noqa: S608 - SQL of our own constants; values are parameters

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import pyarrow as pa

from xinheng.core import canonical
from xinheng.ground.store.transaction import Row, Transaction
from xinheng.outward.monitoring.comparing import Compared, Outcome

_SCHEMA = pa.schema(
    [
        ("list", pa.binary(16)),
        ("line", pa.int32()),
        ("outcome", pa.string()),
        ("number", pa.string()),
        ("party", pa.string()),
        ("code", pa.string()),
        ("decided_on", pa.date32()),
        ("near", pa.string()),
        ("record", pa.binary(16)),
    ]
)


@dataclass(frozen=True)
class WatchList:
    """A list that was compared."""

    list_id: UUID
    agency: UUID
    item: str
    origin: str
    file_name: str
    file_sha256: str
    self_check: bool
    given: datetime
    account: UUID | None
    actor: str
    counts: Mapping[Outcome, int]
    from_on: date | None
    to_on: date | None
    raised: datetime | None = None
    raised_count: int | None = None


_LIST = (
    "list, agency, item, origin, file_name, file_sha256, self_check, given, account, actor, counts, from_on, "
    "to_on, raised, raised_count"
)


def _list(row: Row) -> WatchList:
    values = list(row)
    values[10] = {Outcome(outcome): count for outcome, count in json.loads(row[10]).items()}
    return WatchList(*values)


def insert(tx: Transaction, one: WatchList, lines: Iterable[Compared]) -> None:
    """Keep a list with its lines."""
    tx.execute(
        f"""insert into watch_lists ({_LIST})
            values (%(list_id)s, %(agency)s, %(item)s, %(origin)s, %(file_name)s, %(file_sha256)s,
                    %(self_check)s, %(given)s, %(account)s, %(actor)s, %(said)s, %(from_on)s, %(to_on)s,
                    %(raised)s, %(raised_count)s)""",
        {**vars(one), "said": canonical.dumps({o.value: n for o, n in one.counts.items()})},
    )
    rows = [
        {
            **vars(line),
            "list": one.list_id.bytes,
            "outcome": line.outcome.value,
            "record": line.record.bytes if line.record else None,
        }
        for line in lines
    ]
    tx.load("watch_list_lines", pa.Table.from_pylist(rows, _SCHEMA))


def by_id(tx: Transaction, list_id: UUID, *, lock: bool = False) -> WatchList | None:
    rows = tx.fetch(
        f"select {_LIST} from watch_lists where list = %(list)s" + (" for update" if lock else ""),
        {"list": list_id},
    )
    return _list(rows[0]) if rows else None


_OF = """from watch_lists
where (%(agencies)s::uuid[] is null or agency = any(%(agencies)s::uuid[]))
  and (not self_check or agency = %(own)s)"""


def listed(
    tx: Transaction, agencies: Collection[UUID] | None, own: UUID | None, limit: int, offset: int = 0
) -> list[WatchList]:
    """Lists about these agencies, the latest first; self-checks of `own` alone."""
    rows = tx.fetch(
        f"select {_LIST} {_OF} order by given desc, list limit %(limit)s offset %(offset)s",
        {**_asked(agencies, own), "limit": limit, "offset": offset},
    )
    return [_list(row) for row in rows]


def count(tx: Transaction, agencies: Collection[UUID] | None, own: UUID | None) -> int:
    return int(tx.fetch(f"select count(*) {_OF}", _asked(agencies, own))[0][0])


def _asked(agencies: Collection[UUID] | None, own: UUID | None) -> dict[str, object]:
    return {"agencies": None if agencies is None else list(agencies), "own": own or UUID(int=0)}


def lines(
    tx: Transaction, list_id: UUID, outcome: Outcome | None, limit: int, offset: int = 0
) -> list[Compared]:
    """Lines of one outcome, or all; by line, what is held and not listed last."""
    rows = tx.fetch(
        """select line, outcome, number, party, code, decided_on, near, record from watch_list_lines
           where list = %(list)s and (%(outcome)s::text is null or outcome = %(outcome)s::text)
           order by (line < 0), abs(line) limit %(limit)s offset %(offset)s""",
        {
            "list": list_id,
            "outcome": outcome.value if outcome else None,
            "limit": limit,
            "offset": offset,
        },
    )
    return [Compared(row[0], Outcome(row[1]), *row[2:]) for row in rows]


def note_raised(tx: Transaction, list_id: UUID, at: datetime, raised: int) -> None:
    tx.execute(
        "update watch_lists set raised = %(at)s, raised_count = %(count)s where list = %(list)s",
        {"list": list_id, "at": at, "count": raised},
    )
