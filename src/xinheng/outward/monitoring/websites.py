"""A list from an agency's website: the drafts of a capture that nobody has confirmed, to be compared.

Drafts are about organisations alone (outward.capture keeps no others). What the agency confirmed was handed
in, and is held; what waits stands on its website, and perhaps nowhere else.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Final

from xinheng.core import cells, documents
from xinheng.evidence.intake.listing import Listed, Read
from xinheng.ground.store.transaction import Transaction
from xinheng.law.model import Item
from xinheng.law.packs import Pack
from xinheng.outward.capture import service as captures
from xinheng.outward.capture.model import Capture, Draft
from xinheng.outward.monitoring.errors import ListRefused

ROWS: Final = 10_000  # drafts that wait at once: far more than anybody would confirm by hand


def read(tx: Transaction, pack: Pack, capture: Capture) -> Read:
    """The drafts as a list; a line is a draft, the oldest first. Raises ListRefused where none waits."""
    item = pack.item(capture.item)
    drafts = captures.drafts(tx, capture, ROWS)
    if not drafts:
        raise ListRefused(
            found=f"抓取“{capture.name}”没有等待确认的草稿",
            expected="网站上有、还没有报送的决定",
            todo="先运行抓取；已确认的草稿已经报送，不用再比",
            where="capture",
        )
    digest = hashlib.sha256(b"".join(d.digest for d in drafts)).hexdigest()
    rows = tuple(_listed(item, n, draft) for n, draft in enumerate(drafts, 1))
    columns = {name: item.roles[name] for name in ("document", "party_name", "party_code", "decided")}
    return Read(digest, rows, columns)


def _listed(item: Item, line: int, draft: Draft) -> Listed:
    def said(role: str) -> str | None:
        return draft.fields.get(item.role(role) or "", "").strip() or None

    number, day = said("document"), said("decided")
    spelt = cells.date(day) if day else None
    return Listed(
        line=line,
        number=documents.normalise(number) if number else None,
        party=said("party_name"),
        code=said("party_code"),
        decided_on=date.fromisoformat(spelt) if spelt else None,
        person=False,
    )
