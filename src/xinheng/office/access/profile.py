"""Everything registered of one agency, for the pages and commands that show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import settings, store, store_clients, store_tree
from xinheng.office.access.model import Account, Agency, DatedName
from xinheng.office.access.model_clients import Client
from xinheng.office.access.model_tree import Permission, Under
from xinheng.office.access.settings import AgencySettings


@dataclass(frozen=True)
class Profile:
    """One agency over time. `others`: every other agency it names, by id."""

    agency: Agency
    names: tuple[DatedName, ...]
    superiors: tuple[Under, ...]
    successions: tuple[tuple[UUID, UUID, date], ...]  # former, successor, first day
    authorities: tuple[DatedName, ...]
    permissions: tuple[Permission, ...]
    settings: AgencySettings
    accounts: tuple[Account, ...]
    clients: tuple[Client, ...]
    others: Mapping[UUID, Agency]


def of(tx: Transaction, agency: Agency) -> Profile:
    """The agency with its names, places, successions, permissions, settings, accounts and clients."""
    superiors = tuple(u for u in store_tree.links(tx).all if u.agency == agency.agency)
    successions = tuple(store_tree.successions(tx, [agency.agency]))
    permissions = tuple(store_tree.permissions(tx, agency.agency))
    named = {u.superior for u in superiors if u.superior is not None}
    named |= {a for former, successor, _ in successions for a in (former, successor)}
    named |= {a for p in permissions for a in (p.upper, p.lower)}
    return Profile(
        agency=agency,
        names=store_tree.dated_names(tx, agency.agency),
        superiors=superiors,
        successions=successions,
        authorities=store.authorities_of(tx, agency.agency),
        permissions=permissions,
        settings=settings.settings_of(tx, agency.agency),
        accounts=tuple(store.accounts_of(tx, [agency.agency])),
        clients=tuple(store_clients.clients_of(tx, agency.agency)),
        others=store.agencies_by_id(tx, named),
    )
