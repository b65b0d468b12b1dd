"""A returned row is a case: opened with its receipt, found again, closed when the row is accepted."""

from __future__ import annotations

import time
from pathlib import Path
from uuid import UUID

import pytest
from tests.sending import House, code, outcomes, row

from xinheng.evidence.intake import own_columns, service, store
from xinheng.evidence.intake.model import Receipt, Request
from xinheng.evidence.intake.returned_cases import KIND
from xinheng.office.access import service as access
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, Case, Filter, State, Step

WRONG = {"CF_CFLB": "罚"}  # a category that the code list does not have
CLERK = Actor(None, None, "王经办")


def all_cases(house: House) -> list[Case]:
    with house.database.transaction() as tx:
        return sorted(cases.listed(tx, Filter(kind=KIND)), key=lambda c: c.case)


def case_of(house: House, receipt: Receipt, line: int = 2) -> UUID:
    assert receipt.receipt is not None
    with house.database.transaction() as tx:
        return next(row[3] for row in store.returned(tx, receipt.receipt) if row[0] == line)


def now(house: House, case: UUID) -> Case:
    with house.database.transaction() as tx:
        return cases.by_id(tx, case)


def steps(house: House, case: UUID) -> list[Step]:
    with house.database.transaction() as tx:
        return cases.history(tx, case)


def answer(house: House, case: UUID, action: str, to: State) -> None:
    with house.database.transaction() as tx:
        cases.step(tx, case, action, CLERK, "说明", house.clock, to=to)


def agency(house: House, code: str = "A") -> UUID:
    with house.database.transaction() as tx:
        return access.by_code(tx, code).agency


def test_a_returned_row_opens_a_case_of_its_sender_with_the_term_of_the_item(house: House) -> None:
    receipt = house.send(row(1), row(2, **WRONG), row(3, CF_JDRQ="昨天"))
    assert outcomes(receipt) == ["accepted", "returned", "returned"]
    dated, undated = all_cases(house)
    assert dated.case == case_of(house, receipt, 3)
    assert (dated.owner, dated.kind, dated.state) == (agency(house), "returned_row", State.OPEN)
    assert dated.ref == f"receipt:{receipt.receipt}/3"
    assert dated.title == "行政处罚退回：清市监处罚〔2026〕2号"
    # decided on 12 November 2026: seven working days later
    assert (str(dated.due_on), dated.basis) == ("2026-11-23", "信用网站报送时限：7个工作日")
    assert (undated.due_on, undated.basis) == (None, None)


def test_a_row_with_shifted_cells_names_no_number(house: House) -> None:
    """Under the header of the number stands another cell then: it may be a name."""
    request = house.request([row(1), row(2)])
    head, first, second = request.path.read_text().splitlines()
    request.path.write_text("\n".join([head, first, "多一格," + second]) + "\n")
    service.submit(house, request)
    assert [case.title for case in all_cases(house)] == ["行政处罚退回：无文号"]


def test_a_file_without_returned_rows_opens_none(house: House) -> None:
    house.send(row(1))
    assert all_cases(house) == []


def test_the_corrected_row_closes_the_case_by_its_key(house: House) -> None:
    case = case_of(house, house.send(row(1, **WRONG)))
    house.send(row(2))
    assert now(house, case).state is State.OPEN, "another row changes nothing"
    receipt = house.send(row(1))
    closed = now(house, case)
    assert (closed.state, closed.outcome) == (State.CLOSED, "corrected")
    assert [(s.action, s.note) for s in steps(house, case)] == [("corrected", f"见回执 {receipt.receipt}")]


def test_a_row_whose_key_was_wrong_is_found_by_the_number_of_its_case(house: House) -> None:
    first, second = row(1, CF_XDR_SHXYM=code(1)[:-1] + "O"), row(2, **WRONG)
    returned = house.send(first, second)
    case, untouched = case_of(house, returned), case_of(house, returned, 3)
    house.send({own_columns.CASE: str(case).upper(), **row(1)})
    assert now(house, case).state is State.CLOSED
    assert now(house, untouched).state is State.OPEN


def test_a_row_returned_again_stays_in_its_case_with_a_step(house: House) -> None:
    case = case_of(house, house.send(row(1, **WRONG)))
    answer(house, case, "seen", State.SEEN)
    second = house.send(row(1, CF_CFLB="罚钱"))
    assert case_of(house, second) == case
    assert now(house, case).state is State.OPEN
    assert [s.action for s in steps(house, case)] == ["seen", "returned_again"]
    third = house.send({own_columns.CASE: str(case), **row(1, CF_XDR_SHXYM="")})
    assert case_of(house, third) == case
    assert len(all_cases(house)) == 1


def test_a_contested_case_stays_contested_until_it_is_answered(house: House) -> None:
    case = case_of(house, house.send(row(1, **WRONG)))
    answer(house, case, "contested", State.CONTESTED)
    house.send(row(1, CF_CFLB="罚钱"))
    assert now(house, case).state is State.CONTESTED
    house.send(row(1))
    assert now(house, case).state is State.CLOSED


def test_two_rows_of_one_key_are_one_case_and_repeating_the_file_opens_nothing(house: House) -> None:
    request = house.request([row(1, CF_NR="罚款一万元"), row(1, CF_NR="罚款两万元"), row(2, **WRONG)])
    first = service.submit(house, request)
    assert first.counts.returned == 3
    assert case_of(house, first, 2) == case_of(house, first, 3) != case_of(house, first, 4)
    assert len(all_cases(house)) == 2
    assert service.submit(house, request).repeated
    assert len(all_cases(house)) == 2
    assert [s for c in all_cases(house) for s in steps(house, c.case)] == []


def test_rows_without_a_key_are_cases_of_their_own(house: House) -> None:
    receipt = house.send(row(1, CF_XDR_SHXYM=""), row(2, CF_XDR_SHXYM=""))
    assert case_of(house, receipt, 2) != case_of(house, receipt, 3)
    assert [c.dedupe for c in all_cases(house)] == [None, None]


def test_a_row_that_turns_out_to_be_about_a_person_is_closed_without_being_kept(house: House) -> None:
    case = case_of(house, house.send(row(1, **WRONG)))
    person = row(1, CF_XDR_LB="自然人", CF_XDR_MC="赵某", CF_XDR_SHXYM="", CF_FRDB="")
    receipt = house.send({own_columns.CASE: str(case), **person})
    assert outcomes(receipt) == ["person"]
    assert (now(house, case).state, now(house, case).outcome) == (State.CLOSED, "person")


def test_another_agency_neither_closes_nor_joins_a_case(house: House) -> None:
    case = case_of(house, house.send(row(1, **WRONG)))
    again = house.send({own_columns.CASE: str(case), **row(1, **WRONG)}, source="B")
    assert case_of(house, again) != case
    house.send({own_columns.CASE: str(case), **row(1)}, source="B")
    assert now(house, case).state is State.OPEN
    assert now(house, case_of(house, again)).state is State.CLOSED


def test_a_row_that_waits_for_the_office_leaves_its_case_answered(house: House) -> None:
    house.send(row(1), source="A")
    case = case_of(house, house.send(row(1, **WRONG), source="B"))
    assert house.send(row(1, CF_NR="罚款十万元"), source="B").counts.review == 1
    assert now(house, case).state is State.ANSWERED


def test_the_workbook_carries_the_number_of_the_case_and_comes_back_as_it_is(
    house: House, tmp_path: Path
) -> None:
    receipt = house.send(row(1, CF_XDR_SHXYM=code(1)[:-1] + "O"))
    assert receipt.receipt is not None
    with house.database.transaction() as tx:
        content = service.returned_workbook(tx, house.pack, receipt.receipt)
    path = tmp_path / "退回.xlsx"
    path.write_bytes(content)
    again = service.submit(house, Request(path, path.name, "penalty", source="A"))
    assert case_of(house, again) == case_of(house, receipt)
    assert len(all_cases(house)) == 1


def test_nothing_is_opened_where_the_submission_is_not_kept(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The receipt is the last thing written: what fails there takes cases and rows with it."""

    def broken(*_: object) -> None:
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr(store, "insert_receipt", broken)
    with pytest.raises(RuntimeError):
        house.send(row(1, **WRONG))
    assert (house.count("cases"), house.count("returned_rows")) == (0, 0)


def test_thousands_of_returned_rows_take_seconds(house: House) -> None:
    """Ten thousand here; forty thousand took 24 s on two cores that were busy with much else."""
    begun = time.monotonic()
    receipt = house.send(*(row(n, **WRONG) for n in range(10_000)))
    took = time.monotonic() - begun
    assert receipt.counts.returned == house.count("cases") == 10_000
    assert took < 30, took
