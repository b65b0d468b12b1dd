"""The tables of callbacks and their SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from xinheng.evidence.submissions.callbacks.model import Callback, Delivery, DeliveryState
from xinheng.ground.store.transaction import Row, Transaction

_CALLBACK = "agency, url, serial, set_at, set_by"
_DELIVERY = "delivery, submission, agency, state, created, attempts, tried_at, answer"


def set_callback(tx: Transaction, agency: UUID, url: str, at: datetime, by: str) -> Callback:
    """Enter an address, in place of the one before."""
    rows = tx.fetch(
        f"""insert into callbacks ({_CALLBACK}) values (%(agency)s, %(url)s, 1, %(at)s, %(by)s)
            on conflict (agency) do update
            set url = excluded.url, serial = callbacks.serial + 1, set_at = excluded.set_at,
                set_by = excluded.set_by
            returning {_CALLBACK}""",
        {"agency": agency, "url": url, "at": at, "by": by},
    )
    return Callback(*rows[0])


def silence(tx: Transaction, agency: UUID, at: datetime, by: str) -> bool:
    """Take the address away; its serial stays, so that no secret is given twice."""
    return bool(
        tx.execute(
            """update callbacks set url = '', set_at = %(at)s, set_by = %(by)s
               where agency = %(agency)s and url <> ''""",
            {"agency": agency, "at": at, "by": by},
        )
    )


def callback_of(tx: Transaction, agency: UUID) -> Callback | None:
    rows = tx.fetch(
        f"select {_CALLBACK} from callbacks where agency = %(agency)s and url <> ''", {"agency": agency}
    )
    return Callback(*rows[0]) if rows else None


def all_callbacks(tx: Transaction) -> list[Callback]:
    rows = tx.fetch(f"select {_CALLBACK} from callbacks where url <> '' order by set_at desc, agency")
    return [Callback(*row) for row in rows]


def insert_delivery(tx: Transaction, delivery: UUID, about: tuple[UUID, UUID], at: datetime) -> None:
    """`about`: submission and agency."""
    tx.execute(
        f"""insert into callback_deliveries ({_DELIVERY})
            values (%(delivery)s, %(submission)s, %(agency)s, 'waiting', %(at)s, 0, null, null)""",
        {"delivery": delivery, "submission": about[0], "agency": about[1], "at": at},
    )


def delivery_by_id(tx: Transaction, delivery: UUID, *, lock: bool = False) -> Delivery | None:
    rows = tx.fetch(
        f"select {_DELIVERY} from callback_deliveries where delivery = %(delivery)s"
        + (" for update" if lock else ""),
        {"delivery": delivery},
    )
    return _delivery(rows[0]) if rows else None


def tried(tx: Transaction, delivery: UUID, state: DeliveryState, answer: str, at: datetime) -> None:
    """Note an attempt and what came of it."""
    tx.execute(
        """update callback_deliveries
           set state = %(state)s, answer = %(answer)s, tried_at = %(at)s, attempts = attempts + 1
           where delivery = %(delivery)s""",
        {"delivery": delivery, "state": state.value, "answer": answer, "at": at},
    )


def deliveries(tx: Transaction, agency: UUID | None, limit: int) -> list[Delivery]:
    """Newest first: of one agency, or of all."""
    rows = tx.fetch(
        f"""select {_DELIVERY} from callback_deliveries
            where %(agency)s::uuid is null or agency = %(agency)s::uuid
            order by delivery desc limit %(limit)s""",
        {"agency": agency, "limit": limit},
    )
    return [_delivery(row) for row in rows]


def _delivery(row: Row) -> Delivery:
    return Delivery(row[0], row[1], row[2], DeliveryState(row[3]), row[4], row[5], row[6], row[7])
