"""What letters are about: cases, and late records by row of the letter's table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from xinheng.ground.store.transaction import Row, Transaction


def tie(tx: Transaction, letter: UUID, cases: Collection[UUID]) -> None:
    tx.execute(
        """insert into letter_cases select %(letter)s, unnest(%(cases)s::uuid[]) on conflict do nothing""",
        {"letter": letter, "cases": list(cases)},
    )


def name_records(tx: Transaction, letter: UUID, records: Sequence[UUID]) -> None:
    tx.execute(
        """insert into letter_records select %(letter)s, r.at - 1, r.record
           from unnest(%(records)s::uuid[]) with ordinality as r (record, at)""",
        {"letter": letter, "records": list(records)},
    )


def records_of(tx: Transaction, letter: UUID) -> list[UUID]:
    """The late records of a letter, by row of its table."""
    rows = tx.fetch(
        "select record from letter_records where letter = %(letter)s order by row", {"letter": letter}
    )
    return [row[0] for row in rows]


def naming(tx: Transaction, record: UUID) -> dict[UUID, int]:
    """The letters that name a late record -> in which row."""
    rows = tx.fetch("select letter, row from letter_records where record = %(record)s", {"record": record})
    return {row[0]: row[1] for row in rows}


def tied(tx: Transaction, letter: UUID) -> list[UUID]:
    rows = tx.fetch(
        "select case_id from letter_cases where letter = %(letter)s order by case_id", {"letter": letter}
    )
    return [row[0] for row in rows]


def tied_of(tx: Transaction, letters: Sequence[UUID]) -> list[Row]:
    """(letter, case) of many letters."""
    return tx.fetch(
        "select letter, case_id from letter_cases where letter = any(%(letters)s::uuid[])",
        {"letters": list(letters)},
    )


def hold(tx: Transaction, agency: UUID) -> None:
    """Let nobody else draft to this agency until the end of the transaction."""
    tx.fetch(
        "select pg_advisory_xact_lock(hashtextextended('letters:' || %(agency)s::text, 0))",
        {"agency": agency},
    )


def under_way(tx: Transaction, cases: Sequence[UUID]) -> dict[UUID, UUID]:
    """Those of the cases that an open letter is about already: case -> letter."""
    rows = tx.fetch(
        """select c.case_id, l.letter from letter_cases c join letters l using (letter)
           where c.case_id = any(%(cases)s::uuid[]) and l.ended is null""",
        {"cases": list(cases)},
    )
    return {row[0]: row[1] for row in rows}


def ever_about(tx: Transaction, cases: Sequence[UUID]) -> list[UUID]:
    """All letters about any of these cases, whatever became of them."""
    rows = tx.fetch(
        "select distinct letter from letter_cases where case_id = any(%(cases)s::uuid[]) order by letter",
        {"cases": list(cases)},
    )
    return [row[0] for row in rows]
