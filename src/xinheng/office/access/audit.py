"""The audit log: who did what, when; only ever added to."""

from __future__ import annotations

from uuid import UUID

from xinheng.core.identity import mask
from xinheng.core.times import Clock
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import store
from xinheng.office.access.model import AuditEntry

LOCAL_OPERATOR = "命令行"  # the command line acts as the local operator and is logged (decision 10)
PAGE = 50
DETAIL_LENGTH = 500


def note(
    tx: Transaction, clock: Clock, actor: str, action: str, detail: str, account: UUID | None = None
) -> None:
    """Add an entry in the transaction of what it tells of. Identity numbers in `detail` are masked."""
    text = mask(detail[:DETAIL_LENGTH].replace("\0", ""))[0]
    store.insert_audit(tx, clock.now().at, account, (actor, action, text))


def entries(tx: Transaction, before: int | None = None, count: int = PAGE) -> list[AuditEntry]:
    """Newest first, a page at a time: those before the entry number of the last page's last."""
    return store.audit_entries(tx, before, count)


def fact(tx: Transaction, name: str) -> str | None:
    """A fact about this home, or None."""
    return store.fact(tx, name)


def set_fact(tx: Transaction, name: str, value: str) -> None:
    """Note a fact about this home."""
    store.set_fact(tx, name, value)
