"""What every handing in at the desk has in common: for whom, where it leads, and telling the world."""

from __future__ import annotations

import logging
from datetime import date
from typing import Final

from fastapi import Response
from fastapi.responses import RedirectResponse

from xinheng.core.errors import XinhengError
from xinheng.evidence.intake import service as intake
from xinheng.evidence.submissions.model import State, Submission
from xinheng.faces.web.context import Web
from xinheng.faces.web.desk.form_views import Behalf
from xinheng.faces.web.pages import PRIVATE
from xinheng.ground.store.transaction import Transaction
from xinheng.law.kinds import ItemClass
from xinheng.law.model import Item
from xinheng.law.packs import Pack
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Session

logger = logging.getLogger(__name__)
SUBMISSIONS: Final = "/desk/submissions"


def behalves(tx: Transaction, session: Session, day: date) -> tuple[Behalf, ...]:
    """For whom the account may hand in: its own agency first, then those it enters for (代录)."""
    if session.agency is None:
        return ()
    lower = agencies.entered_for(tx, session.agency, day)
    own = Behalf("", f"{session.agency.name}（本单位）")
    return (own, *(Behalf(a.code, a.name) for a in lower)) if lower else ()


def takeable(pack: Pack, day: date) -> tuple[Item, ...]:
    """The items that can be handed in on a day: the administrative classes first, then by class."""
    order = list(ItemClass)
    found = [i for i in pack.items.values() if i.span.covers(day) and not i.secret]
    return tuple(sorted(found, key=lambda i: order.index(i.kind)))


def for_whom(session: Session, chosen: str) -> tuple[str, str | None]:
    """(code of the source, code of who enters on its behalf). Whether it may is the intake's to say."""
    own = session.agency.code if session.agency else ""
    return (chosen, own) if chosen and chosen != own else (own, None)


def after_handing_in(web: Web, sent: Submission, *, now: bool = True) -> Response:
    """To the receipt where there is one, else to where the submission stands. `now`: it was handed in now, so
    that the receipt says whether it is new."""
    to = f"{SUBMISSIONS}/{sent.id}"
    if sent.state is State.DONE and sent.receipt is not None:
        with web.transaction() as tx:
            kept = intake.kept_receipt(tx, sent.receipt)
        said = "repeated" if kept.known < sent.created else "new"
        to = f"/desk/receipts/{sent.receipt}" + (f"?said={said}" if now else "")
    return RedirectResponse(to, 303, {"cache-control": PRIVATE})


def publish(web: Web, sent: Submission) -> None:
    """Bring tiles and checkpoint up to what was committed; what hinders this takes nothing back."""
    if sent.state is not State.DONE:
        return
    try:
        web.app.publish()
    except XinhengError as refusal:
        logger.warning("%s", refusal)
