"""What pages and lists show, worked out anew by what the log holds: the house against its books.

`evidence.ledger.audit` holds contents to what was signed. Here all that follows, under the packs, is compared
with what is stored, so that an operator cannot show something else than the log proves.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from xinheng.core.errors import XinhengError
from xinheng.evidence.intake import receipt_figures
from xinheng.evidence.intake import rereading as rows
from xinheng.evidence.ledger import disagreeing, rereading
from xinheng.evidence.ledger.disagreeing import Disagreement
from xinheng.faces.app.activation import archived, unlogged
from xinheng.ground.engine import Engine
from xinheng.ground.store.transaction import Transaction
from xinheng.judgement.publicity.rereading import Rereading
from xinheng.law.packs import Pack

NO_PACK = "规则包的存档缺失或与日志所载摘要不符，无法重新裁定"
NO_ITEM = "规则包中没有记录所属的事项"
ACTIVATIONS = "规则包的启用记载与日志不符"


@dataclass
class _Found:
    """What is wrong -> how often, and an example."""

    said: dict[str, tuple[int, str]] = field(default_factory=dict)

    def add(self, what: str, count: int, example: str) -> None:
        held = self.said.get(what, (0, example))
        self.said[what] = (held[0] + count, held[1])


def disagreements(tx: Transaction, engine: Engine) -> list[Disagreement]:
    """Everything stored that the log says otherwise. One snapshot is seen if `tx` is repeatable read.

    Some four minutes a million records (docs/performance.md). Raises EngineFailed and its kin.
    """
    found = _Found()
    for one in disagreeing.disagreements(tx):
        found.add(one.what, one.count, one.example)
    for what, example in receipt_figures.differing(tx):
        found.add(what, 1, str(example))
    for event in unlogged(tx):
        found.add(ACTIVATIONS, 1, str(event))
    with tempfile.TemporaryDirectory(prefix="xinheng-") as folder:
        _reread(tx, engine, Path(folder), found)
    return [Disagreement(what, count, example) for what, (count, example) in found.said.items()]


def _reread(tx: Transaction, engine: Engine, folder: Path, found: _Found) -> None:
    shown = Rereading(tx, engine, folder, rereading.endings(tx))
    unread, groups = 0, rereading.groups(tx)
    packs = {label: _pack(tx, label) for label in {label for _, label in groups}}
    for item_id, label in groups:
        pack = packs[label]
        item = pack.items.get(item_id) if pack else None
        for page in rereading.pages(tx, item_id, label):
            if pack is None or item is None:
                found.add(NO_ITEM if pack else NO_PACK, len(page), label)
                unread += len(page)
                continue
            wrong: list[tuple[str, UUID]] = rows.differing(tx, engine, folder, item, page)
            wrong += shown.differing(pack, item_id, page)
            for what, record in wrong:
                found.add(what, 1, str(record))
    for what, count, example in shown.at_the_end(complete=not unread):
        found.add(what, count, example)


def _pack(tx: Transaction, label: str) -> Pack | None:
    try:
        return archived(tx, label.rpartition(":")[2])
    except (KeyError, ValueError, XinhengError):
        return None
