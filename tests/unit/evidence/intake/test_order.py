"""A receipt's rows come by line, whatever order the engine's joins give them."""

from __future__ import annotations

from tests.sending import House, row

from xinheng.evidence.intake import service

FIRST, ROWS = 1_009_545, 8_636  # codes of which one collides in the engine's hash table


def test_the_rows_of_a_receipt_ascend_by_line(house: House) -> None:
    receipt = house.send(*(row(n) for n in range(FIRST, FIRST + ROWS)))
    assert receipt.receipt is not None
    with house.database.transaction() as tx:
        lines = [r.line for r in service.rows(tx, house.pack, receipt.receipt)]
    assert lines == list(range(2, ROWS + 2))
