"""One measuring for every level: exact, and the parts add up."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from xinheng.office.access import service as access
from xinheng.outward.reports.measuring import FIGURES, measured

OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture
def of(town):
    def measure(figure, code=None, from_on=OCTOBER, to_on=NOVEMBER, known=None):
        with town.database.transaction() as tx:
            head = access.by_code(tx, code) if code else None
            return measured(tx, town.pack, figure, head, from_on, to_on, known)

    return measure


@pytest.mark.parametrize(
    ("figure", "code", "value", "part", "whole"),
    [
        ("合规率", None, "75.00", 3, 4),
        ("合规率", "C", "75.00", 3, 4),
        ("合规率", "X", "66.66", 2, 3),
        ("合规率", "A", "66.66", 2, 3),
        ("合规率", "B", "100.00", 1, 1),
        ("及时率", "C", "66.66", 2, 3),
        ("迟报率", "C", "33.34", 1, 3),
        ("迟报", "C", "1", 1, 3),
        ("迟报", "B", "0", 0, 1),
        ("瞒报", "C", "0", 0, 1),
        ("覆盖率", "C", "100.00", 3, 3),
    ],
)
def test_october(of, figure, code, value, part, whole):
    found = of(figure, code)
    assert (found.value, found.part, found.whole) == (Decimal(value), part, whole)
    assert found.reason is None
    assert found.how


@pytest.mark.parametrize(
    ("figure", "code", "reason"),
    [
        ("五类合规率", "C", "没有报送"),
        ("合规率", "Q", "没有报送"),
        ("迟报", "Q", "没有能计算期限"),
        ("缺失", "C", "没有登记归集责任"),
        ("重错码率", "C", "没有做过"),
        ("重错码率", "X", "没有分到下级"),
        ("覆盖率", "B", "只对信用办"),
        ("科技研发信息归集", "C", "分母不明"),
        ("宣传稿件", "C", "不掌握"),
    ],
)
def test_where_nothing_is_known_there_is_no_number_but_a_reason(of, figure, code, reason):
    found = of(figure, code)
    assert found.value is None
    assert reason in found.reason


def test_what_came_later_is_not_in_it(of):
    before = datetime(2026, 10, 20, 2, tzinfo=UTC)
    assert of("合规率", "C", known=before).value is None
    assert of("覆盖率", "C", OCTOBER, DECEMBER, datetime(2026, 11, 1, tzinfo=UTC)).whole == 3
    assert of("覆盖率", "C", OCTOBER, DECEMBER).whole == 4


def test_the_figures_of_the_targets_are_known_by_name(national):
    from xinheng.law import packs

    asked = {
        t.figure
        for name in ("hubei-huangshi", "hunan-yongzhou")
        for t in packs.load(name, [packs.shipped()]).targets.values()
    }
    assert {"合规率", "及时率", "瞒报", "五类合规率", "重错码率", "迟报"} <= asked & FIGURES.keys()
