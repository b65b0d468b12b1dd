"""The tables of plans and their SQL; nobody else touches them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from xinheng.ground.store.transaction import Row, Transaction
from xinheng.outward.plans.model import Entry, Review, Said

_ENTRY = "entry, plan, task, figure, agency, as_of, amount, words, evidence, done, entered, account, actor"


def insert_entry(tx: Transaction, new: Entry) -> None:
    names = ", ".join(f"%({name.strip()})s" for name in _ENTRY.split(","))
    tx.execute(f"insert into plan_entries ({_ENTRY}) values ({names})", vars(new))


def insert_review(tx: Transaction, new: Review) -> None:
    tx.execute(
        """insert into plan_reviews (entry, accepted, note, at, account, actor)
           values (%(entry)s, %(accepted)s, %(note)s, %(at)s, %(account)s, %(actor)s)""",
        vars(new),
    )


_SAID = ", ".join(f"e.{name.strip()}" for name in _ENTRY.split(","))
_REVIEW = "r.entry, r.accepted, r.note, r.at, r.account, r.actor"


def said(
    tx: Transaction, plan: str, task: str | None = None, known: datetime | None = None
) -> tuple[Said, ...]:
    """Entries of a plan (and task) with the office's last word, as they were entered; `known`: before."""
    rows = tx.fetch(
        f"""select {_SAID}, {_REVIEW}
            from plan_entries e
            left join lateral (
                select * from plan_reviews r
                where r.entry = e.entry and (%(known)s::timestamptz is null or r.at < %(known)s)
                order by r.review desc limit 1
            ) r on true
            where e.plan = %(plan)s and (%(task)s::text is null or e.task = %(task)s)
              and (%(known)s::timestamptz is null or e.entered < %(known)s)
            order by e.entered, e.entry""",
        {"plan": plan, "task": task, "known": known},
    )
    return tuple(_said(row) for row in rows)


def entry(tx: Transaction, id_: UUID) -> Said | None:
    """One entry, held until the transaction ends, with the office's last word."""
    held = tx.fetch("select plan, task from plan_entries where entry = %(entry)s for update", {"entry": id_})
    if not held:
        return None
    return next((each for each in said(tx, *held[0]) if each.entry.entry == id_), None)


def _said(row: Row) -> Said:
    return Said(Entry(*row[:13]), Review(*row[13:]) if row[13] is not None else None)


# -- bodies ------------------------------------------------------------------------------------------


def bodies(tx: Transaction) -> list[tuple[str, UUID]]:
    """(body, agency) as they hold now."""
    rows = tx.fetch("select body, agency from plan_bodies where ended is null order by body, meaning")
    return [(row[0], row[1]) for row in rows]


def insert_body(tx: Transaction, body: str, agency: UUID, at: datetime, actor: str) -> bool:
    """False where it is entered already."""
    return bool(
        tx.execute(
            """insert into plan_bodies (body, agency, entered, actor)
               values (%(body)s, %(agency)s, %(at)s, %(actor)s)
               on conflict (body, agency) where ended is null do nothing""",
            {"body": body, "agency": agency, "at": at, "actor": actor},
        )
    )


def end_body(tx: Transaction, body: str, agency: UUID, at: datetime, actor: str) -> bool:
    """False where it is not entered."""
    return bool(
        tx.execute(
            """update plan_bodies set ended = %(at)s, ended_by = %(actor)s
               where body = %(body)s and agency = %(agency)s and ended is null""",
            {"body": body, "agency": agency, "at": at, "actor": actor},
        )
    )


# -- charges -----------------------------------------------------------------------------------------


def insert_charge(tx: Transaction, said: dict[str, object]) -> None:
    tx.execute(
        """insert into plan_charges (plan, task, agency, account, at, actor)
           values (%(plan)s, %(task)s, %(agency)s, %(account)s, %(at)s, %(actor)s)""",
        said,
    )


def charges(tx: Transaction, plan: str, agencies: Iterable[UUID] | None) -> dict[tuple[str, UUID], str]:
    """(task, agency) -> the login of who has it in hand, for these agencies (None: all)."""
    rows = tx.fetch(
        """select task, agency, actor, account from (
               select distinct on (task, agency) task, agency, actor, account from plan_charges
               where plan = %(plan)s and (%(all)s or agency = any(%(agencies)s::uuid[]))
               order by task, agency, charge desc
           ) latest where account is not null""",
        {"plan": plan, "all": agencies is None, "agencies": [str(a) for a in agencies or ()]},
    )
    return {(row[0], row[1]): row[2] for row in rows}
