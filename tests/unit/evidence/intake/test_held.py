"""The correction table of decision 8 as a pure function."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.evidence.intake import held
from xinheng.evidence.intake.held import Situation, decide
from xinheng.evidence.intake.model import Outcome
from xinheng.law.model import Severity

NUMBERED = Situation(numbered=True)


@pytest.mark.parametrize(
    ("met", "outcome", "reason"),
    [
        (replace(NUMBERED, same=True), Outcome.KNOWN, None),
        (replace(NUMBERED, same=True, own=True), Outcome.KNOWN, None),
        (replace(NUMBERED, own=True), Outcome.CORRECTED, None),
        (NUMBERED, Outcome.REVIEW, held.CONFLICT),
        (replace(NUMBERED, own=True, superseded=True), Outcome.RETURNED, held.SUPERSEDED),
        (replace(NUMBERED, own=True, withdrawn=True, same=True), Outcome.RETURNED, held.WITHDRAWN),
        (replace(NUMBERED, erased=True), Outcome.RETURNED, held.ERASED),
        (replace(NUMBERED, own=True, ended=True, same=True), Outcome.RETURNED, held.REPAIRED),
        (replace(NUMBERED, own=True, doubled=True), Outcome.RETURNED, held.SAME_KEY),
        # without a number nobody can tell a correction from another decision of that day
        (Situation(own=True), Outcome.REVIEW, held.UNNUMBERED),
        (Situation(same=True), Outcome.KNOWN, None),
        # with the record's own number even that is a correction
        (Situation(own=True, named=True), Outcome.CORRECTED, None),
        (Situation(own=True, named=True, missing=True), Outcome.RETURNED, held.MISSING),
        (replace(NUMBERED, own=True, named=True, taken=True), Outcome.RETURNED, held.TAKEN),
        (replace(NUMBERED, named=True), Outcome.REVIEW, held.CONFLICT),
    ],
)
def test_each_row_of_the_table_comes_out_as_it_says(
    met: Situation, outcome: Outcome, reason: str | None
) -> None:
    assert decide(met) == held.Decision(outcome, reason)


@given(st.integers(0, 2 ** len(fields(Situation)) - 1))
def test_nothing_withdrawn_erased_repaired_or_superseded_ever_revives(bits: int) -> None:
    met = Situation.of(bits)
    outcome = decide(met).outcome
    if met.withdrawn or met.erased or met.ended:
        assert outcome is Outcome.RETURNED
    if met.superseded and not met.same:
        assert outcome is Outcome.RETURNED
    if outcome is Outcome.CORRECTED:
        assert met.own
        assert met.numbered or met.named


def test_the_bits_are_read_in_the_order_of_the_fields() -> None:
    for place, each in enumerate(fields(Situation)):
        assert Situation.of(1 << place) == Situation(**{each.name: True})


@pytest.mark.parametrize("check", held.REASONS)
def test_every_reason_says_in_chinese_what_is_wrong_and_what_to_do(check: str) -> None:
    result = held.reason(check)
    assert result.message
    assert result.expected
    assert (result.severity is Severity.MARK) == (check in (*held.REVIEWED, held.FORMER_CODE))
