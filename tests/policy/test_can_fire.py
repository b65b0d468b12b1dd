"""A check compares a listed field only with words of its list: any other comparison never comes true."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlglot
from sqlglot import exp

from xinheng.law import packs
from xinheng.law.model import Item

PACKS = sorted(head.parent.name for head in packs.shipped().glob("*/pack.yaml"))


def compared(sql: str) -> Iterator[tuple[str, list[str]]]:
    """Column -> the texts it is compared with, one pair for each = and IN of an expression."""
    for node in sqlglot.parse_one(sql, read="duckdb").find_all(exp.EQ, exp.In):
        others = node.expressions if isinstance(node, exp.In) else [node.expression]
        if isinstance(node.this, exp.Column):
            yield node.this.name, [other.name for other in others if isinstance(other, exp.Literal)]


def never(item: Item) -> Iterator[str]:
    words = {f.code: set(f.values) for f in item.fields if f.values}
    for check in item.checks:
        for column, texts in compared(check.sql):
            if column in words and texts and not words[column] & set(texts):
                yield f"{check.id}: {column} = {'、'.join(texts)}"


@pytest.mark.parametrize("name", PACKS)
def test_no_check_waits_for_a_word_that_its_list_does_not_have(name: str) -> None:
    pack = packs.load(name, [packs.shipped()])
    assert [found for item in pack.items.values() for found in never(item)] == []
