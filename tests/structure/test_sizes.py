"""Small files, small functions, names that say what is inside."""

from __future__ import annotations

import ast

from tests.structure.tree import name, parsed, sources, tracked

FILE_AIM, FILE_LIMIT, FUNCTION_LIMIT = 300, 500, 60
FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}


def test_no_file_is_longer_than_the_limit() -> None:
    lengths = {name(p): len(p.read_text(encoding="utf-8").splitlines()) for p in sources()}
    assert {n: size for n, size in lengths.items() if size > FILE_LIMIT} == {}


def test_nine_files_in_ten_keep_to_the_aim() -> None:
    lengths = [len(p.read_text(encoding="utf-8").splitlines()) for p in sources()]
    assert sum(size <= FILE_AIM for size in lengths) >= 0.9 * len(lengths)


def test_no_function_is_longer_than_the_limit() -> None:
    long = [
        f"{name(path)}:{node.lineno} {node.name} {node.end_lineno - node.lineno + 1}"
        for path in sources()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > FUNCTION_LIMIT
    ]
    assert long == []


def test_no_file_hides_behind_an_empty_name() -> None:
    assert [name(p) for p in tracked() if p.suffix == ".py" and p.stem in FORBIDDEN] == []


def test_nothing_is_left_open() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "X" + "XX", "raise NotImplemented" + "Error")
    left = [
        f"{name(p)}: {word}"
        for p in tracked()
        if p.suffix == ".py"
        for word in words
        if word in p.read_text(encoding="utf-8")
    ]
    assert left == []
