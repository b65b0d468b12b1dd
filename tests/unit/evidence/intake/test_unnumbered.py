"""Rows without a document number: known by authority, date, party and content; a clash is reviewed."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from tests.sending import AUTHORITY, House, code

from xinheng.evidence.intake import service
from xinheng.evidence.intake.model import Outcome, Receipt, Request

HONOUR = {
    "RY_XDR_MC": "清河第7号商贸有限公司",
    "RY_XDR_SHXYM": code(7),
    "RY_RYMC": "诚信示范企业",
    "RY_SYRQ": "2026-11-02",
    "RY_DW": AUTHORITY,
}
BILL = {
    "SF_XDR_MC": "清河第7号商贸有限公司",
    "SF_XDR_SHXYM": code(7),
    "SF_HH": "00712345",
    "SF_ZQ": "2026-10",
    "SF_YJ": "0.12",
    "SF_ZT": "欠缴",
    "SF_JZRQ": "2026-10-31",
    "SF_DW": AUTHORITY,
}


def send(house: House, item: str, *rows: dict[str, str], **more: Any) -> Receipt:
    path = house.folder / f"rows-{next(house._numbers)}.jsonl"
    path.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in rows), encoding="utf-8")
    return service.submit(house, Request(path, path.name, item, source="A", **more))


def outcomes(receipt: Receipt) -> list[str]:
    return [row.outcome.value for row in receipt.rows]


def test_a_row_without_number_goes_in_and_is_known_again(house: House) -> None:
    first = send(house, "honour", HONOUR)
    assert outcomes(first) == [Outcome.ACCEPTED]
    again = send(house, "honour", HONOUR, HONOUR | {"RY_RYMC": "守合同重信用企业"})
    assert outcomes(again) == [Outcome.KNOWN, Outcome.ACCEPTED]
    assert again.rows[0].record == first.rows[0].record


def test_the_same_without_number_that_says_something_else_goes_to_review(house: House) -> None:
    send(house, "honour", HONOUR)
    clash = send(house, "honour", HONOUR | {"RY_YJ": "某某评选办法"})
    assert outcomes(clash) == [Outcome.REVIEW]
    assert "intake.unnumbered" in {check.id for check in clash.rows[0].checks}


def test_with_a_number_the_same_is_a_correction(house: House) -> None:
    numbered = HONOUR | {"RY_WH": "清信〔2026〕3号"}
    first = send(house, "honour", numbered)
    second = send(house, "honour", numbered | {"RY_YJ": "某某评选办法"})
    assert outcomes(second) == [Outcome.CORRECTED]
    assert second.rows[0].record == first.rows[0].record


def test_what_an_item_declares_as_key_stands_for_a_number(house: House) -> None:
    first = send(house, "water", BILL)
    assert outcomes(first) == [Outcome.ACCEPTED]
    paid = send(
        house, "water", BILL | {"SF_ZT": "已缴清"}, BILL | {"SF_ZQ": "2026-09", "SF_JZRQ": "2026-09-30"}
    )
    assert outcomes(paid) == [Outcome.CORRECTED, Outcome.ACCEPTED]
    assert paid.rows[0].record == first.rows[0].record


def test_a_household_is_no_organisation(house: House) -> None:
    receipt = send(house, "water", BILL | {"SF_XDR_MC": "王小明", "SF_XDR_SHXYM": ""})
    assert outcomes(receipt) == [Outcome.PERSON]


def test_an_item_without_publicity_rule_shows_nothing(house: House) -> None:
    send(house, "honour", HONOUR)
    with house.database.transaction() as tx:
        marks = tx.fetch("select shown_mark, reported_mark, document, decided_on from records")
    assert [tuple(row) for row in marks] == [(False, False, None, date(2026, 11, 2))]
