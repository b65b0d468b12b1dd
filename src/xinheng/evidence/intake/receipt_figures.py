"""Whether receipts say how many records they brought as the log does.

What came back, what was known already and what waits for a review is in no event: of that a receipt is the
only witness, and whoever holds it has it with the checkpoint of its day.
"""

from __future__ import annotations

from uuid import UUID

from xinheng.evidence.ledger import receipt_rows
from xinheng.ground.store.transaction import Transaction

FIGURES = "回执的接收、更正条数或首条位置与日志不符"
LOST = "日志中有记录而没有其回执"


def differing(tx: Transaction) -> list[tuple[str, UUID]]:
    """(what is wrong, receipt)."""
    logged = receipt_rows.counted(tx)
    held = {
        row[0]: (int(row[1]), int(row[2]), row[3])
        for row in tx.fetch(
            """select receipt, counts::json ->> 'accepted', counts::json ->> 'corrected', first_seq
               from receipts"""
        )
    }
    found = [(LOST, receipt) for receipt in logged if receipt not in held]
    return found + [
        (FIGURES, receipt) for receipt, said in held.items() if said != logged.get(receipt, (0, 0, None))
    ]
