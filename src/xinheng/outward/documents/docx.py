"""A document as an editable .docx, laid out after what GB/T 9704-2012 says of page, fonts and places.

A4, margins of 37, 35, 28 and 26 mm; 22 lines of 28 characters; title 2号小标宋, body 3号仿宋, headings 黑体
and 楷体; addressee left, signature and date right, page numbers between dashes at the outer edge. It makes
no claim to conform: head of paper, marks and seal are the office's. The fonts are named, not embedded; the
program that opens the file takes the alternatives named in `word/fontTable.xml` where they are missing.
"""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import Any, Final

import docx
from docx.document import Document as Made
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as Line
from docx.text.run import Run

from xinheng.outward.documents.docx_parts import FONT_TABLE, table_xml
from xinheng.outward.documents.model import Document, Heading, Paragraph, Seal, Table

TITLE, BODY, HEAD, SECOND, PAGE = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
TWO, THREE, FOUR, SMALL_FOUR, FIVE = Pt(22), Pt(16), Pt(14), Pt(12), Pt(10.5)  # 号
LINE: Final = Pt(28.95)  # 225 mm in 22 lines
_CHAR_SPACE: Final = "-849"  # 1/4096 pt: 28 characters of 16 pt on 156 mm
_INDENT: Final = "200"  # hundredths of a character
_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)


def write(document: Document) -> bytes:
    """The bytes of the file; python-docx and word processors open it."""
    made = docx.Document()
    _properties(made, document)
    _page(made)
    _styles(made)
    if document.number:
        _line(made, document.number, align=WD_ALIGN_PARAGRAPH.CENTER)
        _line(made, "")
    title = _line(made, document.title, TITLE, TWO, WD_ALIGN_PARAGRAPH.CENTER)
    title.paragraph_format.line_spacing = Pt(35)
    _line(made, "")
    if document.addressee:
        _line(made, f"{document.addressee}：", align=WD_ALIGN_PARAGRAPH.LEFT)
    for block in document.blocks:
        _block(made, block)
    _line(made, "")
    for text in (document.issuer, document.dated_in_chinese):
        signed = _line(made, text, align=WD_ALIGN_PARAGRAPH.RIGHT)
        _indent(signed, right="400")
        signed.paragraph_format.keep_together = True
        signed.paragraph_format.keep_with_next = text == document.issuer
    if document.note:
        _indent(_line(made, f"（{document.note}）"), first=_INDENT)
    out = io.BytesIO()
    made.save(out)
    return _settled(out.getvalue())


def _block(made: Made, block: Heading | Paragraph | Table | Seal) -> None:
    match block:
        case Heading():
            line = _line(made, block.text, HEAD if block.level == 1 else SECOND if block.level == 2 else BODY)
            line.style = made.styles[f"Heading {block.level}"]
            line.paragraph_format.keep_with_next = True
            _indent(line, first=_INDENT)
        case Paragraph():
            _indent(_line(made, block.text), first=_INDENT)
        case Seal():
            _line(made, "")
            _indent(_line(made, block.text, align=WD_ALIGN_PARAGRAPH.RIGHT), right="400")
        case Table():
            _table(made, block)


def _table(made: Made, said: Table) -> None:
    if said.title:
        _line(made, said.title, HEAD, FOUR, WD_ALIGN_PARAGRAPH.CENTER).paragraph_format.keep_with_next = True
    size = SMALL_FOUR if len(said.columns) <= 6 else FIVE if len(said.columns) <= 9 else Pt(9)
    # python-docx takes a second for a hundred rows; the XML itself is parsed in a blink
    made.element.body.insert_element_before(parse_xml(table_xml(said, HEAD, BODY, size.pt)), "w:sectPr")
    if said.note:
        _line(made, said.note, BODY, SMALL_FOUR, WD_ALIGN_PARAGRAPH.LEFT)


def _line(
    made: Made,
    text: str,
    font: str = BODY,
    size: Pt = THREE,
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY,
) -> Line:
    line = made.add_paragraph()
    line.alignment = align
    _run(line, text, font, size)
    return line


def _run(line: Line, text: str, font: str, size: Pt) -> Run:
    run = line.add_run(text)
    run.font.size = size
    _font(run._r.get_or_add_rPr(), font)
    return run


def _font(properties: Any, name: str) -> None:
    """One font for Chinese and for digits, in place of the theme's."""
    fonts = properties.get_or_add_rFonts()
    for which in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(which), None)
    for which in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(which), name)


def _indent(line: Line, first: str | None = None, right: str | None = None) -> None:
    """Indents in hundredths of a character, so that they follow the size of the letters."""
    indent = line._p.get_or_add_pPr().get_or_add_ind()
    if first:
        indent.set(qn("w:firstLineChars"), first)
    if right:
        indent.set(qn("w:rightChars"), right)


def _once(parent: Any, tag: str) -> Any:
    made = OxmlElement(tag)
    parent.append(made)
    return made


def _properties(made: Made, document: Document) -> None:
    at = datetime.combine(document.dated, datetime.min.time(), UTC)
    about = made.core_properties
    about.title, about.author, about.last_modified_by = document.title[:255], document.issuer[:255], ""
    about.created = about.modified = at
    rels = made.part.package.rels  # the picture of the empty template is none of this document
    for key in [key for key, rel in rels.items() if rel.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del rels[key]
    about.revision, about.comments, about.language, about.keywords = 1, "", "zh-CN", ""


def _styles(made: Made) -> None:
    for name in ("Normal", "Heading 1", "Heading 2", "Heading 3"):
        style: Any = made.styles[name]
        style.font.size, style.font.bold, style.font.color.rgb = THREE, False, None
        form = style.paragraph_format
        form.space_before = form.space_after = Pt(0)
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
        _font(style.element.get_or_add_rPr(), BODY)
        _language(style.element.get_or_add_rPr())


def _language(properties: Any) -> None:
    said = properties.find(qn("w:lang"))
    said = _once(properties, "w:lang") if said is None else said
    said.set(qn("w:val"), "zh-CN")
    said.set(qn("w:eastAsia"), "zh-CN")


def _page(made: Made) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    grid = section._sectPr.find(qn("w:docGrid"))
    grid = _once(section._sectPr, "w:docGrid") if grid is None else grid
    grid.set(qn("w:type"), "linesAndChars")
    grid.set(qn("w:linePitch"), str(int(LINE.pt * 20)))
    grid.set(qn("w:charSpace"), _CHAR_SPACE)
    made.settings.odd_and_even_pages_header_footer = True
    right, left = WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT
    for footer, align in ((section.footer, right), (section.even_page_footer, left)):
        footer.is_linked_to_previous = False
        line = footer.paragraphs[0]
        line.alignment = align
        indent = line._p.get_or_add_pPr().get_or_add_ind()
        indent.set(qn("w:rightChars" if align is right else "w:leftChars"), "100")
        _run(line, "— ", PAGE, FOUR)
        for tag, text in (("begin", ""), ("", "PAGE"), ("separate", ""), ("", "1"), ("end", "")):
            run = _run(
                line, text if text == "1" else "", PAGE, FOUR
            )  # the number is what is shown until then
            if tag:
                _once(run._r, "w:fldChar").set(qn("w:fldCharType"), tag)
            elif text == "PAGE":
                _once(run._r, "w:instrText").text = text
        _run(line, " —", PAGE, FOUR)


def _settled(content: bytes) -> bytes:
    """The same package with its own font table, one time for every part, parts in one order."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(out, "w") as settled:
        first = "[Content_Types].xml"
        for name in sorted(parts.namelist(), key=lambda name: (name != first, name)):
            data = FONT_TABLE if name == "word/fontTable.xml" else parts.read(name)
            part = zipfile.ZipInfo(name, _ZIP_TIME)
            part.compress_type, part.create_system, part.external_attr = zipfile.ZIP_DEFLATED, 0, 0
            settled.writestr(part, data, compresslevel=6)
    return out.getvalue()
