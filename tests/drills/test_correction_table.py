"""The correction table of decision 8, row by row, on a real database."""

from __future__ import annotations

from datetime import date

import pytest
from tests.sending import House, checks, code, outcomes, row

from xinheng.evidence.intake import service
from xinheng.evidence.ledger import erasure
from xinheng.evidence.ledger import service as ledger
from xinheng.evidence.ledger.service import Withdrawal


def test_a_file_sent_twice_changes_nothing_and_gets_its_first_receipt(house: House) -> None:
    request = house.request([row(1), row(2, CF_JDRQ="2026-13-01"), row(3)])
    first, events = service.submit(house, request), house.count("events")
    again = service.submit(house, request)
    assert again.repeated
    assert again.receipt == first.receipt
    assert (first.counts.accepted, first.counts.returned, first.counts.known) == (2, 1, 0)
    assert (again.counts.accepted, again.counts.returned, again.counts.known) == (0, 1, 2)
    assert outcomes(again) == ["known", "returned", "known"]
    assert again.position == first.position
    assert house.count("events") == events


@pytest.mark.parametrize(
    "changed",
    [{"profile": "collected"}, {"constants": {"BZ": "补"}}, {"mapping": {"BZ": "ignored"}}, {"source": "B"}],
)
def test_the_same_file_under_another_profile_constant_mapping_or_source_is_another_request(
    house: House, changed: dict[str, object]
) -> None:
    rows = [row(1, BZ="x")]
    first = house.send(*rows)
    assert not house.send(*rows, **changed).repeated  # type: ignore[arg-type]  # one of four keywords
    assert house.send(*rows).receipt == first.receipt


def test_the_same_key_and_content_in_another_file_is_known(house: House) -> None:
    first = house.send(row(1))
    again = house.send(row(1), row(2))
    assert outcomes(again) == ["known", "accepted"]
    assert house.record(again) == house.record(first)
    assert again.rows[0].derived is not None
    assert again.rows[0].derived.fine_yuan == "48000.00"


def test_brackets_widths_and_blanks_of_the_number_make_no_other_record(house: House) -> None:
    first = house.send(row(1))
    again = house.send(row(1, CF_WSH="清市监处罚（２０２６）1 号"))
    assert again.counts.corrected + again.counts.known == 1
    assert house.record(again) == house.record(first)


def test_new_content_of_the_same_source_corrects(house: House) -> None:
    first = house.send(row(1))
    second = house.send(row(1, CF_NR="处以罚款人民币叁万元"))
    assert outcomes(second) == ["corrected"]
    assert (second.counts.accepted, second.counts.corrected) == (0, 1)
    assert house.record(second) == house.record(first)
    assert house.count("records") == 1
    assert house.count("events") == 2


def test_new_content_of_another_source_goes_to_review_and_changes_nothing(house: House) -> None:
    first = house.send(row(1))
    second = house.send(row(1, CF_NR="处以罚款人民币叁万元"), source="B")
    assert outcomes(second) == ["review"]
    assert checks(second) == {"intake.conflict"}
    assert (second.counts.review, second.counts.corrected, second.counts.returned) == (1, 0, 0)
    assert house.record(second) == house.record(first)
    assert (house.count("record_reviews"), house.count("events")) == (1, 1)


def test_the_deciding_authority_corrects_what_another_source_sent_first(house: House) -> None:
    house.send(row(1), source="B")
    assert outcomes(house.send(row(1, CF_NR="处以罚款人民币叁万元"), source="A")) == ["corrected"]


def test_what_an_earlier_version_said_comes_back(house: House) -> None:
    house.send(row(1))
    house.send(row(1, CF_NR="处以罚款人民币叁万元"))
    third = house.send(row(1), row(9))
    assert outcomes(third) == ["returned", "accepted"]
    assert checks(third) == {"intake.superseded"}
    assert "已被更正" in third.rows[0].checks[0].message


def test_a_withdrawn_record_never_revives(house: House) -> None:
    first = house.send(row(1))
    with house.database.transaction() as tx:
        source = tx.fetch("select source from records")[0][0]
        withdrawal = Withdrawal(
            house.record(first), source, date(2026, 11, 19), "行政复议撤销", house.pack.label
        )
        ledger.withdraw(tx, withdrawal, house.clock, ())
    for content in ({}, {"CF_NR": "处以罚款人民币叁万元"}):
        again = house.send(row(1, **content), row(8))
        assert outcomes(again)[0] == "returned"
        assert checks(again) == {"intake.withdrawn"}


def test_an_erased_record_never_revives(house: House) -> None:
    first = house.send(row(1))
    with house.database.transaction() as tx:
        ordered = erasure.Erasure(house.record(first), "测试法第一条", house.pack.label)
        erasure.erase(tx, ordered, house.clock, ())
    again = house.send(row(1), row(8))
    assert outcomes(again)[0] == "returned"
    assert checks(again) == {"intake.erased"}


def test_one_key_with_two_contents_in_a_file_returns_both(house: House) -> None:
    receipt = house.send(row(1), row(2), row(1, CF_NR="处以罚款人民币叁万元"))
    assert outcomes(receipt) == ["returned", "accepted", "returned"]
    assert checks(receipt, 2) == checks(receipt, 4) == {"intake.same_key"}


def test_one_key_with_one_content_twice_in_a_file_is_known_the_second_time(house: House) -> None:
    receipt = house.send(row(1), row(2), row(1))
    assert outcomes(receipt) == ["accepted", "accepted", "known"]
    assert house.record(receipt, 4) == house.record(receipt, 2)
    assert house.count("records") == 2


def test_with_its_number_even_the_key_of_a_record_is_corrected(house: House) -> None:
    first = house.send(row(1))
    name = str(house.record(first))
    second = house.send({"信衡编号": name, **row(1, CF_WSH="清市监处罚〔2026〕77号")})
    assert outcomes(second) == ["corrected"]
    assert house.record(second) == house.record(first)
    assert house.count("records") == 1
    # the old spelling is what an earlier version said: it must not come back as a new record
    third = house.send(row(1), row(5))
    assert outcomes(third) == ["returned", "accepted"]
    assert checks(third) == {"intake.superseded"}
    # but another decision may bear that number in truth
    assert outcomes(house.send(row(1, CF_NR="处以罚款人民币壹万元"))) == ["accepted"]


def test_a_number_of_no_record_comes_back(house: House) -> None:
    receipt = house.send({"信衡编号": "00000000-0000-7000-8000-000000000000", **row(1)})
    assert outcomes(receipt) == ["returned"]
    assert checks(receipt) == {"intake.record_missing"}


def test_a_corrected_key_may_not_be_that_of_another_record(house: House) -> None:
    first = house.send(row(1), row(2))
    wanted = {"信衡编号": str(house.record(first, 3)), **row(1, CF_NR="处以罚款人民币壹万元")}
    receipt = house.send(wanted)
    assert outcomes(receipt) == ["returned"]
    assert checks(receipt) == {"intake.key_taken"}


def test_two_rows_that_meet_one_record_both_come_back(house: House) -> None:
    first = house.send(row(1))
    renamed = {"信衡编号": str(house.record(first)), **row(1, CF_WSH="清市监处罚〔2026〕77号")}
    receipt = house.send(renamed, row(1, CF_NR="处以罚款人民币壹万元"))
    assert outcomes(receipt) == ["returned", "returned"]
    assert checks(receipt, 2) == checks(receipt, 3) == {"intake.same_key"}


def test_what_an_agency_may_not_send_for_comes_back_with_its_own_reason(house: House) -> None:
    receipt = house.send(row(1, CF_CFJG="远山市公安局", CF_CFJGDM=code(9, "11430100")), row(2))
    assert outcomes(receipt) == ["returned", "accepted"]
    assert "intake.sender" in checks(receipt)


def test_a_key_that_one_row_gives_up_may_not_be_taken_by_another_row_of_the_file(house: House) -> None:
    first = house.send(row(1))
    moved = {"信衡编号": str(house.record(first)), **row(1, CF_WSH="清市监处罚〔2026〕77号")}
    receipt = house.send(moved, row(1, CF_WSH="清市监处罚〔2026〕77号", CF_NR="处以罚款人民币壹万元"), row(3))
    assert outcomes(receipt) == ["returned", "returned", "accepted"]
    assert checks(receipt, 2) == checks(receipt, 3) == {"intake.same_key"}


def test_two_rows_that_name_one_record_both_come_back(house: House) -> None:
    first = house.send(row(1))
    name = {"信衡编号": str(house.record(first))}
    receipt = house.send({**name, **row(1, CF_NR="处以罚款人民币壹万元")}, {**name, **row(2)})
    assert outcomes(receipt) == ["returned", "returned"]
    assert house.count("events") == 1
