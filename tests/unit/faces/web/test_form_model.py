"""An item as a form: kinds of inputs, several values, groups, copies."""

from __future__ import annotations

import itertools
import json

import pytest

from xinheng.evidence.intake.blank_workbook import entered
from xinheng.evidence.intake.model import CheckResult
from xinheng.faces.web.desk import form_model as model
from xinheng.law import packs
from xinheng.law.model import FieldType, Item, Severity


@pytest.fixture(scope="module")
def item() -> Item:
    return packs.load("national", [packs.shipped()]).item("penalty")


def test_every_field_that_is_entered_stands_in_one_group(item: Item) -> None:
    fields = entered(item)
    found = model.groups(item, fields, {})
    assert [f.code for g in found for f in g.fields] == [f.code for f in fields]
    titles = [g.title for g in found]
    assert all(a != b for a, b in itertools.pairwise(titles))
    assert titles[0] == "行政相对人"
    code = next(f for f in found[0].fields if f.code == item.roles["party_code"])
    assert code.required  # without it the intake returns the row, whatever the pack says


def test_several_values_are_boxes_and_what_is_no_choice_is_kept(item: Item) -> None:
    kinds = item.field("CF_CFLB")
    shown = model.form_field(kinds, f"{kinds.values[1]}；别的")
    assert (shown.kind, shown.chosen, shown.other) == ("several", (kinds.values[1],), "别的")
    form = {f"s.CF_CFLB.{kinds.values.index(kinds.values[1])}": kinds.values[1], "f.CF_CFLB": " 别的 "}
    assert model.values_of([kinds], form) == {"CF_CFLB": f"{kinds.values[1]}；别的"}


def test_a_value_that_is_no_choice_any_more_is_still_shown(item: Item) -> None:
    field = item.field("CF_XDR_LB")
    assert "旧的类别" in model.form_field(field, "旧的类别").choices


def test_the_row_names_every_field_and_leaves_empty_ones_empty(item: Item) -> None:
    fields = entered(item)
    row = json.loads(model.content_of(fields, {"CF_WSH": "甲〔2026〕1号"}, confirmed=True))
    assert set(row) == {f.code for f in fields} | {"代码确认"}
    assert (row["CF_WSH"], row["CF_NR"], row["代码确认"]) == ("甲〔2026〕1号", None, "是")
    assert "代码确认" not in json.loads(model.content_of(fields, {}, confirmed=False))


def test_a_copy_leaves_number_and_dates_to_the_new_decision(item: Item) -> None:
    every = {f.code: "x" for f in item.fields}
    kept = model.copied(item, every)
    assert "CF_XDR_SHXYM" in kept
    assert "CF_NR" in kept
    assert item.roles["document"] not in kept
    assert not any(item.field(code).type is FieldType.DATE for code in kept)


def test_what_returns_the_row_is_an_error_and_what_marks_it_a_remark(item: Item) -> None:
    back = CheckResult("a", "CF_WSH", Severity.RETURN, None, "乙", "没有文号")
    mark = CheckResult("b", "CF_NR", Severity.WARN, "x", "乙", "太短")
    whole = CheckResult("c", None, Severity.RETURN, None, "乙", "整行不对")
    found, errors = model.with_checks(item, model.groups(item, entered(item), {}), [back, mark, whole])
    fields = {f.code: f for g in found for f in g.fields}
    assert [c.id for c in fields["CF_WSH"].problems] == ["a"]
    assert [c.id for c in fields["CF_NR"].remarks] == ["b"]
    assert [e.field for e in errors] == ["f-CF_WSH", None]
