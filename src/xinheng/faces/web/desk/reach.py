"""How far an account sees in the tree: its own agency, those below it, those it succeeds."""

from __future__ import annotations

from datetime import date

from xinheng.faces.web.access import oversees
from xinheng.faces.web.errors import RoleRefusedError
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import moving
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Agency, Role, Session
from xinheng.office.access.model_tree import By


def heads(tx: Transaction, session: Session) -> tuple[Agency, ...]:
    """Where the account's view begins: its agency and, nearest first, those it succeeds.

    Empty for the auditor, and for an account of the credit office that belongs to no agency: they see all.
    """
    if session.agency is None or session.account.role is Role.AUDITOR:
        return ()
    own = agencies.standing(tx, session.agency).own
    found = agencies.by_ids(tx, own)
    return tuple(found[a] for a in own)


def require(
    tx: Transaction, session: Session, head: Agency | None, day: date, *, quiet: bool = False
) -> bool:
    """Whether the account sees that agency (None: all). Raises RoleRefusedError unless `quiet`."""
    tops = heads(tx, session)
    if not tops and oversees(session):
        return True
    seen = head is not None and any(
        head.agency in moving.scope(tx, top, day, by) for top in tops for by in By
    )
    if not seen and not quiet:
        raise RoleRefusedError(
            found=f"账号 {session.account.login} 看不到{head.name if head else '全平台'}",
            expected="本单位，或树中在其下的单位",
            todo="从本单位的页面进入，或请信用办查看",
        )
    return seen
