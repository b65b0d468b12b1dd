"""Whose cases an account sees, and how the history of a case names it."""

from __future__ import annotations

from uuid import UUID

from xinheng.faces.web.access import oversees
from xinheng.faces.web.context import Web
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import moving
from xinheng.office.access.model import Role, Session
from xinheng.office.cases import service as cases
from xinheng.office.cases.errors import CaseAbsent
from xinheng.office.cases.model import Actor, Case


def in_scope(web: Web, tx: Transaction, session: Session) -> frozenset[UUID] | None:
    """Whose cases an account sees: its agency's; an office's, all below it; the auditor's, everyone's."""
    if not oversees(session):
        return frozenset({session.account.agency or UUID(int=0)})
    if session.agency is None or session.account.role is Role.AUDITOR:
        return None
    return moving.scope(tx, session.agency, web.today())


def actor(session: Session) -> Actor:
    """The account as the history of a case names it."""
    return Actor(session.account.account, session.account.agency, session.account.name)


def own_case(web: Web, tx: Transaction, session: Session, case: UUID) -> Case:
    """A case that this account may see; another agency's is answered as if it did not exist."""
    there = cases.by_id(tx, case)
    mine = in_scope(web, tx, session)
    if mine is not None and there.owner not in mine:
        raise CaseAbsent(case)
    return there
