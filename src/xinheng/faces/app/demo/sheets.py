"""Files as agencies send them: each with its own form, headers, dates, encoding."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import xlsxwriter

from xinheng.evidence.intake.own_columns import CASE
from xinheng.faces.app.demo.decisions import Row
from xinheng.faces.app.demo.dirt import NUMERIC
from xinheng.faces.app.demo.other_sheets import Headers, headers_of

# Under a header stands a field code, '#' for the running number, '=text' for a fixed text.
PENALTY: Final[Headers] = (
    ("行政相对人名称", "CF_XDR_MC"),
    ("行政相对人类别", "CF_XDR_LB"),
    ("行政相对人代码_1(统一社会信用代码)", "CF_XDR_SHXYM"),
    ("行政相对人代码_2(工商注册号)", "CF_XDR_GSZC"),
    ("法定代表人", "CF_FRDB"),
    ("自然人证件类型", "CF_XDR_ZJLX"),
    ("自然人证件号码", "CF_XDR_ZJHM"),
    ("行政处罚决定书文号", "CF_WSH"),
    ("违法行为类型", "CF_WFXW"),
    ("违法事实", "CF_SY"),
    ("处罚依据", "CF_YJ"),
    ("处罚类别", "CF_CFLB"),
    ("处罚内容", "CF_NR"),
    ("罚款金额（万元）", "CF_NR_FK"),
    ("没收违法所得、没收非法财物的金额（万元）", "CF_NR_WFFF"),
    ("暂扣或吊销证照名称及编号", "CF_NR_ZKDX"),
    ("处罚决定日期", "CF_JDRQ"),
    ("处罚有效期", "CF_YXQ"),
    ("公示截止期", "CF_GSJZQ"),
    ("处罚机关", "CF_CFJG"),
    ("处罚机关统一社会信用代码", "CF_CFJGDM"),
    ("数据来源单位", "CF_SJLY"),
    ("数据来源单位统一社会信用代码", "CF_SJLYDM"),
    ("备注", "BZ"),
    ("程序", "X_PROCEDURE"),
    ("领域", "X_DOMAIN"),
    ("失信严重程度", "X_SEVERITY"),
)
PERMIT: Final[Headers] = (
    ("行政相对人名称", "XK_XDR_MC"),
    ("行政相对人类别", "XK_XDR_LB"),
    ("行政相对人代码_1(统一社会信用代码)", "XK_XDR_SHXYM"),
    ("行政相对人代码_2(工商注册号)", "XK_XDR_GSZC"),
    ("法定代表人", "XK_FRDB"),
    ("自然人证件类型", "XK_XDR_ZJLX"),
    ("自然人证件号码", "XK_XDR_ZJHM"),
    ("行政许可决定文书名称", "XK_XKWS"),
    ("行政许可决定文书号", "XK_WSH"),
    ("许可类别", "XK_XKLB"),
    ("许可证书名称", "XK_XKZS"),
    ("许可编号", "XK_XKBH"),
    ("许可内容", "XK_NR"),
    ("许可决定日期", "XK_JDRQ"),
    ("有效期自", "XK_YXQZ"),
    ("有效期至", "XK_YXQZI"),
    ("许可机关", "XK_XKJG"),
    ("许可机关统一社会信用代码", "XK_XKJGDM"),
    ("当前状态", "XK_ZT"),
    ("数据来源单位", "XK_LYDW"),
    ("数据来源单位统一社会信用代码", "XK_LYDWDM"),
    ("备注", "BZ"),
)
# The sheet of the early years, with what the later standard asks for added at its end. Codes of the
# authority and the reporting unit it does not have: they are given with the delivery.
EARLY_PENALTY: Final[Headers] = (
    ("序号", "#"),
    ("行政处罚决定书文号", "CF_WSH"),
    ("处罚名称", "=行政处罚"),
    ("处罚类别1", "CF_CFLB"),
    ("处罚事由", "CF_SY"),
    ("处罚依据", "CF_YJ"),
    ("行政相对人名称", "CF_XDR_MC"),
    ("统一社会信用代码", "CF_XDR_SHXYM"),
    ("居民身份证号", "CF_XDR_ZJHM"),
    ("法定代表人姓名", "CF_FRDB"),
    ("处罚结果", "CF_NR"),
    ("处罚决定日期", "CF_JDRQ"),
    ("处罚机关", "CF_CFJG"),
    ("当前状态", "=0"),
    ("地方编码", "=999900"),
    ("备注", "BZ"),
    ("相对人类别", "CF_XDR_LB"),
    ("违法行为类型", "CF_WFXW"),
    ("处罚有效期", "CF_YXQ"),
    ("处罚程序", "X_PROCEDURE"),
    ("处罚领域", "X_DOMAIN"),
)

DATES: Final[dict[str, Callable[[date], str]]] = {
    "iso": lambda d: d.isoformat(),
    "slashes": lambda d: f"{d.year}/{d.month}/{d.day}",
    "short": lambda d: f"{d.year}-{d.month}-{d.day}",
    "words": lambda d: f"{d.year}年{d.month}月{d.day}日",
}


@dataclass(frozen=True)
class Style:
    """How one agency writes its files. `dates` is a key of DATES, or 'cells' for the dates of a workbook."""

    form: str = "csv"  # csv, tsv, xlsx
    encoding: str = "utf-8"
    dates: str = "iso"
    title: bool = False
    headers: str = "names"  # names, codes, early
    kinds: bool = False  # 01…04 instead of the words for the kind of party
    brackets: tuple[str, str] = ("〔", "〕")

    def header_of(self, item: str) -> Headers:
        if item not in ("penalty", "permit"):
            return headers_of(item)
        names = PENALTY if item == "penalty" else PERMIT
        if self.headers == "codes":
            return tuple((code, code) for _, code in names)
        return EARLY_PENALTY if self.headers == "early" and item == "penalty" else names


STYLES: Final[dict[str, Style]] = {
    "market": Style("xlsx", title=True, dates="iso"),
    "environment": Style(headers="codes", kinds=True),
    "emergency": Style(encoding="gb18030", headers="early", dates="short", brackets=("[", "]")),
    "housing": Style("xlsx", dates="cells", brackets=("（", "）")),
    "transport": Style(encoding="utf-8-sig", dates="slashes", brackets=("(", ")")),
    "health": Style("tsv", dates="iso", brackets=("【", "】")),
    "planning": Style(encoding="gb18030", dates="words", title=True),
    "approval": Style(headers="codes"),
    "county-market": Style("xlsx", title=True, headers="early", dates="words"),
    "zone": Style("xlsx", dates="slashes"),
}

_DATE_FIELDS: Final = ("CF_JDRQ", "CF_YXQ", "CF_GSJZQ", "JC_JDRQ", "XK_JDRQ", "XK_YXQZ", "XK_YXQZI")
_KINDS: Final = {"法人及非法人组织": "02", "个体工商户": "04", "自然人": "01"}
_MADE: Final = datetime(2026, 11, 19, tzinfo=UTC)  # written into workbooks: the same bytes every time


def write(rows: list[Row], item: str, style: Style, title: str, path: Path) -> None:
    """Write the rows as one file at `path`, in the agency's form."""
    headers = style.header_of(item)
    if any(CASE in row for row in rows):
        headers = (*headers, (CASE, CASE))
    if style.form == "xlsx":
        _write_workbook(rows, headers, style, title, path)
        return
    lines = [[title]] if style.title else []
    lines.append([header for header, _ in headers])
    lines += [[_text(row, what, style, n) for _, what in headers] for n, row in enumerate(rows, 1)]
    with path.open("w", encoding=style.encoding, newline="") as file:
        csv.writer(file, delimiter="\t" if style.form == "tsv" else ",").writerows(lines)


def _text(row: Row, what: str, style: Style, number: int) -> str:
    if what == "#":
        return str(number)
    if what.startswith("="):
        return what[1:]
    value = row.get(what, "")
    if what in _DATE_FIELDS and value and style.dates in DATES:
        return DATES[style.dates](date.fromisoformat(value))
    if style.kinds and what.endswith("_XDR_LB"):
        return _KINDS.get(value, value)
    return value


def _write_workbook(rows: list[Row], headers: Headers, style: Style, title: str, path: Path) -> None:
    book = xlsxwriter.Workbook(str(path), {"in_memory": True, "strings_to_numbers": False})
    book.set_properties({"created": _MADE.replace(tzinfo=None)})
    sheet = book.add_worksheet("Sheet1")
    as_date = book.add_format({"num_format": "yyyy/m/d"})
    top = 0
    if style.title:
        sheet.merge_range(0, 0, 0, len(headers) - 1, title)
        top = 1
    sheet.write_row(top, 0, [header for header, _ in headers])
    for n, row in enumerate(rows, 1):
        for column, (_, what) in enumerate(headers):
            value = _text(row, what, style, n)
            if what in _DATE_FIELDS and value and style.dates == "cells":
                sheet.write_datetime(top + n, column, datetime.fromisoformat(value), as_date)
            elif row.get(NUMERIC) == what:
                sheet.write_number(top + n, column, int(value))
            elif value:
                sheet.write_string(top + n, column, value)
    book.close()
