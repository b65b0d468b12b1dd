"""Numbers of legal consequence are exact: no float in what decides."""

from __future__ import annotations

import ast

import pytest
from tests.structure.tree import PACKAGE, name, parsed, sources

EXACT = ("core", "law", "evidence", "judgement")


@pytest.mark.parametrize("floor", EXACT)
def test_float_does_not_occur(floor: str) -> None:
    found = [
        f"{name(path)}:{node.lineno}"
        for path in sources()
        if path.is_relative_to(PACKAGE / floor)
        for node in ast.walk(parsed(path))
        if (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
    ]
    assert found == []
