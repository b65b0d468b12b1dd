"""Ratios that never flatter, and targets that are met by whole numbers."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.outward.reports.model import Measured, Ratio, division_prefix, met


@pytest.mark.parametrize(
    ("part", "whole", "up", "shown"),
    [
        (99_999, 100_000, False, "99.99%"),
        (1, 100_000, True, "0.01%"),
        (0, 100_000, True, "0.00%"),
        (3, 3, False, "100.00%"),
        (2, 3, False, "66.66%"),
        (2, 3, True, "66.67%"),
        (0, 0, False, "—"),
    ],
)
def test_a_ratio_never_looks_better_than_it_is(part, whole, up, shown):
    assert Ratio(part, whole, up).shown == shown


@given(st.integers(0, 10**12), st.integers(1, 10**12), st.booleans())
def test_what_is_shown_is_within_a_hundredth_on_the_right_side(part, whole, up):
    percent = Ratio(part, whole, up).percent
    exact, shown = Fraction(part * 100, whole), Fraction(percent)
    assert (shown >= exact) if up else (shown <= exact)
    assert abs(shown - exact) < Fraction(1, 100)


def test_a_target_is_held_against_the_whole_numbers_not_what_is_shown(target):
    almost = Measured("重错码率", Decimal("0.01"), "%", 101, 1_000_000, "", None)
    assert met(target("<=", "0.01"), almost) is False
    assert met(target("<=", "0.0101"), almost) is True


def test_a_figure_without_value_neither_meets_nor_misses(target):
    assert met(target("=", "0"), Measured("迟报", None, "条", None, None, "", "没有报送")) is None


@pytest.mark.parametrize(
    ("comparison", "value", "expected"),
    [("=", "5", True), (">=", "5", True), ("<=", "5", True), (">", "5", False), ("<", "5", False)],
)
def test_each_comparison(target, comparison, value, expected):
    assert met(target(comparison, value), Measured("迟报", Decimal(5), "条", 5, 9, "", None)) is expected


@pytest.mark.parametrize(
    ("division", "prefix"),
    [("430000", "43"), ("431100", "4311"), ("431102", "431102"), ("431102001", "431102")],
)
def test_a_place_holds_the_codes_that_begin_with_it(division, prefix):
    assert division_prefix(division) == prefix


@pytest.fixture
def target():
    from datetime import date

    from xinheng.law.citing import Basis, Place, Span
    from xinheng.law.duties import Target
    from xinheng.law.kinds import BasisKind

    def made(comparison, value):
        span, place = Span(date(2026, 1, 1)), Place("x", 1)
        basis = Basis(BasisKind.PRACTICE)
        return Target("t", "目标", "迟报", comparison, Decimal(value), "条", span, basis, "p", place)

    return made
