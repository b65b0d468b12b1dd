"""RFC 6962 hashes and the verification of proofs, written apart from the writer's own.

In the iterative form of RFC 9162, sections 2.1.3 and 2.1.4, extended to ranges of leaves as in
draft-ietf-plants-merkle-tree-certs.
"""

from __future__ import annotations

from hashlib import sha256

EMPTY = sha256().digest()
HASH = 32
LARGEST = 2**63


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\0" + data).digest()


def pair_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def is_subtree(start: int, end: int) -> bool:
    """Whether leaves `start` to before `end` can form a subtree of some tree."""
    if not 0 <= start <= end <= LARGEST:
        return False
    step = 1
    while step < end - start:
        step *= 2
    return start == end or start % step == 0


def included(index: int, start: int, end: int, leaf: bytes, path: list[bytes], root: bytes) -> bool:
    """Whether `path` leads from a leaf hash at `index` to the hash of the leaves `start` to before `end`."""
    if not (is_subtree(start, end) and start <= index < end) or not _hashes([leaf, *path]):
        return False
    here, last, node = index - start, end - start - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if here & 1 or here == last:
            node = pair_hash(sibling, node)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            node = pair_hash(node, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and node == root


def contained(start: int, end: int, size: int, path: list[bytes], part: bytes, whole: bytes) -> bool:
    """Whether `path` shows the leaves from `start` to before `end`, of hash `part`, to belong to the tree."""
    if not is_subtree(start, end) or end > size or not _hashes(path):
        return False
    if start == end:
        return not path and part == EMPTY
    first, last, top = start, end - 1, size - 1
    while first != last and (last & 1 or last == top):
        first, last, top = first >> 1, last >> 1, top >> 1
    if first == last:
        rest, piece, node = path, part, part
    elif path:
        rest, piece, node = path[1:], path[0], path[0]
    else:
        return False
    return _climb(first, last, top, rest, (piece, node)) == (part, whole)


def _climb(
    first: int, last: int, top: int, path: list[bytes], hashes: tuple[bytes, bytes]
) -> tuple[bytes, bytes] | None:
    piece, node = hashes
    for sibling in path:
        if top == 0:
            return None
        if last & 1 or last == top:
            if first < last:
                piece = pair_hash(sibling, piece)
            node = pair_hash(sibling, node)
            while not last & 1 and last:
                first, last, top = first >> 1, last >> 1, top >> 1
        else:
            node = pair_hash(node, sibling)
        first, last, top = first >> 1, last >> 1, top >> 1
    return (piece, node) if top == 0 else None


def grown(old: int, new: int, path: list[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether a log of `new` entries still holds, unchanged, the log of `old` entries."""
    if old == new:
        return not path and old_root == new_root and (old > 0 or old_root == EMPTY)
    return 0 < old < new and contained(0, old, new, path, old_root, new_root)


def _hashes(values: list[bytes]) -> bool:
    return all(len(value) == HASH for value in values)


class Tree:
    """A tree fed leaf by leaf."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []  # (leaves below, hash), largest first

    def add(self, leaf: bytes) -> None:
        """Append a leaf hash."""
        below, node = 1, leaf
        while self._peaks and self._peaks[-1][0] == below:
            _, left = self._peaks.pop()
            below, node = below * 2, pair_hash(left, node)
        self._peaks.append((below, node))
        self.size += 1

    def root(self) -> bytes:
        if not self._peaks:
            return EMPTY
        node = self._peaks[-1][1]
        for _, left in self._peaks[-2::-1]:
            node = pair_hash(left, node)
        return node
