"""Imports point one way; the core stands on the standard library alone."""

from __future__ import annotations

import ast
import os
import subprocess
import sys

from tests.structure.tree import PACKAGE, ROOT, name, parsed, sources

CHECK = (
    "import sys; from importlinter.cli import lint_imports as run; sys.exit(run(sys.argv[1], no_cache=True))"
)


def imported(path):
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_import_contract_holds() -> None:
    """In a process of its own: the tool sets up logging and silences every logger that is there already."""
    done = subprocess.run(
        [sys.executable, "-c", CHECK, str(ROOT / "pyproject.toml")],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_the_core_imports_the_standard_library_only() -> None:
    strangers = [
        f"{name(path)} imports {module}"
        for path in sources()
        if path.is_relative_to(PACKAGE / "core")
        for module in imported(path)
        if module.split(".")[0] not in sys.stdlib_module_names and not module.startswith("xinheng.core")
    ]
    assert strangers == []


def test_the_checker_shares_nothing_with_the_writer() -> None:
    allowed = {"cryptography", "xinheng"}
    strangers = [
        f"{name(path)} imports {module}"
        for path in sources()
        if path.is_relative_to(PACKAGE / "verify")
        for module in imported(path)
        if (module.split(".")[0] not in sys.stdlib_module_names | allowed)
        or (module.startswith("xinheng.") and not module.startswith("xinheng.verify"))
    ]
    assert strangers == []


def test_models_are_pure() -> None:
    """A model knows core, law, other models and value libraries; no store, no clock, no files."""
    forbidden = (
        "psycopg",
        "duckdb",
        "adbc_driver",
        "fastapi",
        "starlette",
        "os",
        "subprocess",
        "socket",
        "time",
    )
    strangers = [
        f"{name(path)} imports {module}"
        for path in sources()
        if path.name == "model.py"
        for module in imported(path)
        if module.split(".")[0] in forbidden
        or (
            module.startswith("xinheng.")
            and not module.startswith(("xinheng.core", "xinheng.law"))
            and ".model" not in module
            and module.count(".") > 2
        )
    ]
    assert strangers == []


def test_only_the_composition_root_reads_the_environment() -> None:
    readers = [
        name(path)
        for path in sources()
        if not path.is_relative_to(PACKAGE / "faces" / "app")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    ]
    assert sorted(set(readers)) == sorted(ENVIRONMENT_READERS)


# Starting a child process hands the environment on; nothing in these files takes a setting from it.
ENVIRONMENT_READERS: list[str] = []


def test_nobody_below_the_faces_asks_the_system_for_the_time() -> None:
    askers = [
        f"{name(path)}:{node.lineno}"
        for path in sources()
        if not path.is_relative_to(PACKAGE / "faces")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (
            (node.func.attr in {"now", "utcnow", "today"} and not _is_clock(node.func.value))
            or (node.func.attr in {"time", "time_ns"} and _is_module(node.func.value, "time"))
        )
    ]
    assert askers == []


def _is_clock(node: ast.expr) -> bool:
    return (isinstance(node, ast.Name) and node.id == "clock") or (
        isinstance(node, ast.Attribute) and node.attr in {"clock", "_clock"}
    )


def _is_module(node: ast.expr, module: str) -> bool:
    return isinstance(node, ast.Name) and node.id == module
