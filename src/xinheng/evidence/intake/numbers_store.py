"""SQL of the number register and of what agencies declare void."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from xinheng.evidence.intake.model_numbers import Declaration, NumberLine, Why
from xinheng.ground.store.transaction import Row, Transaction

_COLUMNS = (
    "declaration, agency, item, first, last, numbers, reason, declared, account, actor, withdrawn, "
    "withdrawn_by"
)


def insert(tx: Transaction, one: Declaration, numbers: Sequence[str]) -> list[str]:
    """Keep a declaration with its numbers; which of them were noted already (the caller refuses then)."""
    tx.execute(
        f"""insert into number_declarations ({_COLUMNS})
            values (%(declaration)s, %(agency)s, %(item)s, %(first)s, %(last)s, %(numbers)s, %(reason)s,
                    %(declared)s, %(account)s, %(actor)s, %(withdrawn)s, %(withdrawn_by)s)""",  # noqa: S608 - ours
        vars(one),
    )
    noted = tx.fetch(
        """insert into number_register (agency, item, number, why, declaration)
           select %(agency)s, %(item)s, number, 'voided', %(declaration)s
           from unnest(%(numbers)s::text[]) as number on conflict do nothing returning number""",
        {
            "agency": one.agency,
            "item": one.item,
            "declaration": one.declaration,
            "numbers": list(numbers),
        },
    )
    new = {row[0] for row in noted}
    return [number for number in numbers if number not in new]


def by_id(tx: Transaction, declaration: UUID) -> Declaration | None:
    rows = tx.fetch(
        f"""select {_COLUMNS} from number_declarations
            where declaration = %(declaration)s for update""",  # noqa: S608 - our own constants
        {"declaration": declaration},
    )
    return Declaration(*rows[0]) if rows else None


def withdraw(tx: Transaction, declaration: UUID, at: datetime, by: str) -> None:
    tx.execute(
        """update number_declarations set withdrawn = %(at)s, withdrawn_by = %(by)s
           where declaration = %(declaration)s""",
        {"declaration": declaration, "at": at, "by": by},
    )
    tx.execute(
        "delete from number_register where declaration = %(declaration)s", {"declaration": declaration}
    )


def declarations(
    tx: Transaction, owners: Collection[UUID] | None, limit: int, offset: int
) -> list[Declaration]:
    rows = tx.fetch(
        f"""select {_COLUMNS} from number_declarations
            where %(owners)s::uuid[] is null or agency = any(%(owners)s::uuid[])
            order by declared desc, declaration limit %(limit)s offset %(offset)s""",  # noqa: S608 - ours
        {"owners": None if owners is None else list(owners), "limit": limit, "offset": offset},
    )
    return [Declaration(*row) for row in rows]


def listed(
    tx: Transaction, owners: Collection[UUID] | None, why: Why, limit: int, offset: int
) -> list[NumberLine]:
    rows: list[Row] = tx.fetch(
        """select agency, item, number, decided_on, why, declaration from number_register
           where (%(owners)s::uuid[] is null or agency = any(%(owners)s::uuid[])) and why = %(why)s
           order by agency, item, number limit %(limit)s offset %(offset)s""",
        {
            "owners": None if owners is None else list(owners),
            "why": why.value,
            "limit": limit,
            "offset": offset,
        },
    )
    return [
        NumberLine(agency, item, number, decided_on, Why(kind), declaration)
        for agency, item, number, decided_on, kind, declaration in rows
    ]


def counts(tx: Transaction, owners: Collection[UUID] | None) -> dict[Why, int]:
    rows = tx.fetch(
        """select why, count(*) from number_register
           where %(owners)s::uuid[] is null or agency = any(%(owners)s::uuid[]) group by why""",
        {"owners": None if owners is None else list(owners)},
    )
    return {Why.PERSON: 0, Why.VOIDED: 0, **{Why(why): count for why, count in rows}}
