"""Entering addresses, and messages on their way. Nobody is called here: `faces.jobs` does, without a
transaction open.

A message may arrive twice (the process may die between sending and noting it): its id tells.
"""

from __future__ import annotations

from uuid import UUID

from xinheng.core.ids import new_id
from xinheng.core.times import Clock
from xinheng.core.webhooks import Call, wait_after
from xinheng.evidence.intake import store as receipts
from xinheng.evidence.submissions import store as submissions
from xinheng.evidence.submissions.callbacks import model, store
from xinheng.evidence.submissions.callbacks.model import Callback, Delivery, DeliveryState
from xinheng.ground import queue
from xinheng.ground.keys import Keys
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit
from xinheng.office.access.model import Agency

TASK = "callbacks.deliver"
PAGE = 50
_ANSWER_LENGTH = 200


def enter(tx: Transaction, agency: Agency, url: str, clock: Clock, actor: str) -> Callback:
    """Enter where an agency's system is told; the office alone does. Raises CallbackRefusedError.

    The caller has resolved the host and judged its address (`outward.targets`); it is judged again at each
    delivery. A new entry has a new secret (`secret_of`).
    """
    model.address_of(url)
    entered = store.set_callback(tx, agency.agency, url, clock.now().at, actor)
    audit.note(tx, clock, actor, "callback.set", f"{agency.code} {url}")
    return entered


def remove(tx: Transaction, agency: Agency, clock: Clock, actor: str) -> bool:
    """No longer tell an agency's system; whether it was told until now."""
    if not store.silence(tx, agency.agency, clock.now().at, actor):
        return False
    audit.note(tx, clock, actor, "callback.remove", agency.code)
    return True


def of(tx: Transaction, agency: UUID) -> Callback | None:
    """The address of an agency, if the office entered one."""
    return store.callback_of(tx, agency)


def listed(tx: Transaction) -> list[Callback]:
    """All addresses, newest first."""
    return store.all_callbacks(tx)


def secret_of(keys: Keys, callback: Callback) -> str:
    """What the agency checks signatures with: worked out of the home's key, nowhere kept."""
    return keys.mac.digest(f"callback:{callback.agency}:{callback.serial}".encode()).hex()


def tell(tx: Transaction, submission: UUID, agency: UUID, clock: Clock) -> None:
    """Put a message on its way, where the office entered an address; with the end that it tells of."""
    if store.callback_of(tx, agency) is None:
        return
    delivery = new_id(clock)
    store.insert_delivery(tx, delivery, (submission, agency), clock.now().at)
    queue.defer(tx, TASK, {"delivery": delivery}, queue=queue.TELL)


def due(tx: Transaction, keys: Keys, delivery: UUID) -> Call | None:
    """What a delivery says now; None where it has ended or the address is gone."""
    found = store.delivery_by_id(tx, delivery)
    if found is None or found.state is not DeliveryState.WAITING:
        return None
    callback = store.callback_of(tx, found.agency)
    about = submissions.by_id(tx, found.submission)
    if callback is None or about is None:
        store.tried(tx, delivery, DeliveryState.GIVEN_UP, "没有回调地址", found.created)
        return None
    kept = receipts.by_id(tx, about.receipt) if about.receipt else None
    error = about.error["code"] if about.error else None
    body = model.body(
        delivery, (about.id, about.state.value), about.receipt, kept.counts if kept else {}, error
    )
    return Call(delivery, callback.url, secret_of(keys, callback), body)


def settle(tx: Transaction, delivery: UUID, *, delivered: bool, answer: str, clock: Clock) -> Delivery:
    """Note an attempt (`answer`: HTTP status or what went wrong) and arrange the next one."""
    found = store.delivery_by_id(tx, delivery, lock=True)
    if found is None:
        raise LookupError(f"no delivery {delivery}")
    wait = None if delivered else wait_after(found.attempts + 1)
    state = DeliveryState.DELIVERED if delivered else DeliveryState.GIVEN_UP
    if wait is not None:
        state = DeliveryState.WAITING
        queue.defer(
            tx, TASK, {"delivery": delivery}, wait=wait, once=f"callback:{delivery}", queue=queue.TELL
        )
    store.tried(tx, delivery, state, answer[:_ANSWER_LENGTH], clock.now().at)
    return store.delivery_by_id(tx, delivery) or found


def deliveries(tx: Transaction, agency: UUID | None = None, limit: int = PAGE) -> list[Delivery]:
    """The log of deliveries, newest first."""
    return store.deliveries(tx, agency, limit)
