"""The tables of publicity as they are stored, for whoever works everything out anew (`rereading`)."""
# ruff: noqa: S608 - SQL of our own constants; values are parameters

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from xinheng.ground.store.transaction import Transaction
from xinheng.judgement.publicity.deciding import SCHEMA, STEMS
from xinheng.judgement.publicity.numbers import Ground, number_of


def of_records(tx: Transaction, records: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """The rows about these records as they are stored, numbers unresolved: by column, with what was ended."""
    names = [*SCHEMA.names, *(f"{stem}_ended_on" for stem in STEMS.values())]
    rows = tx.fetch(
        f"select {', '.join(names)} from publicity where record = any(%(records)s::uuid[])",
        {"records": [str(record) for record in records]},
    )
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def count(tx: Transaction) -> int:
    """How many records have a row."""
    return int(tx.fetch("select count(*) from publicity")[0][0])


def altered_words(tx: Transaction) -> list[int]:
    """Numbers whose words are not those that the number is a digest of, and numbers without words."""
    grounds = tx.fetch(
        "select ground, channel, regime, class, shown, earliest_note, reason, pack from publicity_grounds"
    )
    names = tx.fetch("select number, kind, name from publicity_names")
    unknown = " or ".join(
        f"(p.{stem}_ground is not null and not exists"
        f" (select from publicity_grounds g where g.ground = p.{stem}_ground))"
        for stem in STEMS.values()
    )
    lost = tx.fetch(
        f"""select distinct coalesce(site_ground, system_ground, item) from publicity p
            where not exists (select from publicity_names n where n.number = p.item)
               or p.authority is not null
                  and not exists (select from publicity_names n where n.number = p.authority)
               or {unknown}"""
    )
    return [
        *(row[0] for row in grounds if Ground(*row[1:]).number != row[0]),
        *(row[0] for row in names if number_of(row[1], row[2]) != row[0]),
        *(row[0] for row in lost),
    ]
