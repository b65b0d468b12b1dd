"""What the to-do list and the morning's messages count, as SQL over the cases; and giving many at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from xinheng.ground.store.transaction import Transaction
from xinheng.office.cases.model import Actor, Day, Sums, Tally, Waiting
from xinheng.office.cases.store import of_owners


def sums(tx: Transaction, owners: Sequence[UUID] | None, on: date, soon: date) -> Sums:
    """One pass over one index, which holds all that is asked."""
    # the index is in the order of the inner groups: nothing is sorted or hashed but their few sums
    question = f"""
        with each as materialized (
            select owner, kind, count(*) as open, count(*) filter (where due_on < %(on)s) as overdue,
                   count(*) filter (where due_on >= %(on)s and due_on <= %(soon)s) as soon,
                   count(*) filter (where due_on = %(on)s) as today
            from cases where closed is null {of_owners(owners)} group by owner, kind)
        select owner, kind, sum(open)::bigint, sum(overdue)::bigint, sum(soon)::bigint, sum(today)::bigint
        from each group by grouping sets ((owner), (kind))"""  # noqa: S608 - our own clauses
    given = {"owners": None if owners is None else list(owners), "on": on, "soon": soon}
    rows = tx.fetch(question, given)
    by_owner = {row[0]: Tally(*row[2:]) for row in rows if row[0] is not None}
    by_kind = {row[1]: Tally(*row[2:]) for row in rows if row[1] is not None}
    return Sums(sum(by_kind.values(), Tally()), by_kind, by_owner)


def day(tx: Transaction, owners: Sequence[UUID] | None, on: date, since: datetime, began: datetime) -> Day:
    """Each a question of its own: every one has its index, together they would have none."""
    given = {"owners": None if owners is None else list(owners), "on": on, "since": since, "began": began}
    of = of_owners(owners)

    def number(clause: str) -> int:
        return int(tx.fetch(f"select count(*) from cases where {clause} {of}", given)[0][0])  # noqa: S608 - our own clauses

    terms = tx.fetch(
        f"select due_on from cases where closed is null and due_on > %(on)s {of} order by due_on limit 1",  # noqa: S608
        given,
    )
    next_on = terms[0][0] if terms else None
    given["next"] = next_on
    return Day(
        new=number("closed is null and opened >= %(since)s"),
        contested=number("state = 'contested'"),
        handed=number("closed is null and opener <> owner"),
        held=number("closed is null and account is not null"),
        done=number("closed is not null and closed >= %(began)s"),
        next_on=next_on,
        next_count=number("closed is null and due_on = %(next)s") if next_on else 0,
    )


def waiting(tx: Transaction, on: date, soon: date, before: date, since: datetime) -> list[Waiting]:
    """What waits for each owner on a morning. `before`: the working day before `on`."""
    rows = tx.fetch(
        """select owner, count(*), count(*) filter (where opened >= %(since)s),
                  count(*) filter (where due_on = %(on)s), count(*) filter (where due_on < %(on)s),
                  count(*) filter (where due_on > %(on)s and due_on <= %(soon)s),
                  min(due_on) filter (where due_on > %(on)s and due_on <= %(soon)s),
                  count(*) filter (where due_on >= %(before)s and due_on < %(on)s),
                  min(due_on) filter (where due_on > %(on)s)
           from cases where closed is null group by owner order by owner""",
        {"on": on, "soon": soon, "before": before, "since": since},
    )
    return [Waiting(*row) for row in rows]


def in_hand(tx: Transaction, owner: UUID) -> dict[UUID, int]:
    """Open cases of one owner by the account that has them."""
    rows = tx.fetch(
        """select account, count(*) from cases
           where closed is null and account is not null and owner = %(owner)s group by account""",
        {"owner": owner},
    )
    return {row[0]: int(row[1]) for row in rows}


def owners(tx: Transaction) -> list[UUID]:
    """Everybody who has something open."""
    return [row[0] for row in tx.fetch("select distinct owner from cases where closed is null")]


def assign(
    tx: Transaction, ids: Sequence[UUID], owner: UUID, account: UUID, actor: Actor, said: tuple[str, datetime]
) -> int:
    """Give open cases of one owner to one of its accounts, with a step each. `said`: note, when."""
    return tx.execute(
        """with moved as (
               update cases set account = %(account_after)s, changed = %(at)s
               where case_id = any(%(ids)s::uuid[]) and owner = %(owner)s and closed is null
                     and account is distinct from %(account_after)s
               returning case_id, state, owner)
           insert into case_steps (case_id, at, action, state, owner, note, account, agency, actor)
           select case_id, %(at)s, 'assigned', state, owner, %(note)s, %(account)s::uuid,
                  %(agency)s::uuid, %(actor)s
           from moved order by case_id""",
        {
            "ids": list(ids),
            "owner": owner,
            "account_after": account,
            "at": said[1],
            "note": said[0],
            "account": actor.account,
            "agency": actor.agency,
            "actor": actor.name,
        },
    )
