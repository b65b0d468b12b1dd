"""Issuing a version of the local catalogue: write the home's own pack, load it, activate it.

The folder is put in place before the activation. A process killed in between leaves a folder that nothing
uses; the next issue writes it anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from xinheng.faces.app.activation import activate
from xinheng.faces.app.home import Home
from xinheng.law import packs
from xinheng.law.difference import Difference, differences
from xinheng.law.packs import Pack
from xinheng.office.proposals import model, service

if TYPE_CHECKING:
    from xinheng.faces.app.wiring import App


class _Plain(yaml.SafeDumper):
    """Writes a value twice instead of pointing back to it: the loader of packs refuses aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


@dataclass(frozen=True)
class Issued:
    """What was issued: the pack, its number, and what it changed."""

    pack: Pack
    number: int
    changes: tuple[Difference, ...]


def own_name(home: Home, name: str) -> str:
    """The pack that a home prepared with `name` uses: its own over that one, where it has issued one."""
    own = model.local_name(name)
    return own if (home.packs / own / "pack.yaml").is_file() else name


def issue(app: App, actor: str) -> Issued:
    """Issue what was accepted as the next version and make it the active pack.

    Raises NothingToIssue, PackError where the loader refuses what was accepted (nothing is changed then),
    HomeTaken where another command prepares this home.
    """
    with app.home.alone():
        before = app.pack
        with app.database.transaction() as tx:
            edition = service.edition(tx, before, app.clock)
        pack = _checked(app.home, edition.name, edition.files)
        _put(app.home.packs / edition.name, edition.files)
        with app.database.transaction() as tx:
            service.mark_issued(tx, edition.new, pack.label, app.clock, actor)
            activate(tx, pack, app.clock, app.projectors)
    app.publish()
    app.reload_pack()
    return Issued(pack, edition.number, differences(before, pack))


def _checked(home: Home, name: str, files: Mapping[str, Any]) -> Pack:
    """The pack as the loader reads it, tried in a folder aside. Raises PackError."""
    aside = home.packs / ".trying"
    shutil.rmtree(aside, ignore_errors=True)
    try:
        _write(aside / name, files)
        return packs.load(name, [packs.shipped(), home.packs, aside])
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _put(folder: Path, files: Mapping[str, Any]) -> None:
    """Replace a folder as a whole."""
    fresh, old = folder.with_name(f".{folder.name}.new"), folder.with_name(f".{folder.name}.old")
    for left in (fresh, old):
        shutil.rmtree(left, ignore_errors=True)
    _write(fresh, files)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _write(folder: Path, files: Mapping[str, Any]) -> None:
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        text = yaml.dump(content, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=1_000)
        file.write_text(text, encoding="utf-8")
