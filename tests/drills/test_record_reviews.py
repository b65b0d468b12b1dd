"""Rows that wait for the office: what each decision does, and that none goes around the one intake."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from tests.sending import AUTHORITY, House, outcomes, row

from xinheng.evidence.intake import reviews
from xinheng.evidence.intake.reviews import (
    NotTaken,
    RecordReviewAbsent,
    RecordReviewClosed,
)
from xinheng.evidence.intake.withdrawal import NotTheirsError
from xinheng.evidence.ledger.history import history
from xinheng.office.access import service as access
from xinheng.office.cases import service as cases
from xinheng.office.cases.errors import NoteRefused
from xinheng.office.cases.model import Actor, Filter

OFFICE = Actor(None, None, "信用办")


def take_over(house: House) -> None:
    """B turns out to be the deciding authority itself: it bears its name since before the decision."""
    with house.database.transaction() as tx:
        access.rename(tx, access.by_code(tx, "B"), AUTHORITY, date(2026, 11, 1), house.clock, "test")


def waiting(house: House) -> reviews.RecordReview:
    with house.database.transaction() as tx:
        [found], count = reviews.listed(tx, 10)
    assert count == 1
    return found


def test_a_row_of_who_decided_becomes_its_own_correction(house: House) -> None:
    first = house.send(row(1))
    again = house.send(row(1, CF_SY="另一种说法"), source="B")
    assert outcomes(again) == ["review"]
    asked = waiting(house)
    take_over(house)
    with house.database.transaction() as tx:
        assert reviews.may_take(tx, asked)
    taken = reviews.take(house, asked.review, "原件上如此", OFFICE)
    assert outcomes(taken) == ["corrected"]
    with house.database.transaction() as tx:
        versions = history(tx, house.record(first))
        closed = reviews.review(tx, asked.review)
        assert not reviews.listed(tx, 10)[0]
    assert [v.kind for v in versions] == ["recorded", "corrected"]
    assert "另一种说法" in versions[-1].public
    assert '"CF_NR_FK":"4.8"' in versions[-1].public  # not divided once more
    assert (closed.decision, closed.note, closed.decided_by) == ("taken", "原件上如此", "信用办")
    with pytest.raises(RecordReviewClosed):
        reviews.take(house, asked.review, "再来一次", OFFICE)


def test_what_another_source_says_is_never_taken_for_a_correction(house: House) -> None:
    record = house.record(house.send(row(1)))
    house.send(row(1, CF_SY="另一种说法"), source="B")
    asked = waiting(house)
    with house.database.transaction() as tx:
        assert not reviews.may_take(tx, asked)
    with pytest.raises(NotTheirsError):
        reviews.take(house, asked.review, "试试看", OFFICE)
    with house.database.transaction() as tx, pytest.raises(NoteRefused):
        reviews.keep(tx, asked.review, "", OFFICE, house.clock)
    with house.database.transaction() as tx:
        case = reviews.object_to(tx, asked.review, "请核对原件", OFFICE, house.clock)
        assert case.ref == f"record:{record}"
        assert len(history(tx, record)) == 1
    with house.database.transaction() as tx, pytest.raises(RecordReviewClosed):
        reviews.keep(tx, asked.review, "晚了", OFFICE, house.clock)


def test_a_row_that_would_change_nothing_is_not_taken(house: House) -> None:
    house.send(row(1))
    house.send(row(1, CF_SY="另一种说法"), source="B")
    asked = waiting(house)
    house.send(row(1, CF_SY="另一种说法"))  # the first source said so itself meanwhile
    take_over(house)
    with pytest.raises(NotTaken):
        reviews.take(house, asked.review, "内容相同", OFFICE)
    assert waiting(house).closed is None


def test_a_review_that_is_not_there(house: House) -> None:
    with house.database.transaction() as tx, pytest.raises(RecordReviewAbsent):
        reviews.review(tx, UUID(int=1))


@pytest.mark.parametrize(
    ("decide", "outcome"),
    [("keep", "review_kept"), ("objection", "review_objection"), ("taken", "corrected")],
)
def test_the_decision_ends_the_case_that_waited_for_it(house: House, decide: str, outcome: str) -> None:
    house.send(row(1))
    assert outcomes(house.send(row(1, CF_CFLB="罚"), source="B")) == ["returned"]
    other = house.send(row(2, CF_CFLB="罚"), source="B")
    assert outcomes(other) == ["returned"]
    assert outcomes(house.send(row(1, CF_SY="另一种说法"), source="B")) == ["review"]
    asked = waiting(house)
    if decide == "taken":
        take_over(house)
        reviews.take(house, asked.review, "原件上如此", OFFICE)
    else:
        with house.database.transaction() as tx:
            act = reviews.keep if decide == "keep" else reviews.object_to
            act(tx, asked.review, "两份内容不一致", OFFICE, house.clock)
    with house.database.transaction() as tx:
        found = [c for c in cases.listed(tx, Filter()) if c.kind == "returned_row"]
    by_end = {case.outcome: case for case in found}
    assert set(by_end) == {outcome, None}
    assert by_end[None].ref.startswith(f"receipt:{other.receipt}")
