"""The header of a sheet: one row, or two that merged cells make."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import xlsxwriter
from tests.sending import row

from xinheng.evidence.intake import readers
from xinheng.evidence.intake.header_rows import head
from xinheng.evidence.intake.headers import Dictionary, dictionary
from xinheng.ground.engine import Engine
from xinheng.law.packs import Pack

GROUP, CODE, LICENCE = "行政相对人代码", "统一社会信用代码", "工商注册号"
UPPER = ["行政相对人名称", GROUP, "", "行政处罚决定书文号", "处罚机关"]
LOWER = ["", CODE, LICENCE, "", ""]
DATA = ["清河第1号商贸有限公司", row(1)["CF_XDR_SHXYM"], "", "清市监处罚〔2026〕1号", "清河市市场监督管理局"]


@pytest.fixture(scope="module")
def known(national: Pack) -> Dictionary:
    return dictionary(national.item("penalty"))


def test_two_rows_are_one_header_where_cells_are_merged(known: Dictionary) -> None:
    found = head(known, [["处罚公示表"], UPPER, LOWER, DATA])
    assert found is not None
    assert (found.index, found.rows) == (2, 2)
    assert found.cells == ["行政相对人名称", CODE, LICENCE, "行政处罚决定书文号", "处罚机关"]
    assert found.note == ("表头占第 2、3 两行，上下合并为一行读取，其上的标题行不作数据",)


def test_a_name_says_more_under_its_group(known: Dictionary) -> None:
    upper = ["行政相对人", "", "处罚机关", "", "处罚决定日期", "数据来源单位"]
    lower = ["名称", "类别", "名称", CODE, "", "名称"]
    found = head(known, [upper, lower, DATA])
    assert found is not None
    assert [known.read(cell).target for cell in found.cells] == [
        *("CF_XDR_MC", "CF_XDR_LB", "CF_CFJG", "CF_CFJGDM", "CF_JDRQ", "CF_SJLY")
    ]


def test_of_two_groups_with_one_name_nobody_guesses_whose_code_it_is(known: Dictionary) -> None:
    upper = ["行政相对人", "", "", "受委托单位", "处罚决定日期", "处罚内容"]
    lower = ["名称", CODE, "类别", CODE, "", ""]
    found = head(known, [upper, lower])
    assert found is not None
    assert found.rows == 2
    targets = [known.read(cell).target for cell in found.cells]
    assert targets == ["CF_XDR_MC", "unmapped", "CF_XDR_LB", "unmapped", "CF_JDRQ", "CF_NR"]


@pytest.mark.parametrize(
    "rows",
    [
        [["行政相对人名称", "行政处罚决定书文号"], ["清河商贸有限公司", "1号"]],
        [["处罚公示表"], ["行政相对人名称", "行政处罚决定书文号"], ["必填", "必填"]],
        [["行政相对人信息", "", "处罚信息"], ["行政相对人名称", CODE, "处罚机关"], ["甲有限公司", "", ""]],
    ],
)
def test_data_and_hints_below_and_titles_above_are_no_header(
    known: Dictionary, rows: list[list[str]]
) -> None:
    found = head(known, rows)
    assert found is not None
    assert found.rows == 1
    assert list(found.cells) in rows


def test_text_and_workbooks_are_read_below_both_rows(tmp_path: Path, national: Pack, engine: Engine) -> None:
    text, book = tmp_path / "a.csv", tmp_path / "a.xlsx"
    with text.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([UPPER, LOWER, DATA])
    with xlsxwriter.Workbook(str(book)) as written:
        sheet = written.add_worksheet()
        for place, cells in enumerate((UPPER, LOWER, DATA)):
            sheet.write_row(place, 0, cells)
        for column in (0, 3, 4):
            sheet.merge_range(0, column, 1, column, UPPER[column])
        sheet.merge_range(0, 1, 0, 2, GROUP)
    for path in (text, book):
        folder = tmp_path / path.suffix[1:]
        folder.mkdir()
        staged = readers.stage(path, folder, national.item("penalty"), engine)
        assert (staged.rows, staged.first_line) == (1, 3)
        assert {c.header: c.target for c in staged.columns} == {
            "行政相对人名称": "CF_XDR_MC",
            CODE: "CF_XDR_SHXYM",
            LICENCE: "CF_XDR_GSZC",
            "行政处罚决定书文号": "CF_WSH",
            "处罚机关": "CF_CFJG",
        }
        assert "表头占第 1、2 两行" in str(staged.notes)
        cells = engine.run(folder, [], [f"SELECT c1, c3 FROM ({staged.relation})"])[0]
        assert cells == [(DATA[1], DATA[3])]
