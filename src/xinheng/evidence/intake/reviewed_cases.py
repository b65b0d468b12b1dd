"""The case of a returned row whose row, sent again, waited for the office: its decision ends the case.

A row that meets a record of another source is answered but not taken; its sender's case stands until the
office has looked. Found again as intake finds it: by the 退回编号 in the row, or by the key that the row
shares with the record.
"""

from __future__ import annotations

from typing import Final

from xinheng.core.errors import XinhengError
from xinheng.core.times import Clock
from xinheng.evidence.intake import own_columns
from xinheng.evidence.intake.headers import normal
from xinheng.evidence.intake.returned_cases import CORRECTED, KEY, KIND, dedupe
from xinheng.evidence.intake.review_store import RecordReview
from xinheng.evidence.ledger import service as ledger
from xinheng.evidence.ledger.batches import RECORD_SCHEMA
from xinheng.ground.store.transaction import Transaction
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, State

# outcomes of a returned row's case by how the office decided about its row
BY_DECISION: Final = {"keep": "review_kept", "objection": "review_objection", "taken": CORRECTED}
OUTCOMES: Final = {"review_kept": "核对后维持现有记录", "review_objection": "核对后转最初报送的单位核实"}
_KEY_MAC: Final = RECORD_SCHEMA.get_field_index("key_mac")


def close(tx: Transaction, asked: RecordReview, decision: str, note: str, actor: Actor, clock: Clock) -> int:
    """End the sender's cases that waited for this decision; how many (none, one, rarely two)."""
    there = cases.open_keys(tx, [asked.source], KIND)
    named, key = _named(asked), _key(tx, asked)
    ids = [
        case
        for case, one in there.items()
        if one.state is State.ANSWERED and (str(case) in named or (key is not None and one.dedupe == key))
    ]
    outcome = BY_DECISION[decision]
    return cases.step_many(tx, ids, outcome, actor, note, clock, State.CLOSED, outcome)


def _named(asked: RecordReview) -> set[str]:
    header = normal(own_columns.CASE)
    return {text.strip().lower() for name, text in asked.cells.items() if normal(name) == header}


def _key(tx: Transaction, asked: RecordReview) -> str | None:
    try:
        mac = ledger.current_row(tx, asked.record)[_KEY_MAC]
    except XinhengError:  # withdrawn meanwhile: the number in the row is all there is
        return None
    return dedupe(asked.source, bytes(mac).hex()[:KEY]) if mac else None
