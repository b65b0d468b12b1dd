"""The way of a record upward: whatever the partner drops, repeats and reorders, versions go in order."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.outward.reconciliation.model import (
    EXPLANATIONS,
    MOST_ATTEMPTS,
    NAMES,
    Act,
    Held,
    Kind,
    Local,
    Outcome,
    State,
    Way,
    compared,
    digest,
    mended,
)

RECORD = UUID(int=1)


def version(n: int) -> UUID:
    return UUID(int=100 + n)


def taken(act: Act = Act.RECORD) -> Way:
    way = Way(RECORD, version(1), Act.RECORD).send().answer(version(1), Outcome.TAKEN, "U1")
    if act is Act.WITHDRAW:
        way = way.want(version(2), act).send().answer(version(2), Outcome.TAKEN)
    return way


def test_a_record_is_sent_taken_corrected_and_withdrawn() -> None:
    way = Way(RECORD, version(1), Act.RECORD)
    assert way.state is State.DUE
    way = way.send()
    assert way.state is State.SENT
    way = way.answer(version(1), Outcome.RECEIVED)
    assert way.state is State.RECEIVED
    way = way.answer(version(1), Outcome.TAKEN, "U1")
    assert (way.state, way.stands, way.there, way.settled) == (State.TAKEN, True, "U1", True)
    way = way.want(version(2), Act.RECORD)
    assert way.state is State.DUE
    way = way.send().answer(version(2), Outcome.TAKEN).want(version(3), Act.WITHDRAW)
    assert (way.state, way.there) == (State.DUE, "U1")
    way = way.send().answer(version(3), Outcome.TAKEN)
    assert (way.state, way.stands, way.settled) == (State.TAKEN, False, True)


def test_what_was_never_there_is_not_withdrawn_there() -> None:
    assert Way(RECORD, version(1), Act.RECORD).want(version(2), Act.WITHDRAW).state is State.VOID
    returned = Way(RECORD, version(1), Act.RECORD).send().answer(version(1), Outcome.RETURNED)
    assert returned.state is State.RETURNED
    assert returned.want(version(2), Act.WITHDRAW).state is State.VOID


def test_nothing_newer_goes_before_the_answer() -> None:
    way = Way(RECORD, version(1), Act.RECORD).send().want(version(2), Act.RECORD).want(version(3), Act.RECORD)
    assert (way.state, way.sent, way.wanted) == (State.SENT, version(1), version(3))
    with pytest.raises(ValueError, match="due"):
        way.send()
    way = way.answer(version(1), Outcome.RETURNED)
    assert way.state is State.DUE, "the newer version mends what came back"
    assert way.send().sent == version(3)


def test_an_answer_about_another_version_changes_nothing() -> None:
    way = taken().want(version(2), Act.RECORD).send()
    assert way.answer(version(1), Outcome.RETURNED) == way
    done = way.answer(version(2), Outcome.TAKEN)
    assert done.answer(version(2), Outcome.RETURNED) == done
    assert done.answer(version(1), Outcome.TAKEN) == done


def test_what_is_gone_there_goes_again_under_its_id() -> None:
    way = taken().lost()
    assert (way.state, way.stands, way.wanted) == (State.DUE, False, version(1))
    gone = taken(Act.WITHDRAW).again()
    assert gone.state is State.DUE
    assert gone.send().sent == version(2)
    refused = Way(RECORD, version(1), Act.RECORD).send().refuse()
    assert refused.state is State.DUE
    assert Way(RECORD, version(1), Act.RECORD).send().want(version(2), Act.WITHDRAW).refuse().state is (
        State.VOID
    )


def test_every_kind_of_difference_has_a_name_and_says_why() -> None:
    assert set(NAMES) == set(EXPLANATIONS) == set(Kind)
    assert all(len(text) > 15 for text in EXPLANATIONS.values())


def test_the_digest_is_of_the_standards_fields_in_any_order() -> None:
    assert digest({"B": "2", "A": "1"}) == digest({"A": "1", "B": "2", "X_OWN": "3"})
    assert digest({"A": "1"}) != digest({"A": "2"})


def held(**changed: object) -> Held:
    return Held(
        **{"there": "U1", "item": "penalty", "current": True, "shown": True, "digest": "d", **changed}
    )


@pytest.mark.parametrize(
    ("way", "shown", "there", "found"),
    [
        (taken(), True, held(), None),
        (taken(), True, None, Kind.MISSING),
        (taken(), True, held(current=False), Kind.MISSING),
        (taken(), True, held(digest="e"), Kind.CONTENT),
        (taken(), True, held(shown=False), Kind.NOT_SHOWN),
        (taken(), False, held(), Kind.STILL_SHOWN),
        (taken(), False, held(shown=False), None),
        (taken(Act.WITHDRAW), False, None, None),
        (taken(Act.WITHDRAW), False, held(current=False, shown=False), None),
        (taken(Act.WITHDRAW), False, held(), Kind.STILL_HELD),
        (taken().want(version(9), Act.RECORD), True, held(digest="e"), None),
        (taken().want(version(9), Act.RECORD).send(), True, None, None),
    ],
)
def test_what_differs(way: Way, shown: bool, there: Held | None, found: Kind | None) -> None:
    assert compared(Local(way, "d", shown), there) is found


def test_sending_again_by_itself_ends() -> None:
    assert mended(taken(), Kind.CONTENT, 1).state is State.DUE
    assert mended(taken(), Kind.CONTENT, MOST_ATTEMPTS) == taken()
    assert mended(taken(), Kind.NOT_SHOWN, 1) == taken()
    assert mended(taken(), Kind.MISSING, 1).stands is False


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("want"), st.sampled_from(Act)),
        st.tuples(st.just("send"), st.none()),
        st.tuples(st.just("deliver"), st.booleans()),
        st.tuples(st.just("repeat"), st.none()),
        st.tuples(st.just("answer"), st.integers(0, 30)),
    ),
    max_size=60,
)


class Both:
    """A record's way, and an idempotent partner: it decides a version once and says the same for ever."""

    def __init__(self) -> None:
        self.way = Way(RECORD, version(0), Act.RECORD)
        self.newest = 0
        self.sent: list[tuple[UUID, Act]] = []
        self.answers: list[UUID] = []
        self.decided: list[tuple[UUID, Act]] = []
        self.said: dict[UUID, Outcome] = {}

    def want(self, act: Act) -> None:
        if self.way.act is Act.RECORD:  # nothing follows a withdrawal
            self.newest += 1
            self.way = self.way.want(version(self.newest), act)

    def send(self, _: None = None) -> None:
        if self.way.state is State.DUE:
            self.way = self.way.send()
            self.sent.append((self.way.sent, self.way.sent_act))

    def deliver(self, good: bool) -> None:
        if self.sent:
            self.take(*self.sent[-1], good)
            self.answers.append(self.sent[-1][0])

    def repeat(self, _: None = None) -> None:
        for one, act in self.sent:
            if one in self.said:
                self.take(one, act, True)

    def answer(self, n: int) -> None:
        if self.answers:
            one = self.answers[n % len(self.answers)]
            self.way = self.way.answer(one, self.said[one])

    def take(self, what: UUID, act: Act, good: bool) -> None:
        if what not in self.said:
            self.said[what] = Outcome.TAKEN if good else Outcome.RETURNED
            if good:
                self.decided.append((what, act))

    def recover(self) -> None:
        for _ in range(4):
            self.send()
            if self.way.state in (State.SENT, State.RECEIVED):
                self.take(self.way.sent, self.way.sent_act, True)
                self.way = self.way.answer(self.way.sent, self.said[self.way.sent])


@given(STEPS)
def test_the_partner_ends_with_what_is_wanted_whatever_happens_on_the_way(steps) -> None:
    both = Both()
    for what, with_ in steps:
        getattr(both, what)(with_)
    both.recover()
    way, order = both.way, [one for one, _ in both.decided]
    assert order == sorted(set(order)), "in order, nothing twice"
    if way.state is State.TAKEN:
        assert both.decided[-1] == (way.wanted, way.act)
        assert way.stands is (way.act is Act.RECORD)
    elif way.state is State.VOID:
        assert not both.decided or both.decided[-1][1] is Act.WITHDRAW
    else:
        assert way.state is State.RETURNED
        assert both.said[way.wanted] is Outcome.RETURNED
