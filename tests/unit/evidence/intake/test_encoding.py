"""Encodings are found by reading, named in the receipt, and refused with a place where nothing fits."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.evidence.intake import encoding
from xinheng.evidence.intake.model import Limits
from xinheng.evidence.intake.model_refusals import (
    EmptyFileError,
    FileMissingError,
    TooLargeError,
    UndecodableError,
)

TEXT = "名称,文号\n示例商贸有限公司,石市监罚〔2024〕1号\n"


def survey(path: Path, content: bytes) -> encoding.Survey:
    path.write_bytes(content)
    return encoding.survey(path, Limits())


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-8", encoding.UTF8),
        ("utf-8-sig", encoding.UTF8_MARK),
        ("gb18030", encoding.GB18030),
        ("utf-16", encoding.UTF16),
    ],
)
def test_each_encoding_is_found_and_rewrites_to_the_same_text(tmp_path: Path, codec: str, name: str) -> None:
    path = tmp_path / "a.csv"
    found = survey(path, TEXT.encode(codec))
    assert found.encoding == name
    assert found.sha256 == hashlib.sha256(TEXT.encode(codec)).hexdigest()
    written = encoding.rewrite(path, name, tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_text() == TEXT
    assert (written.newlines, written.ends_open) == (2, False)


def test_a_rare_character_of_four_bytes_survives_gb18030(tmp_path: Path) -> None:
    text = "名称\n㐱𠮷㛃有限公司\n" * 3
    found = survey(tmp_path / "a.csv", text.encode("gb18030"))
    encoding.rewrite(tmp_path / "a.csv", found.encoding, tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_text() == text


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
@pytest.mark.parametrize("shift", [0, 1, 2, 3])
def test_a_character_across_two_blocks_is_no_damage(tmp_path: Path, codec: str, shift: int) -> None:
    text = "a" * (encoding.BLOCK - 40 + shift) + "示例" * 40
    found = survey(tmp_path / "a.csv", text.encode(codec))
    assert found.encoding == {"utf-8": encoding.UTF8, "gb18030": encoding.GB18030}[codec]


PIECES = [
    *(b"a", b"\n", "示".encode(), "𠮷".encode(), "é".encode(), b"\xef\xbf\xbf", b"\xf4\x8f\xbf\xbf"),
    # a byte within a character alone, one cut short, a surrogate, spellings too long, beyond the last point
    *(b"\x80", b"\xe7\xa4", b"\xed\xa0\x80", b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf4\x90\x80\x80", b"\xff"),
]


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.sampled_from(PIECES[:7])), min_size=1, max_size=12))
def test_utf8_is_told_as_pythons_decoder_tells_it(pieces: list[bytes]) -> None:
    content = b"".join(pieces)
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoding, "BLOCK", 5)
        path = Path(folder) / "a.csv"
        path.write_bytes(content)
        with ThreadPoolExecutor(1) as beside:
            found = encoding._as_utf8(path, encoding.UTF8, encoding._Tally(beside))
    try:
        content.decode()
    except UnicodeDecodeError:
        assert found is None
    else:
        digest = hashlib.sha256(content).hexdigest()
        is_open = not content.endswith(b"\n")
        lines = content.count(b"\n")
        assert found == encoding.Survey(digest, len(content), encoding.UTF8, lines, is_open, False)


def test_a_bad_byte_late_in_a_utf8_file_is_named_with_its_place(tmp_path: Path) -> None:
    good = TEXT.encode() * 40_000  # beyond the first block
    with pytest.raises(UndecodableError) as refused:
        survey(tmp_path / "a.csv", good + b"\xff" + "尾".encode())
    assert f"第 {len(good) + 1} 个字节" in refused.value.found
    assert "第 80001 行" in refused.value.found


def test_a_utf8_file_cut_inside_a_character_is_refused_and_not_read_as_gb18030(tmp_path: Path) -> None:
    with pytest.raises(UndecodableError):
        survey(tmp_path / "a.csv", TEXT.encode()[:-2])


def test_bytes_that_are_no_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UndecodableError):
        survey(tmp_path / "a.csv", b"\xff\x00\x81\xff\xff\xff,")


def test_the_last_line_may_lack_its_line_feed(tmp_path: Path) -> None:
    found = survey(tmp_path / "a.csv", TEXT.rstrip().encode())
    assert (found.newlines, found.ends_open) == (1, True)


def test_missing_empty_and_too_large_files_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FileMissingError):
        encoding.survey(tmp_path / "none.csv", Limits())
    with pytest.raises(EmptyFileError):
        survey(tmp_path / "a.csv", b"")
    (tmp_path / "b.csv").write_bytes(b"x" * 11)
    with pytest.raises(TooLargeError):
        encoding.survey(tmp_path / "b.csv", Limits(file_bytes=10))
