"""Every error code and setting is documented; nothing in the tree names a machine or a registry."""

from __future__ import annotations

import importlib
import re

from tests.structure.tree import PACKAGE, ROOT, name, sources, tracked

from xinheng.core.errors import Kind, XinhengError


def load_all() -> None:
    for path in sources():
        module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        if not module.endswith("__main__") and "alembic" not in module:
            importlib.import_module(module.removesuffix(".__init__"))


def refusals() -> list[type[XinhengError]]:
    load_all()
    found, waiting = [], [XinhengError]
    while waiting:
        cls = waiting.pop()
        found.append(cls)
        waiting.extend(cls.__subclasses__())
    return [cls for cls in found if cls.__module__.startswith("xinheng.")]


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes: dict[str, str] = {}
    for cls in refusals():
        assert re.fullmatch(r"XH\d{3}", cls.code), cls
        assert isinstance(cls.kind, Kind), cls
        if "code" in vars(cls):
            assert cls.code not in codes, f"{cls} and {codes[cls.code]} share {cls.code}"
            codes[cls.code] = str(cls)
    assert len(codes) > 20


def test_every_error_code_is_documented() -> None:
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    assert sorted({cls.code for cls in refusals() if cls.code not in text}) == []


def test_no_documented_error_code_is_dead() -> None:
    documented = set(
        re.findall(r"^\| (XH\d{3})", (ROOT / "docs" / "errors.md").read_text("utf-8"), re.MULTILINE)
    )
    assert sorted(documented - {cls.code for cls in refusals()}) == []


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    used = {
        found
        for path in sources()
        for found in re.findall(r"\"(XINHENG_[A-Z_]+)\"", path.read_text(encoding="utf-8"))
    }
    assert used
    assert sorted(s for s in used if f"`{s}`" not in text) == []


def test_every_dependency_is_explained() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    for listed in ("runtime.in", "dev.in"):
        for line in (ROOT / "requirements" / listed).read_text(encoding="utf-8").splitlines():
            package = re.split(r"[=\[<>]", line.strip())[0].lower()
            assert line.startswith("-r") or f"`{package}`" in text, (
                f"{package} is not in docs/dependencies.md"
            )


def test_no_file_names_a_machine_or_a_registry() -> None:
    patterns = re.compile(
        r"(?<![\w.])/(?:w" + r"ork|f" + r"arm)/|https?://[^ \"']+/(?:simple|packages)/|\"resolved\":"
        r"|--(?:extra-)?index" + r"-url|--find" + r"-links"
    )
    leaks = []
    for path in tracked():
        if path.suffix in {".whl", ".png", ".pdf"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if len(line) < 5000 and patterns.search(line):
                leaks.append(f"{name(path)}:{number}")
    assert leaks == []


def test_a_type_ignore_names_its_code() -> None:
    bare = re.compile("#" + r" type: ignore(?!\[)")
    assert [name(p) for p in sources() if bare.search(p.read_text(encoding="utf-8"))] == []
