"""The file that carries a part of a list between instances: a zip with a manifest of digests.

Its digest is that of the manifest. Nothing in it is believed before it was compared, and nothing unfolds
beyond its bounds: sizes are looked at before and while a member is read.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from xinheng.core import canonical
from xinheng.outward.suspicions import returning
from xinheng.outward.suspicions.errors import PackageRefused

FORMAT: Final = "xinheng-suspicions/1"
MANIFEST: Final = "manifest.json"
MOST_BYTES, MOST_TEXT, MOST_MEMBERS = 2 << 30, 64 << 20, 100_000


def is_package(path: Path) -> bool:
    """Whether a file is a package of ours, by its members: workbooks are zips too."""
    try:
        with zipfile.ZipFile(path) as parts:
            return MANIFEST in parts.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def write(target: Path, said: Mapping[str, Any], members: Mapping[str, bytes | Callable[[], bytes]]) -> str:
    """Write a package; its digest. Members are read one by one: scans may be large."""
    digests: dict[str, str] = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, given in members.items():
            content = given if isinstance(given, bytes) else given()
            digests[name] = returning.digest(content)
            returning.put(parts, name, content)
        manifest = canonical.dumps({**said, "files": digests}).encode()
        returning.put(parts, MANIFEST, manifest)
    return returning.digest(manifest)


class Opened:
    """A package whose manifest was read; members are compared with their digests as they are asked for."""

    def __init__(self, parts: zipfile.ZipFile, path: Path, kind: str) -> None:
        self._parts, self._path = parts, path
        names = parts.infolist()
        weight = sum(one.file_size for one in names)
        if len(names) > MOST_MEMBERS or weight > MOST_BYTES or len({n.filename for n in names}) != len(names):
            raise refused("包里的文件太多、太大或有重名", path)
        self._sizes = {one.filename: one.file_size for one in names}
        manifest = self._bytes(MANIFEST)
        self.digest = returning.digest(manifest)
        self.said: dict[str, Any] = self._json(manifest)
        if self.said.get("format") != FORMAT or not isinstance(self.said.get("files"), dict):
            raise refused("不是疑似瞒报清单的交换包", path)
        if self.said.get("kind") != kind:
            what = "下发包，不是答复包" if self.said.get("kind") == "handed" else "答复包，不是下发包"
            raise refused(f"这是{what}", path)
        if set(self._sizes) != {MANIFEST, *self.said["files"]}:
            raise refused("包里的文件与清单不一致", path)

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        self._parts.close()

    def member(self, name: str, most: int = MOST_TEXT) -> bytes:
        """The bytes of a member, as the manifest describes them. Raises PackageRefused."""
        content = self._bytes(name, most)
        if self.said["files"].get(name) != returning.digest(content):
            raise refused("包里的内容与摘要不符，可能在途中改动或损坏", self._path)
        return content

    def json(self, name: str) -> list[Any]:
        """A member that is a JSON list. Raises PackageRefused."""
        found = self._json(self.member(name))
        if not isinstance(found, list):
            raise refused("内容不合交换包的格式", self._path)
        return found

    def _json(self, content: bytes) -> Any:
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            raise refused("内容不合交换包的格式", self._path) from error

    def _bytes(self, name: str, most: int = MOST_TEXT) -> bytes:
        if self._sizes.get(name, most + 1) > most:
            raise refused("缺少应有的文件，或文件太大", self._path)
        try:
            with self._parts.open(name) as member:
                content = member.read(most + 1)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
            raise refused("包已损坏", self._path) from error
        if len(content) > most:
            raise refused("文件太大", self._path)
        return content


def opened(path: Path, kind: str) -> Opened:
    try:
        parts = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise refused("不是交换包", path) from error
    try:
        return Opened(parts, path, kind)
    except BaseException:
        parts.close()
        raise


def refused(found: str, path: Path) -> PackageRefused:
    return PackageRefused(
        found=found,
        expected="对方平台原样导出的交换包",
        todo="请对方重新导出；没有保存任何改动",
        where=path.name,
    )
