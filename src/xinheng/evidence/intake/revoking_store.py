"""SQL of reported changes and revocations."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from xinheng.evidence.intake.model_revoking import Revocation, What
from xinheng.ground.store.transaction import Row, Transaction

_COLUMNS = "case_id, record, agency, item, document, what, happened_on, reported_on, due_on, done_on, how"


def _made(rows: list[Row]) -> list[Revocation]:
    made = []
    for case, record, agency, item, document, what, *days, how in rows:
        happened_on, reported_on, due_on, done_on = days
        times = {"happened_on": happened_on, "reported_on": reported_on, "due_on": due_on, "done_on": done_on}
        made.append(Revocation(case, record, agency, item, document, What(what), **times, how=how))
    return made


def insert(tx: Transaction, one: Revocation) -> None:
    """One that is there already stays as it was reported first."""
    tx.execute(
        f"""insert into revocations ({_COLUMNS})
            values (%(case)s, %(record)s, %(agency)s, %(item)s, %(document)s, %(what)s, %(happened_on)s,
                    %(reported_on)s, %(due_on)s, %(done_on)s, %(how)s)
            on conflict (case_id) do nothing""",  # noqa: S608 - our own constants
        vars(one) | {"what": one.what.value},
    )


def done(tx: Transaction, case: UUID, on: date, how: str) -> None:
    tx.execute(
        "update revocations set done_on = %(on)s, how = %(how)s where case_id = %(case)s",
        {"case": case, "on": on, "how": how},
    )


def forget(tx: Transaction, record: UUID) -> None:
    tx.execute("update revocations set document = null where record = %(record)s", {"record": record})


def changed_and_open(tx: Transaction, agencies: Sequence[UUID]) -> list[Row]:
    """(case, record) of changes that are neither withdrawn nor corrected."""
    return tx.fetch(
        """select case_id, record from revocations
           where agency = any(%(agencies)s::uuid[]) and done_on is null and what = 'changed'""",
        {"agencies": list(agencies)},
    )


def by_cases(tx: Transaction, cases: Sequence[UUID]) -> list[Revocation]:
    return _made(
        tx.fetch(
            f"select {_COLUMNS} from revocations where case_id = any(%(cases)s::uuid[])",  # noqa: S608 - ours
            {"cases": list(cases)},
        )
    )


def of_record(tx: Transaction, record: UUID) -> list[Revocation]:
    return _made(
        tx.fetch(
            f"""select {_COLUMNS} from revocations where record = %(record)s
                order by case_id desc""",  # noqa: S608 - our own constants
            {"record": record},
        )
    )


def listed(tx: Transaction, agencies: Collection[UUID] | None, limit: int, offset: int) -> list[Revocation]:
    return _made(
        tx.fetch(
            f"""select {_COLUMNS} from revocations
                where %(agencies)s::uuid[] is null or agency = any(%(agencies)s::uuid[])
                order by done_on desc nulls first, happened_on desc, case_id
                limit %(limit)s offset %(offset)s""",  # noqa: S608 - our own constants
            {
                "agencies": None if agencies is None else list(agencies),
                "limit": limit,
                "offset": offset,
            },
        )
    )
