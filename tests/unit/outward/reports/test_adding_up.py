"""Parts add up at every level, whatever the tree and whoever moved: for any tree and any receipts."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from xinheng.office.access.model_tree import By, Links, Under, parts

FIRST, END = date(2026, 10, 1), date(2026, 11, 1)
OLD = date(2020, 1, 1)
HEAD = UUID(int=1)
DAYS = st.integers(1, 30).map(lambda n: FIRST + timedelta(days=n))


@st.composite
def trees(draw):
    """Bodies 1 … n, each under an earlier one; some move within the month, under another earlier one."""
    spans = [Under(HEAD, By.PLACE, None, OLD, None)]
    for n in range(2, draw(st.integers(2, 12)) + 1):
        body, above = UUID(int=n), UUID(int=draw(st.integers(1, n - 1)))
        moves = sorted(draw(st.lists(DAYS, max_size=2, unique=True)))
        for start, end in zip([OLD, *moves], [*moves, None], strict=True):
            spans.append(Under(body, By.PLACE, above, start, end))
            above = UUID(int=draw(st.integers(1, n - 1)))
    return Links(tuple(spans))


RECEIPTS = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 30), st.integers(1, 500)), max_size=40)


def summed(counted, receipts):
    """Rows of the receipts that fall into these spans."""
    return sum(
        rows
        for body, day, rows in receipts
        for c in counted
        if c.agency == UUID(int=body) and c.from_on <= FIRST + timedelta(days=day) < c.to_on
    )


@given(trees(), RECEIPTS)
def test_the_branches_of_a_head_add_up_to_it_and_no_receipt_counts_twice(links, receipts):
    bodies = {u.agency for u in links.all}
    known = [r for r in receipts if UUID(int=r[0]) in bodies]
    found = parts(links, HEAD, By.PLACE, FIRST, END)
    assert sum(summed(counted, known) for counted in found.values()) == sum(rows for *_, rows in known)


@given(trees(), RECEIPTS)
def test_a_countys_own_figure_is_its_row_at_the_city(links, receipts):
    """For the days on which it stood there; a county that stayed has all of them."""
    city = parts(links, HEAD, By.PLACE, FIRST, END)
    for county in {u.agency for u in links.all} - {HEAD}:
        own = [c for counted in parts(links, county, By.PLACE, FIRST, END).values() for c in counted]
        stands = [
            day
            for day in range(31)
            if links.superiors(By.PLACE, FIRST + timedelta(days=day)).get(county) == HEAD
        ]
        there = [r for r in receipts if r[1] in stands]
        assert summed(city.get(county, []), receipts) == summed(own, there)


@given(trees())
def test_nobody_is_counted_in_two_branches_on_one_day(links):
    met = Counter(
        (c.agency, c.from_on + timedelta(days=n))
        for counted in parts(links, HEAD, By.PLACE, FIRST, END).values()
        for c in counted
        for n in range((c.to_on - c.from_on).days)
    )
    assert max(met.values()) == 1
