"""Where packs lie: folders, chains of `extends`, and the archive of a chain as bytes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from xinheng.law.errors import ArchiveError, PackSyntaxError, PackValueError, UnknownPackError
from xinheng.law.model import Place
from xinheng.law.yaml_lines import Node, from_plain, parse

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+){0,3}")
HEAD = "pack.yaml"
FOLDERS = (
    *("instruments", "catalogue", "calendar", "publicity", "targets", "remedies", "measures"),
    *("workplans", "appraisal", "notices", "letters"),
)
MAX_CHAIN = 5
MAX_FILES = 200
FORMAT = "xinheng/pack/1"


@dataclass(frozen=True)
class Source:
    """One pack as read: the root nodes of its files by path, `pack.yaml` among them."""

    name: str
    title: str
    extends: str | None
    files: Mapping[str, Node]

    def folder(self, name: str) -> tuple[Node, ...]:
        """The roots of the files in one folder, in the order of their names."""
        return tuple(node for path, node in sorted(self.files.items()) if path.startswith(f"{name}/"))


def find(name: str, roots: Sequence[Path]) -> Source:
    """Read the pack `name`. A later root overlays an earlier one: its folder of that name is taken whole.

    Raises UnknownPackError, PackSyntaxError, PackValueError.
    """
    if NAME.fullmatch(name):
        for root in reversed(roots):
            folder = root / name
            if (folder / HEAD).is_file():
                return _read(name, folder)
    have = sorted({p.parent.name for root in roots for p in root.glob(f"*/{HEAD}")})
    raise UnknownPackError(
        found=f"没有名为“{name[:60]}”的规则包",
        expected="、".join(have) or "至少一个规则包",
        todo="改用已有的规则包，或把它放进规则包目录",
    )


def _read(name: str, folder: Path) -> Source:
    files: dict[str, Node] = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).as_posix()
        place = Place(f"{name}/{inside}", 1)
        if path.is_symlink():
            raise PackSyntaxError(place, found="符号链接", expected="普通文件")
        if path.is_dir() or inside.startswith("."):
            continue
        _accept(inside, place)
        if len(files) >= MAX_FILES:
            raise PackSyntaxError(place, found="文件过多", expected=f"至多 {MAX_FILES} 个文件")
        files[inside] = _parsed(path.read_bytes(), place.file)
    return _source(name, files)


@lru_cache(maxsize=512)
def _parsed(data: bytes, file: str) -> Node:
    """The same bytes give the same tree, which nobody changes: a pack's parents are read once a process."""
    return parse(data, file)


def _accept(inside: str, place: Place) -> None:
    path = PurePosixPath(inside)
    if inside == HEAD:
        return
    if path.suffix != ".yaml" or len(path.parts) < 2 or path.parts[0] not in FOLDERS:
        expected = f"{HEAD} 或 {'、'.join(FOLDERS)} 目录中的 .yaml 文件"
        raise PackValueError(place, found=f"文件 {inside}", expected=expected)


def _source(name: str, files: Mapping[str, Node]) -> Source:
    head = files[HEAD].mapping(("name", "title"), ("extends", "profiles"))
    if head["name"].text() != name:
        raise PackValueError(head["name"].place, found=head["name"].text(), expected=f"与目录同名：{name}")
    extends = head["extends"].text() if "extends" in head else None
    return Source(name, head["title"].text(), extends, files)


def chain(name: str, roots: Sequence[Path]) -> tuple[Source, ...]:
    """The pack and those it extends, root first. Raises PackValueError for a circle."""
    found: list[Source] = []
    wanted: str | None = name
    while wanted is not None:
        source = find(wanted, roots)
        found.append(source)
        wanted = source.extends
        if wanted in {s.name for s in found} or len(found) > MAX_CHAIN:
            place = source.files[HEAD].entries()["extends"].place
            raise PackValueError(place, found=f"extends: {wanted}", expected="不成环、至多五级的上级规则包")
    return tuple(reversed(found))


def archive(sources: Sequence[Source]) -> bytes:
    """The canonical content of a chain: sorted keys, no blanks, UTF-8. Comments and layout do not count."""
    content = {
        "format": FORMAT,
        "packs": [
            {"name": s.name, "files": {path: node.plain() for path, node in s.files.items()}} for s in sources
        ],
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def digest(data: bytes) -> str:
    """SHA-256 of the archive, in hex."""
    return hashlib.sha256(data).hexdigest()


def unarchive(data: bytes, expected: str | None = None) -> tuple[Source, ...]:
    """The chain that `archive` wrote; `expected` is the digest it must have. Raises ArchiveError."""
    found = digest(data)
    if expected is not None and found != expected:
        raise _not_an_archive(f"摘要 {found}", f"摘要 {expected}")
    try:
        content = json.loads(data)
        packs = content["packs"] if content["format"] == FORMAT else []
        read = [(str(p["name"]), dict(p["files"])) for p in packs]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _not_an_archive("无法解析的内容", FORMAT) from None
    if not read or any(HEAD not in files for _, files in read):
        raise _not_an_archive("没有规则包内容", FORMAT)
    return tuple(_from_archive(name, files) for name, files in read)


def _from_archive(name: str, files: Mapping[str, object]) -> Source:
    nodes = {path: from_plain(value, Place(f"{name}/{path}", 0)) for path, value in files.items()}
    return _source(name, nodes)


def _not_an_archive(found: str, expected: str) -> ArchiveError:
    return ArchiveError(found=found, expected=expected, todo="取回该摘要的原存档")
