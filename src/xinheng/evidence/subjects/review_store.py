"""The tables of the subject register: reviews, and what their decisions change."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from xinheng.core.times import Known
from xinheng.evidence.subjects.model import Decision, NameState, Review, ReviewKind
from xinheng.ground.store.transaction import Row, Transaction

_SELECT: Final = (
    "select review, kind, code, name, other_code, other_name, opened, source, closed, decision, decided_by,"
    " note"
    " from subject_reviews"
)


def waiting(tx: Transaction, size: int, skip: int) -> tuple[list[Review], int]:
    """Open reviews, oldest first, and how many there are."""
    rows = tx.fetch(
        f"{_SELECT} where closed is null order by opened, review limit %(size)s offset %(skip)s",
        {"size": size, "skip": skip},
    )
    [(total,)] = tx.fetch("select count(*) from subject_reviews where closed is null")
    return [_review(row) for row in rows], total


def decided(tx: Transaction, size: int, skip: int) -> tuple[list[Review], int]:
    """Closed reviews, newest first, and how many there are."""
    rows = tx.fetch(
        f"{_SELECT} where closed is not null order by closed desc, review limit %(size)s offset %(skip)s",
        {"size": size, "skip": skip},
    )
    [(total,)] = tx.fetch("select count(*) from subject_reviews where closed is not null")
    return [_review(row) for row in rows], total


def one(tx: Transaction, number: UUID, *, lock: bool = False) -> Review | None:
    """One review, locked on demand so that two officers cannot decide it twice."""
    rows = tx.fetch(
        f"{_SELECT} where review = %(review)s" + (" for update" if lock else ""),
        {"review": number},
    )
    return _review(rows[0]) if rows else None


def close(
    tx: Transaction, number: UUID, decision: Decision, decided_by: str, now: Known, note: str | None
) -> None:
    """Write the decision."""
    tx.execute(
        "update subject_reviews set closed = %(now)s, decision = %(decision)s, decided_by = %(by)s,"
        " note = %(note)s"
        " where review = %(review)s",
        {"review": number, "now": now.at, "decision": decision.value, "by": decided_by, "note": note},
    )


def set_state(tx: Transaction, code: str, folded: str, state: NameState) -> UUID | None:
    """What is known of another name of the bearer of `code`; its subject where it has that name."""
    rows = tx.fetch(
        "update subject_names m set state = %(state)s from subjects s"
        " where s.code = %(code)s and m.subject = s.subject and m.folded = %(folded)s returning m.subject",
        {"code": code, "folded": folded, "state": state.value},
    )
    return rows[0][0] if rows else None


def rename(tx: Transaction, code: str, folded: str, now: Known) -> UUID | None:
    """Show the other name; the one shown so far becomes a former one. The subject where it has that name."""
    rows = tx.fetch(
        """
        with taken as (
            delete from subject_names m using subjects s
            where s.code = %(code)s and m.subject = s.subject and m.folded = %(folded)s
            returning m.subject, m.name, m.folded, s.name as shown, s.folded as shown_folded, s.named
        ),
        kept as (
            insert into subject_names (subject, folded, name, state, since)
            select subject, shown_folded, shown, 'former', named from taken
        )
        update subjects s set name = taken.name, folded = taken.folded, named = %(now)s
        from taken where s.subject = taken.subject
        returning s.subject
        """,
        {"code": code, "folded": folded, "now": now.at},
    )
    return rows[0][0] if rows else None


def _review(row: Row) -> Review:
    number, kind, code, name, other_code, other_name, opened, source, closed, decision, decided_by, note = row
    return Review(
        number,
        ReviewKind(kind),
        code,
        name,
        other_code,
        other_name,
        opened,
        source,
        closed,
        Decision(decision) if decision else None,
        decided_by,
        note,
    )
