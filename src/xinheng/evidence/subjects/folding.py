"""Names as they are compared and searched: folded text, and the characters and pairs in it ("grams").

Folding changes no stored name. It takes away what clerks write differently and nobody means: full-width and
half-width forms, letter case, kinds of brackets, blanks. One implementation, over Arrow columns, serves a
million names and a query of two characters, so that the two can never disagree.

A gram is a 32-bit integer: a pair of UTF-16 units (the second one in the upper half), or a single unit. Two
units lie in memory as one such integer already, so a million names need no loop of ours; and integers are
sorted and compared several times faster than text by the index that holds them.
"""

from __future__ import annotations

from array import array

import pyarrow as pa
import pyarrow.compute as pc

_BLANKS = r"[\p{Z}\p{Cc}\p{Cf}]+"  # not all of \p{C}: rare characters of names live in private use
_OPENING = r"[\[〔【〖]"
_CLOSING = r"[\]〕】〗]"
_NEWLINE = 0x0A
_LOW = pa.scalar(0xFFFF, pa.int32())
_HIGH = pa.scalar(-0x10000, pa.int32())


def fold(names: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The folded form of each name (string in, string out; null stays null)."""
    text = pc.utf8_lower(pc.utf8_normalize(names, form="NFKC"))
    text = pc.replace_substring_regex(text, pattern=_BLANKS, replacement="")
    text = pc.replace_substring_regex(text, pattern=_OPENING, replacement="(")
    text = pc.replace_substring_regex(text, pattern=_CLOSING, replacement=")")
    return text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text


def fold_one(name: str) -> str:
    """The folded form of one name."""
    return str(fold(pa.array([name], pa.string()))[0].as_py())


def grams(texts: pa.Array) -> pa.Array:
    """All characters and pairs of neighbours of each text: list<int32>, in the order of the text.

    `texts` holds no nulls; its texts may hold several names, one a line: no pair spans two lines. Repeated
    grams stay in; the index takes each once.
    """
    if len(texts) == 0:
        return pa.array([], pa.list_(pa.int32()))
    # one text after the other, a line break before each and after the last; then every unit with its follower
    unix = ("\n" + "\n\x00\n".join(texts.to_pylist()) + "\n\x00\n\n").encode("utf-16-le")
    count = len(unix) // 2 - 1
    if count % 2:
        unix += b"\n\0"
        count += 1
    pairs = array("i", bytes(4 * count))
    pairs[0::2] = array("i", unix[: 2 * count])
    pairs[1::2] = array("i", unix[2 : 2 * count + 2])
    both = pa.Array.from_buffers(pa.int32(), count, [None, pa.py_buffer(pairs)])
    single = pc.bit_wise_and(both, _LOW)
    follower = pc.bit_wise_and(both, _HIGH)
    inside = pc.and_(pc.greater(single, _NEWLINE), pc.not_equal(follower, _NEWLINE << 16))
    inside = pc.and_(inside, pc.not_equal(follower, 0))
    text_of = pc.cumulative_sum(pc.equal(single, 0).cast(pa.int32()))
    alone = pc.greater(single, _NEWLINE)
    values = pa.concat_arrays([single.filter(alone), both.filter(inside)])
    owners = pa.concat_arrays([text_of.filter(alone), text_of.filter(inside)])
    return _listed(values, owners, len(texts))


def _listed(values: pa.Array, owners: pa.Array, count: int) -> pa.Array:
    """`values` as one list for each owner 0 … count-1."""
    order = pc.sort_indices(owners)
    sizes = array("i", bytes(4 * (count + 1)))
    for entry in pc.value_counts(owners).to_pylist():
        sizes[entry["values"] + 1] = entry["counts"]
    offsets = pc.cumulative_sum(pa.array(sizes, pa.int32()))
    return pa.ListArray.from_arrays(offsets, values.take(order))


def grams_of(folded: str) -> tuple[list[int], list[int]]:
    """The distinct single characters and the distinct pairs of one folded text, in its order."""
    found = dict.fromkeys(grams(pa.array([folded], pa.string()))[0].as_py())
    singles = [g for g in found if 0 <= g <= 0xFFFF]
    return singles, [g for g in found if not 0 <= g <= 0xFFFF]
