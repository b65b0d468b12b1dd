"""The checker's own Merkle code: the published vectors, and agreement with the writer's elsewhere."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from xinheng.evidence.ledger import merkle as writer
from xinheng.verify import merkle as checker


def decoded(value: str | None) -> bytes:
    return base64.b64decode(value or "")


def accepted(vector: dict[str, Any]) -> bool:
    path = [decoded(p) for p in vector["proof"] or []]
    if "leafIdx" in vector:
        start, end = vector.get("start", 0), vector.get("end", vector.get("treeSize"))
        return checker.included(
            vector["leafIdx"], start, end, decoded(vector["leafHash"]), path, decoded(vector["root"])
        )
    roots = decoded(vector["root1"]), decoded(vector["root2"])
    if "size1" in vector:
        return checker.grown(vector["size1"], vector["size2"], path, *roots)
    return checker.contained(vector["start"], vector["end"], vector["size"], path, *roots)


def test_all_518_published_vectors_come_out_as_they_should(shared_data: Path) -> None:
    lines = (shared_data / "merkle" / "rfc6962-vectors.jsonl").read_text(encoding="utf-8").splitlines()
    vectors = [json.loads(line) for line in lines]
    wrong = [v["case"] for v in vectors if accepted(v) == v["wantErr"]]
    assert wrong == []
    assert (len(vectors), sum(map(accepted, vectors))) == (518, 36)


def leaves(count: int) -> list[bytes]:
    return [checker.leaf_hash(b"leaf %d" % n) for n in range(count)]


def root(hashes: list[bytes]) -> bytes:
    tree = checker.Tree()
    for each in hashes:
        tree.add(each)
    return tree.root()


def paths(hashes: list[bytes], ranges: list[tuple[int, int]]) -> list[bytes]:
    return [root(hashes[start:end]) for start, end in ranges]


@given(st.integers(0, 200))
def test_both_trees_have_the_same_root(size: int) -> None:
    assert root(leaves(size)) == writer.root(writer.extended(0, [], leaves(size))[1])


@settings(max_examples=150)
@given(st.integers(1, 70), st.data())
def test_every_range_of_a_tree_is_contained_in_it_and_only_with_its_own_path(
    size: int, data: st.DataObject
) -> None:
    hashes = leaves(size)
    spans = [(s, e) for s in range(size) for e in range(s + 1, size + 1) if checker.is_subtree(s, e)]
    start, end = data.draw(st.sampled_from(spans))
    path = paths(hashes, writer.consistency_ranges(start, end, size))
    part, whole = root(hashes[start:end]), root(hashes)
    assert checker.contained(start, end, size, path, part, whole)
    index = data.draw(st.integers(start, end - 1))
    inner = paths(hashes, writer.inclusion_ranges(index, start, end))
    assert checker.included(index, start, end, hashes[index], inner, part)


@settings(max_examples=300)
@given(
    st.integers(-1, 20), st.integers(-1, 20), st.integers(-1, 20), st.integers(-1, 20),
    st.lists(st.integers(0, 3), max_size=6),
)  # fmt: skip
def test_writer_and_checker_agree_on_any_question(
    index: int, start: int, end: int, size: int, picks: list[int]
) -> None:
    hashes = leaves(20)
    pool = [*hashes[:3], b"short"]
    path = [pool[n] for n in picks]
    if 0 <= start < end <= size and writer.valid_range(start, end) and len(picks) > 3:
        path = paths(hashes, writer.consistency_ranges(start, end, size))
    part, whole = root(hashes[max(start, 0) : max(end, 0)]), root(hashes[: max(size, 0)])
    assert checker.contained(start, end, size, path, part, whole) == writer.verify_consistency(
        (start, end), size, path, part, whole
    )
    leaf = hashes[max(index, 0) % 20]
    assert checker.included(index, start, end, leaf, path, part) == writer.verify_inclusion(
        index, (start, end), leaf, path, part
    )
