"""The log as static files: C2SP tlog-tiles. Derived from the database, immutable once full, written aside
and renamed.

`tile/<L>/<N>[.p/<W>]` holds up to 256 hashes of level L, `tile/entries/<N>[.p/<W>]` the leaf data of 256
events, each with a two-byte length before it. <N> is written in groups of three digits: `x001/x234/067`.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from xinheng.evidence.ledger import merkle

WIDTH = 256
HEIGHT = 8  # levels of the tree in one tile
HASH = 32
FEW = 64  # files that are flushed one by one; more are flushed with the whole disk

ENTRIES = "entries"
Level = int | str


def index_path(index: int) -> str:
    """`1234067` as `x001/x234/067`."""
    parts = [f"{index % 1000:03d}"]
    while index := index // 1000:
        parts.append(f"x{index % 1000:03d}")
    return "/".join(reversed(parts))


def tile_path(level: Level, index: int, width: int = WIDTH) -> str:
    """Path below the log's folder; `width` below 256 means a partial tile."""
    return f"tile/{level}/{index_path(index)}" + (f".p/{width}" if width < WIDTH else "")


def tiles_of(size: int) -> Iterator[tuple[Level, int, int]]:
    """(level, index, width) of every tile and entry bundle that a log of this size consists of."""
    level, hashes = 0, size
    while hashes:
        for index in range(hashes // WIDTH):
            yield level, index, WIDTH
        if hashes % WIDTH:
            yield level, hashes // WIDTH, hashes % WIDTH
        hashes //= WIDTH
        level += 1
    for index in range(-(-size // WIDTH)):
        yield ENTRIES, index, min(WIDTH, size - index * WIDTH)


class TileFolder:
    """One epoch's log on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._written: list[Path] = []

    def sound(self, size: int) -> bool:
        """Whether every tile of a log of this size is there, and fits the entries and the hashes above."""
        try:
            for level, index, width in tiles_of(size):
                if level == ENTRIES:
                    below = [merkle.leaf_hash(leaf) for leaf in self.bundle(index, width)]
                    above = self.hashes(0, index, width)
                elif width == WIDTH:
                    below = [merkle.root(merkle.extended(0, [], self.hashes(int(level), index, width))[1])]
                    above = self._parent(int(level), index, size)
                else:
                    below = above = self.hashes(int(level), index, width)
                if below != above:
                    return False
        except FileNotFoundError:
            return False
        return True

    def _parent(self, level: int, index: int, size: int) -> list[bytes]:
        """The hash that stands for a full tile in the level above."""
        tile, offset = divmod(index, WIDTH)
        width = min(WIDTH, (size >> ((level + 1) * HEIGHT)) - tile * WIDTH)
        return [self.hashes(level + 1, tile, width)[offset]]

    def bundle(self, index: int, width: int) -> list[bytes]:
        """The first `width` leaves of an entry bundle. Raises FileNotFoundError."""
        raw, found, position = self._file(ENTRIES, index, width).read_bytes(), [], 0
        for _ in range(width):
            end = position + 2 + int.from_bytes(raw[position : position + 2], "big")
            found.append(raw[position + 2 : end])
            position = end
        return found

    def _file(self, level: Level, index: int, width: int) -> Path:
        """The narrowest file that has `width` values of a tile or bundle."""
        full = self.folder / tile_path(level, index)
        partials = full.with_name(full.name + ".p")
        widths = [int(p.name) for p in partials.iterdir() if p.name.isdecimal()] if partials.is_dir() else []
        enough = min((w for w in widths if w >= width), default=WIDTH)
        return full if enough == WIDTH else partials / str(enough)

    def hashes(self, level: int, index: int, width: int) -> list[bytes]:
        """The first `width` hashes of a tile, from the narrowest file that has them.

        Raises FileNotFoundError where there is none, or it is too short.
        """
        path = self._file(level, index, width)
        raw = path.read_bytes()[: width * HASH]
        if len(raw) != width * HASH:
            raise FileNotFoundError(str(path))
        return [raw[i : i + HASH] for i in range(0, len(raw), HASH)]

    def subtree(self, size: int) -> merkle.Subtree:
        """Hashes of complete subtrees in the tree of `size`, read from the tiles."""

        def hash_of(level: int, index: int) -> bytes:
            tile_level, inner = divmod(level, HEIGHT)
            start = index << inner  # in hashes of the tile's level
            tile, offset = divmod(start, WIDTH)
            width = min(WIDTH, (size >> (tile_level * HEIGHT)) - tile * WIDTH)
            found = self.hashes(tile_level, tile, width)[offset : offset + (1 << inner)]
            _, frontier = merkle.extended(0, [], found)
            return merkle.root(frontier)

        return hash_of

    def root(self, size: int) -> bytes:
        """The root of the tree of `size`, from the tiles."""
        return merkle.range_hash(0, size, self.subtree(size))

    def extend(self, old: int, leaves: Iterable[bytes], new: int) -> None:
        """Write what a log grown from `old` to `new` needs. `leaves`: leaf data from the last full tile of
        level 0 at `old` on, `old - old % 256`.
        """
        fresh = self._write_leaves(old // WIDTH, leaves)
        level, old, new = 1, old // WIDTH, new // WIDTH
        while new and fresh:
            kept = self.hashes(level, old // WIDTH, old % WIDTH) if old % WIDTH else []
            fresh = self._write_level(level, old // WIDTH, kept + fresh)
            level, old, new = level + 1, old // WIDTH, new // WIDTH

    def _write_leaves(self, first: int, leaves: Iterable[bytes]) -> list[bytes]:
        """Level 0 and the entry bundles, tile by tile; the roots of the full ones."""
        roots: list[bytes] = []
        bundle: list[bytes] = []
        index = first
        for leaf in leaves:
            bundle.append(leaf)
            if len(bundle) == WIDTH:
                roots += self._write_tile(0, index, self._write_bundle(index, bundle))
                bundle, index = [], index + 1
        if bundle:
            self._write_tile(0, index, self._write_bundle(index, bundle))
        return roots

    def _write_bundle(self, index: int, bundle: Sequence[bytes]) -> list[bytes]:
        raw = b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in bundle)
        self._write(ENTRIES, index, len(bundle), raw)
        return [merkle.leaf_hash(leaf) for leaf in bundle]

    def _write_level(self, level: int, first: int, hashes: list[bytes]) -> list[bytes]:
        roots: list[bytes] = []
        for n, start in enumerate(range(0, len(hashes), WIDTH)):
            roots += self._write_tile(level, first + n, hashes[start : start + WIDTH])
        return roots

    def _write_tile(self, level: int, index: int, hashes: list[bytes]) -> list[bytes]:
        """Write one tile; its root where it is full, else nothing."""
        self._write(level, index, len(hashes), b"".join(hashes))
        if len(hashes) < WIDTH:
            return []
        return [merkle.root(merkle.extended(0, [], hashes)[1])]

    def _write(self, level: Level, index: int, width: int, raw: bytes) -> None:
        path = self.folder / tile_path(level, index, width)
        write_aside(path, raw)
        self._written.append(path)

    def settle(self) -> None:
        """Everything written is on the disk, and partial tiles that a full one replaced are gone."""
        if len(self._written) <= FEW:
            for path in self._written:
                flush(path)
                flush(path.parent)
        else:
            os.sync()
        for path in self._written:
            if path.parent.suffix != ".p":
                shutil.rmtree(path.with_name(path.name + ".p"), ignore_errors=True)
        self._written.clear()


def write_aside(path: Path, raw: bytes) -> None:
    """Write a file under another name and rename it: whoever reads sees the old one or the whole new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        partial.write_bytes(raw)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def flush(path: Path) -> None:
    """Have the disk hold a file or a folder's names."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
