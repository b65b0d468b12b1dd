from uuid import UUID

import pytest
from tests.unit.evidence.subjects.samples import candidates, code

from xinheng.evidence.subjects.errors import DecisionOutOfPlace, NoSuchReview, ReviewClosed
from xinheng.evidence.subjects.model import Decision, NameState
from xinheng.evidence.subjects.service import by_code, close_review, enter, find, open_reviews
from xinheng.ground.store import Database


@pytest.fixture
def twice_named(database: Database, clock) -> UUID:
    """A review of one code that came under two names."""
    with database.transaction() as tx:
        enter(tx, candidates((code(1), "青禾商贸"), (code(1), "远澜贸易")), clock)
    clock.step(days=1)
    with database.transaction() as tx:
        [waiting], _ = open_reviews(tx)
    return waiting.review


def test_a_wrong_name_is_no_longer_found(database: Database, clock, twice_named: UUID) -> None:
    with database.transaction() as tx:
        assert find(tx, "远澜").total == 1
        close_review(tx, twice_named, Decision.KEEP, "office", clock)
    with database.transaction() as tx:
        assert find(tx, "远澜").total == 0
        assert find(tx, "青禾").total == 1
        assert by_code(tx, code(1)).names == ()
        assert open_reviews(tx) == ([], 0)


def test_a_wrong_name_that_comes_again_opens_no_second_review(database: Database, clock, twice_named) -> None:
    with database.transaction() as tx:
        close_review(tx, twice_named, Decision.KEEP, "office", clock)
        enter(tx, candidates((code(1), "远澜贸易")), clock)
        assert open_reviews(tx)[1] == 0


def test_a_renamed_organisation_shows_the_new_name_and_is_found_by_both(database, clock, twice_named) -> None:
    with database.transaction() as tx:
        closed = close_review(tx, twice_named, Decision.RENAME, "office", clock)
        subject = by_code(tx, code(1))
        assert subject.name == "远澜贸易"
        assert [(n.name, n.state) for n in subject.names] == [("青禾商贸", NameState.FORMER)]
        [hit] = find(tx, "青禾").hits
        assert (hit.name, hit.other_name) == ("远澜贸易", "青禾商贸")
        assert find(tx, "远澜").hits[0].other_name is None
    assert (closed.decision, closed.decided_by, closed.closed) == (Decision.RENAME, "office", clock.now().at)


def test_a_former_name_stays_findable_and_the_shown_one_stays(database, clock, twice_named) -> None:
    with database.transaction() as tx:
        close_review(tx, twice_named, Decision.FORMER, "office", clock)
        subject = by_code(tx, code(1))
        assert (subject.name, subject.names[0].state) == ("青禾商贸", NameState.FORMER)
        assert find(tx, "远澜").total == 1


def test_two_organisations_of_one_name_stay_two(database: Database, clock) -> None:
    with database.transaction() as tx:
        enter(tx, candidates((code(1), "青禾商贸"), (code(2), "青禾商贸")), clock)
        [waiting], _ = open_reviews(tx)
        close_review(tx, waiting.review, Decision.DISTINCT, "office", clock)
        assert find(tx, "青禾").total == 2


def test_a_decision_must_belong_to_the_kind_of_review(database: Database, clock, twice_named: UUID) -> None:
    with database.transaction() as tx, pytest.raises(DecisionOutOfPlace):
        close_review(tx, twice_named, Decision.DISTINCT, "office", clock)


def test_a_review_is_closed_once(database: Database, clock, twice_named: UUID) -> None:
    with database.transaction() as tx:
        close_review(tx, twice_named, Decision.KEEP, "office", clock)
    with database.transaction() as tx, pytest.raises(ReviewClosed):
        close_review(tx, twice_named, Decision.RENAME, "office", clock)


def test_a_review_that_is_not_there_is_refused(database: Database, clock) -> None:
    with database.transaction() as tx, pytest.raises(NoSuchReview):
        close_review(tx, UUID(int=5), Decision.KEEP, "office", clock)
