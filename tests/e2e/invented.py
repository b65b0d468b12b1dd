"""Invented sheets as agencies would send them: organisations, penalties, permits, and the dirt among them."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

from xinheng.core.uscc import check_character, organisation_check

MARKET, ENVIRONMENT = "示例市市场监督管理局", "示例市生态环境局"
NAMES = ("星河精密制造", "大有商贸", "青石建材", "云帆物流", "和顺餐饮", "百草堂药业", "长风机械", "明德印务")


def code(number: int, kind: str = "91") -> str:
    """A unified code that holds, for an invented organisation; division 429900 was never given out."""
    part = f"MA{number:06d}"
    first = f"{kind}420100{part}{organisation_check(part)}"
    return first + check_character(first)


def party(number: int) -> tuple[str, str]:
    """(name, code) of the invented organisation with this number."""
    name = NAMES[number % len(NAMES)]
    series = f"第{number // len(NAMES)}" if number >= len(NAMES) else ""
    return f"示例市{name}{series}有限公司", code(number)


PENALTY_HEAD = [
    "行政相对人名称",
    "行政相对人类别",
    "统一社会信用代码",
    "法定代表人",
    "法定代表人证件号码",
    "行政处罚决定书文号",
    "违法行为类型",
    "违法事实",
    "处罚依据",
    "处罚类别",
    "处罚内容",
    "罚款金额（万元）",
    "处罚决定日期",
    "处罚有效期",
    "处罚机关",
    "处罚机关统一社会信用代码",
    "数据来源单位",
    "数据来源单位统一社会信用代码",
    "失信严重程度",
    "联系电话",
]


def penalty(number: int, decided: date, **changes: str) -> dict[str, str]:
    """One right row; `changes` by header make it another, or a wrong one."""
    name, unified = party(number)
    row = dict.fromkeys(PENALTY_HEAD, "") | {
        "行政相对人名称": name,
        "行政相对人类别": "法人及非法人组织",
        "统一社会信用代码": unified,
        "法定代表人": "某某",
        "行政处罚决定书文号": f"示市监罚字〔{decided.year}〕{number + 1}号",
        "违法行为类型": "销售标签不符合规定的食品",
        "违法事实": f"当事人销售的预包装食品标签未标明生产日期，货值金额{number + 1}200元，案发后主动改正。",
        "处罚依据": "《中华人民共和国食品安全法》第一百二十五条",
        "处罚类别": "罚款",
        "处罚内容": "处以罚款人民币伍仟元",
        "罚款金额（万元）": "0.5",
        "处罚决定日期": decided.isoformat(),
        "处罚有效期": "2099-12-31",
        "处罚机关": MARKET,
        "处罚机关统一社会信用代码": code(900_001, "11"),
        "数据来源单位": MARKET,
        "数据来源单位统一社会信用代码": code(900_001, "11"),
        "失信严重程度": "一般",
        "联系电话": "0000-0000000",
    }
    return row | changes


def penalties(count: int, today: date) -> list[dict[str, str]]:
    """Right rows, decided one a day up to `today`."""
    return [penalty(n, today - timedelta(days=n)) for n in range(count)]


PERMIT_HEAD = [
    "行政相对人名称",
    "行政相对人类别",
    "统一社会信用代码",
    "法定代表人",
    "行政许可决定文书名称",
    "行政许可决定文书号",
    "许可类别",
    "许可内容",
    "许可决定日期",
    "有效期自",
    "有效期至",
    "许可机关",
    "许可机关统一社会信用代码",
    "当前状态",
    "数据来源单位",
    "数据来源单位统一社会信用代码",
]


def permit(number: int, decided: date, **changes: str) -> dict[str, str]:
    """One right row of a permit."""
    name, unified = party(number)
    return (
        dict.fromkeys(PERMIT_HEAD, "")
        | {
            "行政相对人名称": name,
            "行政相对人类别": "法人及非法人组织",
            "统一社会信用代码": unified,
            "法定代表人": "某某",
            "行政许可决定文书名称": "排污许可证核发决定书",
            "行政许可决定文书号": f"示环许字〔{decided.year}〕{number + 1}号",
            "许可类别": "普通",
            "许可内容": "准予排放水污染物，许可量见附件",
            "许可决定日期": decided.isoformat(),
            "有效期自": decided.isoformat(),
            "有效期至": "2099-12-31",
            "许可机关": ENVIRONMENT,
            "许可机关统一社会信用代码": code(900_002, "11"),
            "当前状态": "1",
            "数据来源单位": ENVIRONMENT,
            "数据来源单位统一社会信用代码": code(900_002, "11"),
        }
        | changes
    )


def sheet(rows: list[dict[str, str]]) -> bytes:
    """Rows as a CSV file with a byte-order mark, as spreadsheets write it."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def person(number: int, decided: date) -> dict[str, str]:
    """A row about a natural person, which must not be stored. It has no identity number."""
    changes = {"行政相对人名称": "赵某", "行政相对人类别": "自然人", "统一社会信用代码": "", "法定代表人": ""}
    return penalty(number, decided) | changes
