"""The empty workbook: read back by the very intake it is made for."""

from __future__ import annotations

import zipfile
from pathlib import Path

import fastexcel
import pytest

from xinheng.core.uscc import judge
from xinheng.evidence.intake import blank_workbook, readers
from xinheng.ground.engine import Engine
from xinheng.law.model import FieldType, Item
from xinheng.law.packs import Pack


@pytest.fixture(params=["penalty", "permit"])
def item(request: pytest.FixtureRequest, national: Pack) -> Item:
    return national.item(request.param)


@pytest.fixture
def file(item: Item, tmp_path: Path) -> Path:
    path = tmp_path / "空表.xlsx"
    path.write_bytes(blank_workbook.blank(item))
    return path


def test_every_header_is_known_and_there_is_no_row(
    item: Item, file: Path, engine: Engine, tmp_path: Path
) -> None:
    (tmp_path / "work").mkdir()
    staged = readers.stage(file, tmp_path / "work", item, engine)
    assert [c.target for c in staged.columns] == [f.code for f in item.fields if not f.dropped]
    assert staged.rows == 0


def test_the_example_is_in_a_sheet_of_its_own_and_has_every_field(item: Item, file: Path) -> None:
    book = fastexcel.read_excel(file.read_bytes())
    assert book.sheet_names[0] == blank_workbook.FILL
    rows = book.load_sheet(blank_workbook.EXAMPLE, header_row=None).to_arrow()
    assert rows.num_rows == 2
    code = blank_workbook.example(item, item.field(item.roles["party_code"]))
    assert judge(code).verdict.value == "valid"


def test_code_lists_are_drop_downs_and_several_values_are_not(item: Item, file: Path) -> None:
    xml = zipfile.ZipFile(file).read("xl/worksheets/sheet1.xml").decode()
    single = [f for f in item.fields if f.type is FieldType.ENUM and not f.many and not f.dropped]
    assert xml.count('type="list"') == len(single) > 0
    assert "代码表" in xml


def test_identity_numbers_are_not_asked_for(item: Item, file: Path) -> None:
    dropped = [f.name for f in item.fields if f.dropped]
    assert dropped
    shared = zipfile.ZipFile(file).read("xl/sharedStrings.xml").decode()
    assert not any(f">{name}<" in shared for name in dropped)


def test_columns_are_lettered_as_spreadsheets_do() -> None:
    assert [blank_workbook._letters(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
