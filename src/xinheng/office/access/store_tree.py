"""The tables of the tree: superiors, successions, permissions to enter on behalf."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from xinheng.ground.store.transaction import Transaction
from xinheng.office.access.model import DatedName
from xinheng.office.access.model_tree import By, Links, Permission, Under


def links(tx: Transaction) -> Links:
    """Everything entered about who stands under whom: a few thousand rows at most."""
    rows = tx.fetch(
        """select agency, ordering, superior, from_on, to_on from agency_superiors
           order by from_on, agency, ordering"""
    )
    return Links(tuple(Under(a, By(by), superior, start, end) for a, by, superior, start, end in rows))


def insert_superior(tx: Transaction, under: Under) -> None:
    tx.execute(
        """insert into agency_superiors (agency, ordering, superior, from_on, to_on)
           values (%(agency)s, %(by)s, %(superior)s, %(from_on)s, %(to_on)s)""",
        vars(under) | {"by": under.by.value},
    )


def end_superior(tx: Transaction, agency: UUID, by: By, to_on: date) -> None:
    tx.execute(
        """update agency_superiors set to_on = %(to)s
           where agency = %(agency)s and ordering = %(by)s and to_on is null""",
        {"agency": agency, "by": by.value, "to": to_on},
    )


def stands_below_office(tx: Transaction, agency: UUID, on: date) -> bool:
    """Whether a credit office stands somewhere above a body by place on a day; asked with every request."""
    rows = tx.fetch(
        """with recursive up (agency) as (
               select superior from agency_superiors
               where agency = %(agency)s and ordering = 'place' and superior is not null
                 and from_on <= %(on)s and (to_on is null or to_on > %(on)s)
               union
               select s.superior from agency_superiors s join up on s.agency = up.agency
               where s.ordering = 'place' and s.superior is not null
                 and s.from_on <= %(on)s and (s.to_on is null or s.to_on > %(on)s))
           select exists (select from up join agencies using (agency)
                          where kind = 'office' and agency <> %(agency)s)""",
        {"agency": agency, "on": on},
    )
    return bool(rows[0][0])


# -- successions -------------------------------------------------------------------------------------


def insert_succession(tx: Transaction, former: UUID, successor: UUID, on: date) -> bool:
    """False where it is entered already."""
    return bool(
        tx.execute(
            """insert into agency_successions (former, successor, on_day)
               values (%(former)s, %(successor)s, %(on)s) on conflict do nothing""",
            {"former": former, "successor": successor, "on": on},
        )
    )


def successions(tx: Transaction, agencies: Iterable[UUID]) -> list[tuple[UUID, UUID, date]]:
    """(former, successor, first day) of all that concern these, oldest first."""
    return [
        (former, successor, on)
        for former, successor, on in tx.fetch(
            """select former, successor, on_day from agency_successions
               where former = any(%(ids)s::uuid[]) or successor = any(%(ids)s::uuid[])
               order by on_day, former, successor""",
            {"ids": list(agencies)},
        )
    ]


def all_successions(tx: Transaction) -> list[tuple[UUID, UUID, date]]:
    """(former, successor, first day) of all: few rows."""
    rows = tx.fetch(
        "select former, successor, on_day from agency_successions order by on_day, former, successor"
    )
    return [(former, successor, on) for former, successor, on in rows]


def succeeded(tx: Transaction, agency: UUID) -> list[UUID]:
    """Whom an agency succeeds, nearest first, and whom they did."""
    rows = tx.fetch(
        """with recursive line (agency, depth) as (
               select former, 1 from agency_successions where successor = %(agency)s
               union
               select s.former, l.depth + 1 from agency_successions s
               join line l on s.successor = l.agency where l.depth < 100
           )
           select agency from line group by agency order by min(depth), agency""",
        {"agency": agency},
    )
    return [row[0] for row in rows]


# -- entry on behalf ---------------------------------------------------------------------------------


def permissions(tx: Transaction, agency: UUID) -> list[Permission]:
    """Those in which an agency is the upper or the lower one, oldest first."""
    return [
        Permission(*row)
        for row in tx.fetch(
            """select upper_agency, lower_agency, from_on, to_on from behalf_permissions
               where upper_agency = %(agency)s or lower_agency = %(agency)s
               order by from_on, upper_agency, lower_agency""",
            {"agency": agency},
        )
    ]


def insert_permission(tx: Transaction, permission: Permission) -> bool:
    """False where one begins on that day already."""
    return bool(
        tx.execute(
            """insert into behalf_permissions (upper_agency, lower_agency, from_on, to_on)
               values (%(upper)s, %(lower)s, %(from_on)s, %(to_on)s) on conflict do nothing""",
            vars(permission),
        )
    )


def end_permission(tx: Transaction, upper: UUID, lower: UUID, to_on: date) -> int:
    """End the ones still open that began before that day; how many."""
    return tx.execute(
        """update behalf_permissions set to_on = %(to)s
           where upper_agency = %(upper)s and lower_agency = %(lower)s and to_on is null
             and from_on < %(to)s""",
        {"upper": upper, "lower": lower, "to": to_on},
    )


# -- names of an authority an agency is entered for, ended ----------------------------------------------


def end_authority(tx: Transaction, agency: UUID, authority: str, to_on: date) -> int:
    return tx.execute(
        """update agency_authorities set to_on = %(to)s
           where agency = %(agency)s and authority = %(authority)s and to_on is null
             and from_on < %(to)s""",
        {"agency": agency, "authority": authority, "to": to_on},
    )


def dated_names(tx: Transaction, agency: UUID) -> tuple[DatedName, ...]:
    """An agency's own names, oldest first."""
    rows = tx.fetch(
        "select name, from_on, to_on from agency_names where agency = %(agency)s order by from_on, name",
        {"agency": agency},
    )
    return tuple(DatedName(*row) for row in rows)
