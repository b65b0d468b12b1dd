"""A province's list as it comes: title rows, its own columns, a person among the rows; all invented."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import xlsxwriter

ABOVE = (("附件3", ""), ("示例省疑似瞒报行政处罚信息核查表", ""))
HEADER = (
    "序号",
    "市州",
    "行政相对人名称",
    "统一社会信用代码",
    "决定书文号",
    "处罚决定日期",
    "处罚机关",
    "法定代表人",
    "是否瞒报",
    "反馈情况",
    "说明",
    "附件名",
    "省级备注",
)
MARKET, ENVIRONMENT, COUNTY_MARKET = "示例市市场监督管理局", "示例市生态环境局", "甲县市场监督管理局"


def row(n: int, authority: str, party: str = "", **more: str) -> list[str]:
    """A row of the list; `more` by header."""
    given = {
        "序号": str(n),
        "市州": "示例市",
        "行政相对人名称": party or f"示例第{n}贸易有限公司",
        "统一社会信用代码": "",
        "决定书文号": f"示市监罚字〔2026〕{n}号",
        "处罚决定日期": "2026-10-09",
        "处罚机关": authority,
        "法定代表人": "王某某",
        "省级备注": f"线索{n}",
    }
    return [{**given, **more}.get(header, "") for header in HEADER]


def rows() -> list[list[str]]:
    """Two for the city's market office, one for its environment office, two for the county's, one about a
    person, one whose body nobody knows."""
    return [
        row(1, MARKET),
        row(2, MARKET),
        row(3, ENVIRONMENT),
        row(4, COUNTY_MARKET),
        row(5, COUNTY_MARKET),
        row(6, MARKET, "赵某"),
        row(7, "别处的某某局"),
    ]


def as_csv(given: Sequence[Sequence[str]], encoding: str = "utf-8-sig") -> bytes:
    """The list as CSV."""
    sink = io.StringIO(newline="")
    csv.writer(sink, lineterminator="\r\n").writerows([*ABOVE, HEADER, *given])
    return sink.getvalue().encode(encoding)


def as_xlsx(given: Sequence[Sequence[str]]) -> bytes:
    """The list as a workbook."""
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink)
    sheet = book.add_worksheet("核查表")
    for at, cells in enumerate([*ABOVE, HEADER, *given]):
        for place, cell in enumerate(cells):
            sheet.write_string(at, place, cell)
    book.close()
    return sink.getvalue()
