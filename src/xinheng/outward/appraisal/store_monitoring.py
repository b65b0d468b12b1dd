"""The tables of the self-check of the city monitoring and their SQL."""

from __future__ import annotations

from datetime import datetime

from xinheng.ground.store.transaction import Transaction
from xinheng.outward.appraisal.model_monitoring import Check, Proof, Rank, State


def insert_check(tx: Transaction, check_id: object, new: Check) -> None:
    tx.execute(
        """insert into monitoring_checks
               (check_id, edition, indicator, state, gap, owner, due_on, at, by_login)
           values (%(id)s, %(edition)s, %(indicator)s, %(state)s, %(gap)s, %(owner)s, %(due_on)s, %(at)s,
               %(by)s)""",
        {**vars(new), "id": check_id, "state": new.state.value},
    )


def checks(tx: Transaction, edition: str) -> dict[str, Check]:
    """The latest of each indicator."""
    rows = tx.fetch(
        """select distinct on (indicator) edition, indicator, state, gap, owner, due_on, at, by_login
           from monitoring_checks where edition = %(edition)s order by indicator, at desc, check_id desc""",
        {"edition": edition},
    )
    return {
        indicator: Check(ed, indicator, State(state), gap, owner, due, at, by)
        for ed, indicator, state, gap, owner, due, at, by in rows
    }


def history(tx: Transaction, edition: str, indicator: str) -> list[Check]:
    """Everything that was entered about an indicator, the latest first."""
    rows = tx.fetch(
        """select edition, indicator, state, gap, owner, due_on, at, by_login from monitoring_checks
           where edition = %(edition)s and indicator = %(indicator)s order by at desc, check_id desc""",
        {"edition": edition, "indicator": indicator},
    )
    return [
        Check(ed, i, State(state), gap, owner, due, at, by) for ed, i, state, gap, owner, due, at, by in rows
    ]


def insert_proof(tx: Transaction, new: Proof) -> None:
    """Keep a proof; one that was removed and comes again is there again."""
    tx.execute(
        """insert into monitoring_evidence (edition, indicator, digest, name, what, at, by_login)
           values (%(edition)s, %(indicator)s, %(digest)s, %(name)s, %(what)s, %(at)s, %(by)s)
           on conflict (edition, indicator, digest) do update
           set name = excluded.name, what = excluded.what, removed = null""",
        vars(new),
    )


def proofs(tx: Transaction, edition: str) -> list[Proof]:
    """The proofs that are part of the package, the earliest first."""
    rows = tx.fetch(
        """select edition, indicator, digest, name, what, at, by_login from monitoring_evidence
           where edition = %(edition)s and removed is null order by at, digest""",
        {"edition": edition},
    )
    return [Proof(*row) for row in rows]


def remove_proof(tx: Transaction, edition: str, indicator: str, digest: str, at: datetime) -> bool:
    """Take a proof out of the package; whether it was in it."""
    return (
        tx.execute(
            """update monitoring_evidence set removed = %(at)s
               where edition = %(edition)s and indicator = %(indicator)s and digest = %(digest)s
                 and removed is null""",
            {"edition": edition, "indicator": indicator, "digest": digest, "at": at},
        )
        == 1
    )


def insert_rank(tx: Transaction, new: Rank) -> None:
    tx.execute(
        """insert into monitoring_ranks (month, at, place, of_cities, source, by_login)
           values (%(month)s, %(at)s, %(place)s, %(of)s, %(source)s, %(by)s)""",
        vars(new),
    )


def ranks(tx: Transaction) -> list[Rank]:
    """The latest of each month, the latest month first."""
    rows = tx.fetch(
        """select distinct on (month) month, place, of_cities, source, at, by_login
           from monitoring_ranks order by month desc, at desc"""
    )
    return [Rank(*row) for row in rows]
