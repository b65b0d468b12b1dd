"""Receipts in words: counts, columns, reasons."""

from __future__ import annotations

from datetime import timedelta

import pytest

from xinheng.evidence.intake.model import DROPPED, IGNORED, UNMAPPED, CheckResult, Counts, Outcome, RowResult
from xinheng.faces.web.desk.receipt_views import figures, reason_rows, reason_sums, state_tag, target_text
from xinheng.faces.web.desk.receipts import Filters, month_of
from xinheng.law import packs
from xinheng.law.model import Item, Severity


@pytest.fixture(scope="module")
def item() -> Item:
    return packs.load("national", [packs.shipped()]).item("penalty")


def result(line: int, *checks: tuple[str, Severity]) -> RowResult:
    made = tuple(
        CheckResult(id_, "CF_WSH", severity, str(line), "乙", f"第{line}行") for id_, severity in checks
    )
    return RowResult(line, Outcome.RETURNED, None, made)


def test_a_preview_speaks_of_the_future_and_leaves_out_what_it_does_not_know() -> None:
    shown = [f.name for f in figures(Counts(3, 1, None, 0, 0, 2, 0), future=True)]
    assert shown == ["将接收", "将退回", "迟报", "自然人"]


def test_a_receipt_names_what_waits_and_what_cannot_be_worked_out() -> None:
    shown = {f.name: f.value for f in figures(Counts(1_000, 0, 4, 2, 0, 0, 3, 5, review=1, undated=7))}
    assert shown == {
        "接收": "1\N{NO-BREAK SPACE}000",
        "更正": "2",
        "已有": "4",
        "退回": "0",
        "待信用办裁定": "1",
        "迟报": "0",
        "迟报无法计算": "7",
        "遮盖证件号码": "3",
        "丢弃证件号码": "5",
    }


def test_every_target_of_a_column_has_words(item: Item) -> None:
    assert target_text(item, "CF_WSH") == "行政处罚决定书文号（CF_WSH）"
    assert [target_text(item, t) for t in (IGNORED, DROPPED, UNMAPPED)] == [
        "不使用",
        "丢弃（证件号码）",
        "没有认出，未使用",
    ]


def test_what_returned_a_row_comes_before_what_only_marked_it(item: Item) -> None:
    (row,) = reason_rows(item, [result(3, ("warn", Severity.WARN), ("back", Severity.RETURN))])
    assert [c.id for c in row.checks] == ["back", "warn"]
    assert {c.field for c in row.checks} == {"行政处罚决定书文号"}


def test_reasons_are_summed_by_rule_and_not_by_words(item: Item) -> None:
    rows = reason_rows(
        item,
        [
            result(1, ("a", Severity.RETURN)),
            result(2, ("b", Severity.RETURN), ("c", Severity.WARN)),
            result(3, ("b", Severity.RETURN)),
        ],
    )
    assert [(s.id, s.count, s.message) for s in reason_sums(rows)] == [("b", 2, "第2行"), ("a", 1, "第1行")]


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("2026-11", ("2026-11-01", "2026-12-01")),
        ("2026-12", ("2026-12-01", "2027-01-01")),
        ("2026-13", None),
        ("十一月", None),
        ("", None),
    ],
)
def test_a_month_is_read_as_people_here_count_it(text: str, ends: tuple[str, str] | None) -> None:
    since, until = month_of(text)
    if ends is None:
        assert (since, until) == (None, None)
    else:
        assert since is not None
        assert until is not None
        assert (since.date().isoformat(), until.date().isoformat()) == ends
        assert since.utcoffset() == until.utcoffset() == timedelta(hours=8)


def test_what_is_typed_into_a_filter_narrows_only_where_it_can_be_read() -> None:
    asked = Filters(item="penalty", way="form", month="2026-11", held="late").asked(None)
    assert (asked.item, asked.way, asked.holding, asked.behalf) == ("penalty", "form", "late", False)
    nonsense = Filters(way="carrier pigeon", month="x", held="1=1").asked(None)
    assert nonsense == Filters().asked(None)
    assert Filters(way="behalf").asked(None).behalf


def test_a_receipt_is_green_where_nothing_is_left_to_do() -> None:
    assert state_tag(Counts(3, 0, 0, 0, 0, 0, 0)).tone == "good"
    assert state_tag(Counts(3, 0, 0, 0, 0, 0, 0, review=1)).tone == "warn"
    assert state_tag(Counts(3, 2, 0, 0, 0, 0, 0, review=1)).tone == "bad"
