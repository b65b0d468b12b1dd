"""Attachments are what their bytes say, kept once, and given back unchanged or not at all."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from xinheng.outward.documents.attachments import LIMIT, Attachments, Kind, named, sniff
from xinheng.outward.documents.errors import AttachmentAbsent, AttachmentRefused

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20 + b"IEND\xaeB`\x82"
JPG = b"\xff\xd8\xff\xe0" + b"\0" * 20 + b"\xff\xd9"


def zipped(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as parts:
        for name in names:
            parts.writestr(name, "x")
    return made.getvalue()


DOCX = zipped("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("content", "kind"), [(PDF, Kind.PDF), (PNG, Kind.PNG), (JPG, Kind.JPG), (DOCX, Kind.DOCX)]
)
def test_a_content_says_itself_what_it_is(content: bytes, kind: Kind) -> None:
    assert sniff(content) is kind
    assert sniff(content[: len(content) // 2]) is None, "cut off"


@pytest.mark.parametrize(
    "content",
    [
        b"<html>",
        b"MZ",
        zipped("a.txt"),
        zipped("[Content_Types].xml", "xl/workbook.xml"),
        zipped("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
        b"",
        PDF + b"\0" * LIMIT,
    ],
)
def test_anything_else_is_refused_whatever_its_name(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(AttachmentRefused):
        Attachments(tmp_path / "a").put(content, "回执.pdf")
    assert not (tmp_path / "a").exists()


def test_what_is_kept_comes_back_and_is_kept_once(tmp_path: Path) -> None:
    kept = Attachments(tmp_path / "a")
    first, second = kept.put(PDF, "甲.pdf"), kept.put(PDF, "乙.pdf")
    assert first.digest == second.digest
    assert (first.name, first.kind, first.size) == ("甲.pdf", Kind.PDF, len(PDF))
    assert kept.read(first.digest) == PDF
    files = [path for path in (tmp_path / "a").rglob("*") if path.is_file()]
    assert len(files) == 1
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700


def test_a_changed_file_is_not_given_out(tmp_path: Path) -> None:
    kept = Attachments(tmp_path / "a")
    digest = kept.put(PDF, "甲.pdf").digest
    (tmp_path / "a" / digest[:2] / digest).write_bytes(PDF + b" ")
    with pytest.raises(AttachmentAbsent, match="不一致"):
        kept.read(digest)
    for wrong in ("0" * 64, "../../etc/passwd", ""):
        with pytest.raises(AttachmentAbsent):
            kept.read(wrong)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\文件\\说明.pdf", "说明.pdf"),
        ("../../x.png", "x.png"),
        ("a\u202efdp.exe\n.pdf", "afdp.exe.pdf"),
        ("身份证11010519491231002X.jpg", "身份证［身份证号码已隐去］.jpg"),
        ("长" * 300 + ".docx", "长" * 90 + ".docx"),
    ],
)
def test_names_are_kept_as_they_can_be_read(given: str, kept: str) -> None:
    assert named(given) == kept
    with pytest.raises(AttachmentRefused):
        named("\u200b/ . ")
