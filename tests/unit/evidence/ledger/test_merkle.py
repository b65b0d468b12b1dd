"""RFC 6962 hashing and proofs: published vectors, and properties against a root computed the naive way."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.evidence.ledger import merkle

SIZES = st.integers(1, 130)


def hashes(count: int) -> list[bytes]:
    return [merkle.leaf_hash(b"leaf %d" % n) for n in range(count)]


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH as section 2.1 of RFC 6962 defines it, word for word."""
    if not leaves:
        return merkle.EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return merkle.node_hash(naive_root(leaves[:k]), naive_root(leaves[k:]))


def decoded(value: str | None) -> bytes:
    return base64.b64decode(value or "")


def accepted(vector: dict[str, Any]) -> bool:
    proof = [decoded(p) for p in vector["proof"] or []]
    if "leafIdx" in vector:
        span = (vector.get("start", 0), vector["end"] if "end" in vector else vector["treeSize"])
        return merkle.verify_inclusion(
            vector["leafIdx"], span, decoded(vector["leafHash"]), proof, decoded(vector["root"])
        )
    roots = decoded(vector["root1"]), decoded(vector["root2"])
    if "size1" in vector:
        return merkle.verify_growth((vector["size1"], vector["size2"]), proof, *roots)
    return merkle.verify_consistency((vector["start"], vector["end"]), vector["size"], proof, *roots)


def test_all_518_published_vectors_come_out_as_they_should(shared_data: Path) -> None:
    lines = (shared_data / "merkle" / "rfc6962-vectors.jsonl").read_text(encoding="utf-8").splitlines()
    vectors = [json.loads(line) for line in lines]
    wrong = [v["case"] for v in vectors if accepted(v) == v["wantErr"]]
    assert wrong == []
    assert (len(vectors), sum(map(accepted, vectors))) == (518, 36)


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert merkle.root([]) == merkle.EMPTY_ROOT
    assert merkle.EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(st.integers(0, 130), st.integers(0, 130))
def test_a_frontier_extended_in_two_bulks_has_the_naive_root(first: int, second: int) -> None:
    leaves = hashes(first + second)
    size, frontier = merkle.extended(0, [], leaves[:first])
    size, frontier = merkle.extended(size, frontier, iter(leaves[first:]))
    assert (size, merkle.root(frontier)) == (len(leaves), naive_root(leaves))


@pytest.mark.parametrize(("size", "frontier"), [(0, [b"x" * 32]), (3, [b"x" * 32]), (4, [])])
def test_a_frontier_that_does_not_fit_its_size_is_refused(size: int, frontier: list[bytes]) -> None:
    with pytest.raises(ValueError, match="complete subtrees"):
        merkle.extended(size, frontier, [])


def subtree_of(leaves: list[bytes]) -> merkle.Subtree:
    return lambda level, index: naive_root(leaves[index << level : (index + 1) << level])


@given(SIZES, st.data())
def test_an_inclusion_proof_holds_for_its_leaf_and_for_no_other(size: int, data: st.DataObject) -> None:
    leaves = hashes(size)
    index = data.draw(st.integers(0, size - 1))
    proof = proofs(leaves, merkle.inclusion_ranges(index, 0, size))
    root = naive_root(leaves)
    assert merkle.verify_inclusion(index, (0, size), leaves[index], proof, root)
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index)) if size > 1 else size
    assert not merkle.verify_inclusion(other, (0, size), leaves[index], proof, root)
    assert not merkle.verify_inclusion(index, (0, size), leaves[index], [*proof, root], root)


def proofs(leaves: list[bytes], ranges: list[merkle.Range]) -> list[bytes]:
    return [merkle.range_hash(start, end, subtree_of(leaves)) for start, end in ranges]


def ranges_of(size: int) -> Iterator[merkle.Range]:
    return ((s, e) for s in range(size) for e in range(s + 1, size + 1) if merkle.valid_range(s, e))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 13, 21])
def test_every_valid_range_of_a_tree_is_proved_to_belong_to_it(size: int) -> None:
    leaves = hashes(size)
    whole = naive_root(leaves)
    for start, end in ranges_of(size):
        proof = proofs(leaves, merkle.consistency_ranges(start, end, size))
        part = naive_root(leaves[start:end])
        assert merkle.verify_consistency((start, end), size, proof, part, whole), (start, end)
        assert not merkle.verify_consistency((start, end), size, proof, merkle.leaf_hash(part), whole)
        assert not merkle.verify_consistency((start, end), size, [*proof, part], part, whole)


@given(SIZES, st.data())
def test_a_log_that_rewrote_a_leaf_cannot_prove_its_growth(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    honest = hashes(size)
    forged = list(honest)
    forged[data.draw(st.integers(0, old - 1))] = merkle.leaf_hash(b"forged")
    for leaves, holds in ((honest, True), (forged, False)):
        proof = proofs(leaves, merkle.consistency_ranges(0, old, size))
        got = merkle.verify_growth((old, size), proof, naive_root(honest[:old]), naive_root(leaves))
        assert got is holds
