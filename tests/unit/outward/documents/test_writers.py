"""Every writer says what the document says, and the same document gives the same bytes anywhere."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date

import docx as python_docx
import fastexcel
import pytest
from tests.structure.tree import ROOT
from tests.unit.outward.documents import printed
from tests.unit.outward.documents.samples import MARKUP, RARE, letter

from xinheng.outward.documents import canonical, coverage, docx, pdf, xlsx
from xinheng.outward.documents.errors import DocumentRefused
from xinheng.outward.documents.model import Column, Document, Paragraph, Table, number_of

WRITE = """
import hashlib, sys
from tests.unit.outward.documents.samples import letter
from xinheng.outward.documents import canonical, docx, pdf, xlsx
for writer in (canonical, docx, pdf, xlsx):
    print(hashlib.sha256(writer.write(letter(40))).hexdigest())
"""


def elsewhere(seed: str, zone: str, language: str) -> list[str]:
    told = {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    ran = subprocess.run(
        [sys.executable, "-c", WRITE], env={**os.environ, **told}, capture_output=True, check=True, text=True
    )
    return ran.stdout.split()


def test_two_processes_write_the_same_bytes() -> None:
    """Other hash seed, time zone and language; and neither is this process's."""
    first = elsewhere("1", "America/New_York", "C")
    assert len(set(first)) == 4
    assert first == elsewhere("2", "Asia/Shanghai", "C.UTF-8")


def test_canonical_json_gives_the_document_back() -> None:
    document = letter()
    written = canonical.write(document)
    assert canonical.read(written) == document
    assert json.loads(written)["dated"] == "2026-03-05"
    with pytest.raises(ValueError, match="not a document"):
        canonical.read(b"{}")


def test_the_word_file_opens_again_and_says_the_same() -> None:
    document = letter()
    opened = python_docx.Document(io.BytesIO(docx.write(document)))
    lines = [line.text for line in opened.paragraphs if line.text]
    assert lines == [
        "恒信督〔2026〕3号",
        document.title,
        "恒州市市场监督管理局：",
        "你单位下列行政处罚决定超过报送时限，至今没有报送。",
        "一、逾期情况",
        "（一）清单",
        "逾期清单",
        "工作日依本地日历计算。",
        "请于2026年3月20日前书面答复。",
        "（印章）",
        document.issuer,
        "2026年3月5日",
        "（联系人：信用办综合科）",
    ]
    rows = [tuple(cell.text for cell in row.cells) for row in opened.tables[0].rows]
    assert rows == [("序号", "文书号", "当事人", "金额"), *document.tables[0].rows]
    page = opened.sections[0]
    assert [round(edge.mm) for edge in (page.page_width, page.page_height)] == [210, 297]
    edges = (page.top_margin, page.bottom_margin, page.left_margin, page.right_margin)
    assert [round(edge.mm) for edge in edges] == [37, 35, 28, 26]
    assert opened.core_properties.created.date() == document.dated
    assert opened.core_properties.title == document.title


def test_a_cell_of_the_word_file_holds_whatever_is_in_it() -> None:
    odd = ("<w:p>&amp;\"'", "上\n下", "  两端空格  ")
    table = Table("表", (Column("甲<"), Column("乙&"), Column("丙")), (odd,))
    opened = python_docx.Document(io.BytesIO(docx.write(replace(letter(), blocks=(table,)))))
    assert [[cell.text for cell in row.cells] for row in opened.tables[0].rows] == [
        ["甲<", "乙&", "丙"],
        list(odd),
    ]


def test_the_word_file_carries_nothing_of_the_machine() -> None:
    with zipfile.ZipFile(io.BytesIO(docx.write(letter()))) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "docProps/thumbnail.jpeg" not in parts.namelist()
        fonts = parts.read("word/fontTable.xml").decode()
        assert 'w:name="仿宋_GB2312"><w:altName w:val="仿宋,' in fonts
        assert "python-docx" not in "".join(
            parts.read(name).decode() for name in parts.namelist() if name.endswith(("xml", "rels"))
        )


def test_the_workbook_keeps_text_as_text_and_numbers_as_numbers() -> None:
    book = xlsx.write(letter())
    sheets = fastexcel.read_excel(book)
    assert sheets.sheet_names == ["逾期清单", "说明"]
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        shared = parts.read("xl/sharedStrings.xml").decode()
        assert b"2026-03-05T00:00:00Z" in parts.read("docProps/core.xml")
    assert "<f>" not in sheet
    assert "=1+1" in shared
    assert "<v>1234.5" in sheet, "a numeric cell is a number"
    assert "—" in shared, "a numeric column may say that there is none"


def test_sheets_are_named_after_their_tables_each_once() -> None:
    one = Table("[合规率]: 一/二?" + "长" * 40, (Column("a"),), (("x",),))
    document = replace(letter(), blocks=(one, one, replace(one, title="说明"), replace(one, title="'[]'")))
    names = fastexcel.read_excel(xlsx.write(document)).sheet_names
    assert len({name.casefold() for name in names}) == 5
    assert all(len(name) <= 31 for name in names)
    assert names[2:] == ["说明（2）", "表", "说明"]


def test_the_pdf_prints_names_as_they_are() -> None:
    """Signs of the typesetting language are text, and characters of the standard list are there."""
    said = printed.text(pdf.write(letter(text=MARKUP + RARE)))
    assert MARKUP in said
    assert RARE in said
    assert "恒信督〔2026〕3号" in said
    assert "=1+1" in said
    assert "2026年3月5日" in said
    assert "�" not in said


def test_a_character_that_the_font_has_not_is_shown_as_missing() -> None:
    assert coverage.missing(f"{RARE}甲😀\u200b\U000e0100") == ("😀",)
    said = printed.text(pdf.write(letter(text="甲😀乙\u200b丙\U000e0100丁\t戊")))
    assert "甲〓〔U+1F600〕乙丙丁 戊" in said


def test_the_common_characters_are_covered() -> None:
    """The whole first block but what the font of origin has not; what is lacking is written down."""
    lacking = [point for point in range(0x4E00, 0xA000) if not coverage.covered(chr(point))]
    assert lacking == list(range(0x9FEB, 0xA000)), "only the youngest of the block"
    # what offices type: GB 2312 and GBK, as this Python knows them; one sign of arithmetic is not there
    absent = set()
    for first in range(0x81, 0xFF):
        for second in range(0x40, 0xFF):
            try:
                char = bytes((first, second)).decode("gbk")
            except UnicodeDecodeError:
                continue
            if not coverage.covered(char):
                absent.add(char)
    assert absent == {"≒"}


def test_a_table_of_many_columns_and_pages_is_written() -> None:
    wide = Table(
        "宽表",
        tuple(Column(f"列{n}", numeric=n % 2 == 0) for n in range(12)),
        tuple(tuple("恒州市某某商贸有限公司" if n % 2 else str(n) for n in range(12)) for _ in range(80)),
    )
    document = Document("bulletin", "通报", None, None, date(2026, 1, 31), "恒州市信用办", (wide,))
    assert printed.text(pdf.write(document)).count("恒州市某某商贸有限公司") == 480
    assert docx.write(document)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "},
        {"blocks": (Paragraph("甲\x00乙"),)},
        {"blocks": (Paragraph("\ud800"),)},
        {"blocks": (Table("表", (Column("a"),), (("1", "2"),)),)},
        {"blocks": (Table("表", (), ()),)},
    ],
)
def test_what_cannot_be_written_is_refused_before(wrong: dict[str, object]) -> None:
    with pytest.raises(DocumentRefused):
        replace(letter(), **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("12", "12"),
        ("-1,234.50", "-1234.50"),
        ("98.50", "98.50"),
        ("12%", None),
        ("1,23", None),
        ("1e5", None),
        ("٣", None),
        ("91420000123456789012", None),
        ("", None),
    ],
)
def test_a_number_is_plain_and_no_longer_than_a_workbook_keeps(cell: str, number: str | None) -> None:
    assert number_of(cell) == number
