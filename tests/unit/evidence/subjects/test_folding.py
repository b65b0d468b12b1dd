import unicodedata
from itertools import pairwise

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from xinheng.evidence.subjects.folding import counted, fold, fold_one, grams, grams_of

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


def slowly(text: str) -> list[int]:
    """The grams of one text, worked out one by one."""
    found = []
    for line in text.split("\n"):
        raw = line.encode("utf-16-le")
        units = [int.from_bytes(raw[i : i + 2], "little") for i in range(0, len(raw), 2)]
        found += units
        for a, b in pairwise(units):
            both = a | b << 16
            found.append(both - (1 << 32) if both >= 1 << 31 else both)
    return sorted(found)


def test_widths_brackets_blanks_and_case_are_folded_away() -> None:
    assert fold_one("衡川（演示） ＡＢc〔有限〕公司　") == "衡川(演示)abc(有限)公司"


def folded_slowly(name: str) -> str:
    kept = [c for c in unicodedata.normalize("NFKC", name).lower() if unicodedata.category(c)[0] != "Z"]
    return "".join(kept).translate(str.maketrans("[〔【〖]〕】〗", "(((())))"))


@given(st.lists(st.none() | st.text("青鿿龥0z()（Ａ　〕[é·é", max_size=6)))
def test_names_folded_already_are_told_from_those_that_are_not(names: list[str | None]) -> None:
    found = fold(pa.chunked_array([names[:2], names[2:]], pa.string()))
    assert found.to_pylist() == [None if name is None else folded_slowly(name) for name in names]


def test_rare_characters_of_names_survive_folding() -> None:
    assert fold_one("\U00020b9f\ue000公司") == "\U00020b9f\ue000公司"


@given(st.lists(TEXTS, max_size=6))
def test_grams_of_a_column_equal_those_worked_out_one_by_one(texts: list[str]) -> None:
    found = grams(pa.array(texts, pa.string())).to_pylist()
    assert [sorted(keys) for keys in found] == [slowly(text) for text in texts]


@given(st.lists(TEXTS, max_size=6), st.data())
def test_grams_left_out_are_missing_and_no_others(texts: list[str], data: st.DataObject) -> None:
    met = sorted({gram for text in texts for gram in slowly(text)})
    without = data.draw(st.lists(st.sampled_from(met), unique=True)) if met else []
    found = grams(pa.array(texts, pa.string()), pa.array(without, pa.int32())).to_pylist()
    assert [sorted(keys) for keys in found] == [
        [g for g in slowly(text) if g not in without] for text in texts
    ]


def test_names_are_counted_and_not_mentions() -> None:
    found = counted(pa.array(["川川川", "川水", "水", "山"]))
    texts = dict(zip(found["gram"].to_pylist(), found["texts"].to_pylist(), strict=True))
    assert (texts[ord("川")], texts[ord("水")], texts[ord("山")]) == (2, 2, 1)
    assert len(texts) == 5


def test_no_pair_spans_two_names_of_one_subject() -> None:
    [keys] = grams(pa.array(["衡川\n青禾"])).to_pylist()
    assert sorted(keys) == slowly("衡川\n青禾")
    assert len(keys) == 6


def test_singles_and_pairs_are_told_apart() -> None:
    singles, pairs = grams_of("衡川衡")
    assert singles == [ord("衡"), ord("川")]
    assert len(pairs) == 2


@given(st.text("衡川（）()〔】[]ＡaＢ１ \u3000\u00a0·", max_size=12))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold_one(fold_one(text)) == fold_one(text)
