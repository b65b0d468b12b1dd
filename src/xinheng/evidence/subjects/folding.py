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
# Most names: of nothing but what folding leaves as it is. Telling that is a seventh of the work.
_FOLDED = r"^[\x{4E00}-\x{9FFF}0-9a-z()]*$"
_NEWLINE = 0x0A
_NONE = pa.scalar(0, pa.int32())
_NONES = pa.array([0], pa.int32())
_LOW = pa.scalar(0xFFFF, pa.int32())
_HIGH = pa.scalar(-0x10000, pa.int32())


def fold(names: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The folded form of each name (string in, string out; null stays null)."""
    texts = names.combine_chunks() if isinstance(names, pa.ChunkedArray) else names
    folded = pc.fill_null(pc.match_substring_regex(texts, pattern=_FOLDED), False)
    if pc.all(folded).as_py():
        return texts
    others = pc.invert(folded)
    return pc.replace_with_mask(texts, others, _fold(texts.filter(others)))


def _fold(names: pa.Array) -> pa.Array:
    text = pc.utf8_lower(pc.utf8_normalize(names, form="NFKC"))
    text = pc.replace_substring_regex(text, pattern=_BLANKS, replacement="")
    text = pc.replace_substring_regex(text, pattern=_OPENING, replacement="(")
    return pc.replace_substring_regex(text, pattern=_CLOSING, replacement=")")


def fold_one(name: str) -> str:
    """The folded form of one name."""
    return str(fold(pa.array([name], pa.string()))[0].as_py())


def grams(texts: pa.Array, without: pa.Array | None = None) -> pa.Array:
    """The characters and pairs of neighbours of each text: list<int32>, in the order of the text.

    `texts` holds no nulls; its texts may hold several names, one a line: no pair spans two lines. Repeated
    grams stay in; the index takes each once. Grams in `without` (int32) are left out.
    """
    if len(texts) == 0:
        return pa.array([], pa.list_(pa.int32()))
    # one text after the other, a line break before each and after the last; then every unit with its follower
    everything = pa.ListArray.from_arrays(pa.array([0, len(texts)], pa.int32()), texts)
    [joined] = pc.binary_join(everything, "\n\x00\n").to_pylist()
    unix = f"\n{joined}\n\x00\n\n".encode("utf-16-le")
    count = len(unix) // 2 - 1
    if count % 2:
        unix += b"\n\0"
        count += 1
    pairs = array("i", bytes(4 * count))
    pairs[0::2] = array("i", unix[: 2 * count])
    pairs[1::2] = array("i", unix[2 : 2 * count + 2])
    both = _over(pairs)
    single = pc.bit_wise_and(both, _LOW)
    follower = pc.bit_wise_and(both, _HIGH)
    alone = pc.greater(single, _NEWLINE)
    inside = pc.and_(alone, pc.not_equal(follower, _NEWLINE << 16))
    inside = pc.and_(inside, pc.not_equal(follower, 0))
    if without is not None:
        alone = pc.and_not(alone, pc.is_in(single, value_set=without))
        inside = pc.and_not(inside, pc.is_in(both, value_set=without))
    # every character followed by the pair that it begins; what is no gram is zero, which no gram is
    found = array("i", bytes(8 * count))
    found[0::2] = _under(pc.if_else(alone, single, _NONE))
    found[1::2] = _under(pc.if_else(inside, both, _NONE))
    values = _over(found)
    kept = pc.add(alone.cast(pa.int8()), inside.cast(pa.int8())).cast(pa.int32())
    sizes = pc.cumulative_sum(kept).take(pc.indices_nonzero(pc.equal(single, 0)))
    offsets = pa.concat_arrays([_NONES, sizes.slice(0, len(texts))])
    return pa.ListArray.from_arrays(offsets, values.filter(pc.not_equal(values, _NONE)))


def _over(numbers: array[int]) -> pa.Array:
    return pa.Array.from_buffers(pa.int32(), len(numbers), [None, pa.py_buffer(numbers)])


def _under(numbers: pa.Array) -> array[int]:
    found = array("i")
    found.frombytes(memoryview(numbers.buffers()[1])[: 4 * len(numbers)])
    return found


def counted(texts: pa.Array) -> pa.Table:
    """How many of the texts hold each gram: columns `gram` int32, `texts` int64."""
    found = grams(texts)
    table = pa.table({"text": pc.list_parent_indices(found), "gram": pc.list_flatten(found)})
    counts = table.group_by(["text", "gram"]).aggregate([]).group_by("gram").aggregate([("text", "count")])
    return pa.table({"gram": counts["gram"], "texts": counts["text_count"]})


def grams_of(folded: str) -> tuple[list[int], list[int]]:
    """The distinct single characters and the distinct pairs of one folded text, in its order."""
    found = dict.fromkeys(grams(pa.array([folded], pa.string()))[0].as_py())
    singles = [g for g in found if 0 <= g <= 0xFFFF]
    return singles, [g for g in found if not 0 <= g <= 0xFFFF]
