"""The Merkle tree of RFC 6962, as pure functions: no I/O, no state, everything refused that is not exact.

A *range* `[start, end)` of leaves has the hash MTH(D[start:end]) of section 2.1. A *complete subtree*
`(level, index)` covers `[index << level, (index + 1) << level)`. A *frontier* is the list of complete
subtrees of `[0, size)`, left to right. Proofs are lists of hashes from the leaf upwards; a range shown to
belong to a tree generalises the consistency proof of RFC 6962, which is the case `start = 0`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

import pyarrow as pa

from xinheng.evidence.ledger import columns
from xinheng.ground.hashing import fixed, packed, sha256

HASH = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
MAX_SIZE = 1 << 63  # of a log: nothing absurd is computed
_AT_ONCE = 1 << 15  # values of leaf hashes in memory

Range = tuple[int, int]
Subtree = Callable[[int, int], bytes]  # (level, index) -> hash of that complete subtree


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 || data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def leaf_hashes(head: bytes, entries: pa.Array, tail: bytes) -> bytes:
    """`leaf_hash(head + entry + tail)` of every entry (binary(32), no nulls), after each other."""
    return packed(sha256(columns.joined(b"\x00" + head, entries, tail)))


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def extended(size: int, frontier: Sequence[bytes], leaves: Iterable[bytes]) -> tuple[int, list[bytes]]:
    """Size and frontier after these leaf hashes have been appended. Amortised one node hash a leaf.

    `leaves`: hashes, or several of them after each other in one value.
    """
    if len(frontier) != size.bit_count():
        raise ValueError(f"{size} leaves make {size.bit_count()} complete subtrees, not {len(frontier)}")
    rest, stack = iter(leaves), list(frontier)
    while some := list(islice(rest, _AT_ONCE)):
        nodes = b"".join(some)
        size, stack = size + len(nodes) // HASH, _joined(size, stack, nodes)
    return size, stack


def _joined(size: int, frontier: list[bytes], nodes: bytes) -> list[bytes]:
    """The frontier after `nodes` (hashes after each other) more leaves, level by level from the leaves up."""
    kept = []
    while nodes or size:
        if size & 1:  # a complete subtree of this level stands left of them
            nodes = frontier.pop() + nodes
        if len(nodes) // HASH & 1:
            nodes, last = nodes[:-HASH], nodes[-HASH:]
            kept.append(last)
        nodes = packed(sha256(columns.joined(b"\x01", fixed(nodes, 2 * HASH)))) if nodes else b""
        size >>= 1
    return kept[::-1]


def root(frontier: Sequence[bytes]) -> bytes:
    """The root of the tree that has this frontier."""
    if not frontier:
        return EMPTY_ROOT
    node = frontier[-1]
    for left in reversed(frontier[:-1]):
        node = node_hash(left, node)
    return node


def complete_subtrees(start: int, end: int) -> list[tuple[int, int]]:
    """The complete subtrees `(level, index)` that make up a valid range, left to right."""
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def range_hash(start: int, end: int, subtree: Subtree) -> bytes:
    """MTH of a valid range, from complete subtrees."""
    return root([subtree(level, index) for level, index in complete_subtrees(start, end)])


def valid_range(start: int, end: int) -> bool:
    """Whether `[start, end)` can be a subtree: `start` a multiple of the range's size rounded up to 2^k."""
    if not 0 <= start <= end <= MAX_SIZE:
        return False
    return start == end or start % (1 << (end - start - 1).bit_length()) == 0


def _split(size: int) -> int:
    """The largest power of two smaller than `size` (> 1)."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_ranges(index: int, start: int, end: int) -> list[Range]:
    """The ranges whose hashes prove leaf `index` to lie in `[start, end)`, leaf first (RFC 6962, 2.1.1)."""
    if end - start <= 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*inclusion_ranges(index, start, middle), (middle, end)]
    return [*inclusion_ranges(index, middle, end), (start, middle)]


def consistency_ranges(start: int, end: int, size: int) -> list[Range]:
    """The ranges whose hashes prove `[start, end)` to be a part of the tree of `size` (RFC 6962, 2.1.2)."""

    def walk(left: int, right: int, known: bool) -> list[Range]:
        if (left, right) == (start if known else left, end):
            return [] if known else [(left, right)]
        middle = left + _split(right - left)
        if end <= middle:
            return [*walk(left, middle, known), (middle, right)]
        return [*walk(middle, right, known and start >= middle), (left, middle)]

    return walk(0, size, True) if start < end else []


def verify_inclusion(index: int, span: Range, leaf: bytes, proof: Sequence[bytes], expected: bytes) -> bool:
    """Whether `proof` shows that leaf hash `leaf` stands at `index` in the range `span` with that hash."""
    start, end = span
    if not (valid_range(start, end) and start <= index < end) or any(len(p) != 32 for p in (leaf, *proof)):
        return False
    ranges, node = inclusion_ranges(index, start, end), leaf
    if len(proof) != len(ranges):
        return False
    for sibling, (left, _) in zip(proof, ranges, strict=True):
        node = node_hash(sibling, node) if left < index else node_hash(node, sibling)
    return node == expected


def verify_consistency(span: Range, size: int, proof: Sequence[bytes], part: bytes, whole: bytes) -> bool:
    """Whether `proof` shows that `span` with hash `part` belongs to the tree of `size` with root `whole`."""
    start, end = span
    if not valid_range(start, end) or end > size or any(len(p) != 32 for p in proof):
        return False
    if start == end:  # nothing belongs to every tree
        return not proof and part == EMPTY_ROOT
    ranges = consistency_ranges(start, end, size)
    if len(proof) != len(ranges):
        return False
    # Where the first range ends with the span it is a piece of it; otherwise the climb starts at the span.
    inside = bool(ranges) and ranges[0][1] == end
    node = span_node = proof[0] if inside else part
    left = ranges[0][0] if inside else start
    for sibling, (begin, _) in list(zip(proof, ranges, strict=True))[1 if inside else 0 :]:
        if begin < left:
            node = node_hash(sibling, node)
            span_node = node_hash(sibling, span_node) if begin >= start else span_node
            left = begin
        else:
            node = node_hash(node, sibling)
    return span_node == part and node == whole


def verify_growth(sizes: Range, proof: Sequence[bytes], old: bytes, new: bytes) -> bool:
    """RFC 6962 consistency of two roots. A tree of no leaves proves nothing about a later one."""
    first, second = sizes
    if first == second:
        return not proof and old == new and (first > 0 or old == EMPTY_ROOT)
    return first > 0 and verify_consistency((0, first), second, proof, old, new)
