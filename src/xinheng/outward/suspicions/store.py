"""The table of suspicions and their answers."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pyarrow as pa

from xinheng.ground.store.transaction import Row, Transaction
from xinheng.outward.suspicions.model import Answer, Filter, Outcome, Progress, Source, State, Suspicion

SCHEMA = pa.schema(
    [
        *((name, pa.binary(16)) for name in ("suspicion", "agency")),
        *((name, pa.string()) for name in ("source", "item", "number", "party")),
        ("decided_on", pa.date32()),
        *((name, pa.string()) for name in ("evidence", "dedupe")),
        ("list_id", pa.binary(16)),
        ("line", pa.int32()),
        ("basis", pa.string()),
        ("due_on", pa.date32()),
        ("raised", pa.timestamp("us", "UTC")),
        ("raised_on", pa.date32()),
        ("path", pa.string()),  # the chain, joined by commas
    ]
)
_GIVEN = ", ".join(name for name in SCHEMA.names if name != "path")
_COLUMNS = (
    "suspicion, agency, source, item, number, party, decided_on, evidence, dedupe, list_id, line, basis, "
    "due_on, raised, chain, level, state, package, said, answer, outcome, note, record, settled, settled_by, "
    "version"
)
_ANSWER = "answer, suspicion, outcome, note, record, at, agency, account, actor, package"


def load(tx: Transaction, rows: Iterator[pa.RecordBatch]) -> list[UUID]:
    """Raise many (SCHEMA); those that stand already are left out. Which were raised."""
    tx.execute("create temp table raising (like suspicions) on commit drop")
    tx.execute("alter table raising add column path text, alter column chain drop not null")
    tx.execute("alter table raising alter column level drop not null, alter column state drop not null")
    tx.execute("alter table raising alter column said drop not null, alter column version drop not null")
    tx.load("raising", pa.RecordBatchReader.from_batches(SCHEMA, rows))
    raised = tx.fetch(
        f"""insert into suspicions ({_GIVEN}, chain, level, state)
            select {_GIVEN}, string_to_array(path, ',')::uuid[],
                   cardinality(string_to_array(path, ',')) - 1, 'given'
            from raising order by suspicion
            on conflict do nothing returning suspicion"""
    )
    tx.execute("drop table raising")
    return [row[0] for row in raised]


def by_id(tx: Transaction, suspicion: UUID) -> Suspicion | None:
    rows = tx.fetch(f"select {_COLUMNS} from suspicions where suspicion = %(id)s", {"id": suspicion})
    return _suspicion(rows[0]) if rows else None


def by_ids(tx: Transaction, ids: Collection[UUID]) -> list[Suspicion]:
    """Those of these that are there."""
    rows = tx.fetch(
        f"select {_COLUMNS} from suspicions where suspicion = any(%(ids)s::uuid[])",
        {"ids": [str(i) for i in ids]},
    )
    return [_suspicion(row) for row in rows]


def locked(tx: Transaction, ids: Collection[UUID]) -> list[Suspicion]:
    """Those of these that are there, held until the transaction ends, in the order of their ids."""
    rows = tx.fetch(
        f"""select {_COLUMNS} from suspicions where suspicion = any(%(ids)s::uuid[])
            order by suspicion for update""",
        {"ids": [str(i) for i in ids]},
    )
    return [_suspicion(row) for row in rows]


def move(tx: Transaction, ids: Collection[UUID], to: Mapping[str, Any]) -> int:
    """The same change for many that are held: chain, level, state, due_on, said, package; one version on.

    `due_on` None keeps each its own.
    """
    return tx.execute(
        """update suspicions set chain = %(chain)s::uuid[], level = %(level)s, state = %(state)s,
                  agency = %(agency)s, due_on = coalesce(%(due_on)s::date, due_on), said = %(said)s,
                  package = %(package)s::uuid, version = version + 1
           where suspicion = any(%(ids)s::uuid[])""",
        {
            **to,
            "chain": [str(i) for i in to["chain"]],
            "agency": to["chain"][-1],
            "ids": [str(i) for i in ids],
        },
    )


def settle(tx: Transaction, ids: Collection[UUID], said: Mapping[str, Any]) -> int:
    """End many that are held: outcome, note, at, by. Level and chain stay as they are."""
    return tx.execute(
        """update suspicions set state = 'settled', outcome = %(outcome)s, note = %(note)s, settled = %(at)s,
                  settled_by = %(by)s, package = null, version = version + 1
           where suspicion = any(%(ids)s::uuid[])""",
        {**said, "ids": [str(i) for i in ids]},
    )


def set_package(tx: Transaction, ids: Collection[UUID], package: UUID | None) -> None:
    """Note with which package these are out; None: they are here again."""
    tx.execute(
        """update suspicions set package = %(package)s::uuid, version = version + 1
           where suspicion = any(%(ids)s::uuid[])""",
        {"package": package, "ids": [str(i) for i in ids]},
    )


def ids_of_package(tx: Transaction, package: UUID) -> list[UUID]:
    """What is still out with a package."""
    rows = tx.fetch(
        "select suspicion from suspicions where package = %(package)s for update", {"package": package}
    )
    return [row[0] for row in rows]


def answers_of_package(tx: Transaction, package: UUID) -> dict[UUID, Answer]:
    """suspicion -> the answer that came back with a package."""
    rows = tx.fetch(
        f"""select {_ANSWER} from suspicion_answers
            where package = %(package)s and suspicion in (
                select l.suspicion from suspicion_lines l join suspicion_packages p using (list_id)
                where p.package = %(package)s)""",
        {"package": package},
    )
    return {row[1]: _answer(row) for row in rows}


def prove(tx: Transaction, records: Mapping[UUID, UUID]) -> None:
    """Note by which record each of these is proved."""
    if records:
        tx.execute(
            """update suspicions s set record = p.record
               from unnest(%(ids)s::uuid[], %(records)s::uuid[]) as p (suspicion, record)
               where s.suspicion = p.suspicion""",
            {"ids": [str(i) for i in records], "records": [str(r) for r in records.values()]},
        )


def proved_by(tx: Transaction, record: UUID) -> list[Suspicion]:
    """Those that a record proves."""
    rows = tx.fetch(f"select {_COLUMNS} from suspicions where record = %(record)s", {"record": record})
    return [_suspicion(row) for row in rows]


def empty(tx: Transaction, ids: Collection[UUID]) -> None:
    """Take away what these and their answers say; that they were, and how they ended, stays."""
    asked = {"ids": [str(i) for i in ids]}
    tx.execute(
        """update suspicions set number = null, party = null, evidence = '{}', said = '',
                  note = case when note is null then null else '' end
           where suspicion = any(%(ids)s::uuid[])""",
        asked,
    )
    tx.execute("update suspicion_answers set note = '' where suspicion = any(%(ids)s::uuid[])", asked)


def insert_answers(tx: Transaction, answers: Sequence[Answer]) -> None:
    """Keep answers, each as the one that stands for its suspicion."""
    for one in answers:
        names = ", ".join(f"%({name.strip()})s" for name in _ANSWER.split(","))
        tx.execute(
            f"insert into suspicion_answers ({_ANSWER}) values ({names})",
            {**vars(one), "outcome": one.outcome.value},
        )
    tx.execute(
        """update suspicions s set answer = p.answer
           from unnest(%(ids)s::uuid[], %(answers)s::uuid[]) as p (suspicion, answer)
           where s.suspicion = p.suspicion""",
        {"ids": [str(a.suspicion) for a in answers], "answers": [str(a.answer) for a in answers]},
    )


def answers(tx: Transaction, ids: Collection[UUID]) -> dict[UUID, Answer]:
    """The answers with these ids."""
    rows = tx.fetch(
        f"select {_ANSWER} from suspicion_answers where answer = any(%(ids)s::uuid[])",
        {"ids": [str(i) for i in ids]},
    )
    return {row[0]: _answer(row) for row in rows}


def answers_to(tx: Transaction, suspicion: UUID) -> list[Answer]:
    """Every answer that was ever given to one, the earliest first."""
    rows = tx.fetch(
        f"select {_ANSWER} from suspicion_answers where suspicion = %(id)s order by at, answer",
        {"id": suspicion},
    )
    return [_answer(row) for row in rows]


# -- lists of them -----------------------------------------------------------------------------------

_WHERE = """
    (%(sees)s::uuid is null or chain @> array[%(sees)s::uuid])
    and (%(hand)s::uuid is null or (state <> 'settled' and chain[level + 1] = %(hand)s::uuid))
    and (%(list_id)s::uuid is null or list_id = %(list_id)s::uuid)
    and (%(agency)s::uuid is null or agency = %(agency)s::uuid)
    and (%(source)s::text is null or source = %(source)s::text)
    and (%(state)s::text is null or state = %(state)s::text)
    and (%(outcome)s::text is null or outcome = %(outcome)s::text)
    and (%(overdue_on)s::date is null or (settled is null and due_on < %(overdue_on)s::date))
    and (%(number)s::text is null or position(%(number)s::text in number) > 0)
    and (%(below)s::uuid is null or chain @> array[%(below)s::uuid])
"""


def _asked(wanted: Filter) -> dict[str, Any]:
    named = {name: getattr(wanted, name) for name in ("source", "state", "outcome")}
    return {**vars(wanted), **{name: value.value if value else None for name, value in named.items()}}


def listed(tx: Transaction, wanted: Filter, limit: int, offset: int = 0) -> list[Suspicion]:
    """By list and line where it is one list, else the open ones first, the latest raised first."""
    order = "line" if wanted.list_id else "settled is not null, raised desc"
    rows = tx.fetch(
        f"""select {_COLUMNS} from suspicions where {_WHERE}
            order by {order}, suspicion limit %(limit)s offset %(offset)s""",
        {**_asked(wanted), "limit": limit, "offset": offset},
    )
    return [_suspicion(row) for row in rows]


def ids(tx: Transaction, wanted: Filter, limit: int) -> list[UUID]:
    """The ids alone: for doing one thing with all that a filter shows."""
    rows = tx.fetch(
        f"select suspicion from suspicions where {_WHERE} order by suspicion limit %(limit)s",
        {**_asked(wanted), "limit": limit},
    )
    return [row[0] for row in rows]


def count(tx: Transaction, wanted: Filter) -> int:
    return int(tx.fetch(f"select count(*) from suspicions where {_WHERE}", _asked(wanted))[0][0])


def counts(
    tx: Transaction, agencies: Collection[UUID], from_on: date, to_on: date, known: datetime | None
) -> list[Row]:
    """(outcome or None, how many) of those raised from one day to before the other, as known then."""
    return tx.fetch(
        """select case when %(known)s::timestamptz is null or settled <= %(known)s::timestamptz
                       then outcome end, count(*)
           from suspicions
           where agency = any(%(agencies)s::uuid[]) and raised_on >= %(from)s and raised_on < %(to)s
             and (%(known)s::timestamptz is null or raised <= %(known)s::timestamptz)
           group by 1""",
        {"agencies": [str(a) for a in agencies], "from": from_on, "to": to_on, "known": known},
    )


def progress(tx: Transaction, list_id: UUID, sees: UUID | None, on: date) -> list[Progress]:
    """How far each body directly below one is with a list; without one, each suspected agency."""
    rows = tx.fetch(
        """select coalesce(chain[array_position(chain, %(sees)s::uuid) + 1], agency) as below, count(*),
                  count(*) filter (where state = 'given'), count(*) filter (where state = 'answered'),
                  count(*) filter (where state = 'settled'),
                  count(*) filter (where settled is null and due_on < %(on)s)
           from suspicions where list_id = %(list)s
             and (%(sees)s::uuid is null or chain @> array[%(sees)s::uuid])
           group by below order by count(*) desc, below""",
        {"list": list_id, "sees": sees, "on": on},
    )
    return [Progress(*row) for row in rows]


def _suspicion(row: Row) -> Suspicion:
    values = dict(zip(_COLUMNS.replace(" ", "").split(","), row, strict=True))
    typed = {
        "source": Source(values["source"]),
        "evidence": json.loads(values["evidence"]),
        "chain": tuple(values["chain"]),
        "state": State(values["state"]),
        "outcome": Outcome(values["outcome"]) if values["outcome"] else None,
    }
    return Suspicion(**values | typed)


def _answer(row: Row) -> Answer:
    values = list(row)
    values[2] = Outcome(row[2])
    return Answer(*values)
