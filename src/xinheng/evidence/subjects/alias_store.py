"""The tables subjects and subject_codes: which code an organisation bears, and which it bore."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from xinheng.ground.store.transaction import Transaction


def locked(tx: Transaction, subject: UUID) -> tuple[str, str] | None:
    """(code, name) of an organisation, held until the transaction ends."""
    rows = tx.fetch(
        "select code, name from subjects where subject = %(subject)s for update", {"subject": subject}
    )
    return (rows[0][0], rows[0][1]) if rows else None


def bearer(tx: Transaction, code: str) -> tuple[UUID, str] | None:
    """(subject, name) of the organisation that bears or bore a code."""
    rows = tx.fetch(
        """
        select subject, name from subjects where code = %(code)s
        union all
        select s.subject, s.name from subject_codes k join subjects s using (subject) where k.code = %(code)s
        """,
        {"code": code},
    )
    return (rows[0][0], rows[0][1]) if rows else None


def change_code(
    tx: Transaction, subject: UUID, codes: tuple[str, str], place: tuple[str, str | None], at: datetime
) -> None:
    """Bear the new code; the old becomes an alias. `codes`: old, new; `place`: kind and division.

    A code that is taken up again is no alias any more. UniqueClash where another has it meanwhile.
    """
    values = {"subject": subject, "old": codes[0], "new": codes[1], "at": at}
    tx.execute("delete from subject_codes where code = %(new)s and subject = %(subject)s", values)
    tx.execute(
        "insert into subject_codes (code, subject, since, key_code)"
        " select code, subject, %(at)s, coalesce(key_code, code) from subjects where subject = %(subject)s",
        values,
    )
    tx.execute(
        "update subjects set code = %(new)s, key_code = coalesce(key_code, %(old)s), kind = %(kind)s,"
        " division = %(division)s where subject = %(subject)s",
        {**values, "kind": place[0], "division": place[1]},
    )


def note_change(tx: Transaction, code: str, ended_on: date, basis: str, event: UUID) -> None:
    """Why a code became an alias, since which day, by which event of the ledger."""
    tx.execute(
        "update subject_codes set ended_on = %(on)s, basis = %(basis)s, event = %(event)s"
        " where code = %(code)s",
        {"code": code, "on": ended_on, "basis": basis, "event": event},
    )


def keys(tx: Transaction) -> list[tuple[str, str]]:
    """(code, code in the keys of records) wherever the two differ."""
    return [
        (code, key)
        for code, key in tx.fetch(
            """
            select code, key_code from subjects where key_code is not null and key_code <> code
            union all
            select code, key_code from subject_codes where key_code is not null and key_code <> code
            order by 1
            """
        )
    ]


def aliases(tx: Transaction) -> list[str]:
    """All former codes."""
    return [code for (code,) in tx.fetch("select code from subject_codes order by code")]
