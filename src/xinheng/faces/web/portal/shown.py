"""Reading what is shown: publicity says which records, the ledger what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson

from xinheng.evidence.ledger import receipt_rows
from xinheng.faces.web.portal.record_fields import role_text
from xinheng.faces.web.portal.views import RecordLine
from xinheng.ground.store.transaction import Transaction
from xinheng.judgement.publicity.model import PublicityRow
from xinheng.law.model import Item
from xinheng.law.packs import Pack

Public = Mapping[str, str]


def public_items(pack: Pack) -> tuple[Item, ...]:
    """Items that the pack marks as shown, in its order; the others have no page and no list."""
    return tuple(item for item in pack.items.values() if item.marks.shown)


def public_contents(tx: Transaction, rows: Sequence[PublicityRow]) -> dict[PublicityRow, Public]:
    """The public class of each row's current version; a content that the law erased is left out."""
    texts = receipt_rows.current(tx, [row.record for row in rows])
    return {row: orjson.loads(text) for row in rows if (text := texts.get(row.record, (None,))[0])}


def record_lines(tx: Transaction, pack: Pack, rows: Sequence[PublicityRow]) -> tuple[RecordLine, ...]:
    """Shown records as lines of a table."""
    return tuple(_line(pack, row, public) for row, public in public_contents(tx, rows).items())


def _line(pack: Pack, row: PublicityRow, public: Public) -> RecordLine:
    item = pack.item(row.item)
    return RecordLine(
        record=row.record,
        document=role_text(item, public, "document"),
        content=role_text(item, public, "facts") or role_text(item, public, "content"),
        authority=role_text(item, public, "authority") or row.authority,
        decided_on=row.decided_on,
        until=row.decision.last_day,
        party_code=role_text(item, public, "party_code") or "",
        party_name=role_text(item, public, "party_name") or "",
    )
