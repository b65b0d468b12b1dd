"""The other classes and items of the demo city: one file each, from the body that would have it.

Permits and penalties make the city's three years (`plan`); these are here so that every class, a utility, an
association and bought data can be looked at. Their rows are in order: dirt is the business of `dirt`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from xinheng.faces.app.demo import decisions
from xinheng.faces.app.demo.accounts import ACTOR
from xinheng.faces.app.demo.decisions import REMARK, Numbers, Row
from xinheng.faces.app.demo.organisations import Organisation, organisations
from xinheng.faces.app.demo.other_sheets import DECISIONS, prefix_of
from xinheng.faces.app.demo.places import BY_KEY, FOUNDED, Agency
from xinheng.faces.app.demo.plan import SEED, Delivery, at
from xinheng.faces.app.demo.sheets import Style
from xinheng.office.access import service as access
from xinheng.office.access.model import DatedName

if TYPE_CHECKING:
    from xinheng.faces.app.wiring import App

SELLER: Final = "衡川（演示）信用服务有限公司"
ENDED: Final = "2026-11-15"  # last day of a licence that has ended since: what nobody sees any more
SOON, LATER = "2026-12-10", "2027-09-30"

Own = Callable[[int, date, Numbers], Row]
"""What an item says besides whom it is about and who says it: number of the row, its day, numbers."""


@dataclass(frozen=True)
class Sheet:
    """One file: who sends how many rows of which item on which day (with another body's on the same day)."""

    agency: str
    item: str
    sent: date
    rows: int
    own: Own


def _decision(title: str, word: str, of: tuple[str, ...], said: tuple[str, ...], **more: str) -> Own:
    def own(n: int, day: date, numbers: Numbers) -> Row:
        found = {"WS": title, "WSH": numbers.next(word, day), "LB": of[n % len(of)]}
        return {**found, "NR": said[n % len(said)], "JDRQ": day.isoformat(), **more}

    return own


def _coercion(n: int, day: date, numbers: Numbers) -> Row:
    made = _decision("查封扣押决定书", "强", ("查封", "扣押"), ("查封不合格灭火器一批", "扣押超量存放的烟花"))
    return {**made(n, day, numbers), "QX": (day + timedelta(days=30)).isoformat()}


def _confirmation(n: int, day: date, numbers: Numbers) -> Row:
    made = _decision(
        "不动产登记确认书", "确", ("不动产登记",), ("厂房所有权首次登记", "国有建设用地使用权变更登记")
    )
    return {**made(n, day, numbers), "YXQZ": day.isoformat()}


def _inspection(n: int, day: date, numbers: Numbers) -> Row:
    made = _decision("现场检查记录", "检", ("日常检查", "专项检查"), ("安全生产责任制落实情况",))
    return {**made(n, day, numbers), "JGLX": ("合格", "未发现问题", "发现问题已责令改正")[n % 3]}


def _registration(n: int, day: date, _: Numbers) -> Row:
    state = "注销" if n % 12 == 7 else "存续"
    founded = date(2010 + n % 14, 1 + n % 12, 1 + n % 28)
    return {
        "LX": "企业",
        "ZCZB": str(50 * (1 + n % 20)),
        "CLRQ": founded.isoformat(),
        "HZRQ": day.isoformat(),
        "ZT": state,
    }


def _abnormal(n: int, day: date, numbers: Numbers) -> Row:
    why = ("未依照规定的期限公示年度报告", "通过登记的住所无法联系")[n % 2]
    out: Row = {"WSH": numbers.next("列", day), "LRRQ": day.isoformat(), "LRYY": why}
    if n % 4 == 3:  # put right before the file went out
        out |= {"YCRQ": day.isoformat(), "YCYY": "已补报并公示", "YCDW": numbers.agency.name}
    return out


def _honour(n: int, day: date, numbers: Numbers) -> Row:
    name = ("守合同重信用企业", "诚信经营示范单位")[n % 2]
    until = day.replace(year=day.year + 2)
    number = numbers.next("表", day)
    return {"RYMC": name, "RYJB": "市级", "WH": number, "SYRQ": day.isoformat(), "YXQ": until.isoformat()}


def _commitment(n: int, day: date, _: Numbers) -> Row:
    kind = ("审批替代型", "证明事项型", "容缺受理型", "主动公示型")[n % 4]
    return {
        "BM": f"YS-CN-{n + 1:06d}",
        "LX": kind,
        "SY": "公共场所卫生许可告知承诺" if n % 2 else "道路运输经营许可补正材料",
        "CNRQ": day.isoformat(),
        "YXQ": day.replace(year=day.year + 1).isoformat(),
        "ZT": "履约中",
    }


def _performance(n: int, day: date, _: Numbers) -> Row:
    state = ("全部履行", "全部履行", "部分履行")[n % 3]
    said = {"BM": f"YS-CN-{n + 1:06d}", "ZT": state, "QK": "经现场核查", "RDRQ": day.isoformat()}
    return said | ({} if state == "全部履行" else {"YJ": "现场核查记录（演示）"})


def _insurance(n: int, day: date, _: Numbers) -> Row:
    owes = n % 9 == 4
    return {
        "XZ": ("基本养老保险", "工伤保险", "失业保险")[n % 3],
        "SQ": "2026-09",
        "RS": str(5 + n),
        "QJ": "18600" if owes else "",
        "ZT": "欠缴" if owes else "已缴清",
        "JZRQ": day.isoformat(),
    }


def _tax_grade(n: int, day: date, _: Numbers) -> Row:
    return {"ND": "2025", "DJ": ("A", "B", "B", "M", "C")[n % 5], "PJRQ": day.isoformat()}


def _water(n: int, day: date, _: Numbers) -> Row:
    owes = n % 11 == 6
    return {
        "HH": f"YS{n + 1:06d}",
        "ZQ": "2026-09",
        "YL": str(40 + 7 * n),
        "QF": "3250" if owes else "",
        "ZT": "欠缴" if owes else "已缴清",
        "JZRQ": day.isoformat(),
    }


def _bought(n: int, day: date, _: Numbers) -> Row:
    return {
        "LX": ("招投标活跃度", "上下游交易稳定性")[n % 2],
        "ZQ": "2026Q3",
        "NR": f"演示数据：指数 {60 + n}",
        "QDRQ": day.isoformat(),
        "SQ": f"演购〔2026〕{1 + n // 4}号合同，仅供本市政务使用，不得转让",
        "JG": "800",
        "DQ": (ENDED, SOON, LATER, LATER)[n % 4],
    }


def _declared(n: int, day: date, _: Numbers) -> Row:
    return {
        "MC": "行业诚信自律先进单位",
        "SYDW": "衡川市（演示）个体私营企业协会",
        "HJRQ": day.isoformat(),
        "ZM": f"奖牌照片第{n + 1}号",
        "HYZT": ("未核验", "已核验")[n % 2],
        **({"HYDW": "衡川市（演示）个体私营企业协会", "HYRQ": day.isoformat()} if n % 2 else {}),
    }


_RULING: Final = _decision("企业名称争议裁决书", "裁", ("企业名称争议",), ("被申请人变更企业名称",))
_REWARD: Final = _decision(
    "表彰决定", "奖", ("质量奖励",), ("授予市长质量奖提名奖",), RYMC="市长质量奖提名奖（演示）", JE="50000"
)
SHEETS: Final = (
    Sheet("approval", "registration", date(2026, 9, 3), 60, _registration),
    Sheet("emergency", "coercion", date(2026, 9, 3), 18, _coercion),
    Sheet("market", "abnormal", date(2026, 9, 9), 24, _abnormal),
    Sheet("planning", "confirmation", date(2026, 9, 9), 24, _confirmation),
    Sheet("tax", "tax-grade", date(2026, 9, 15), 60, _tax_grade),
    Sheet("market", "ruling", date(2026, 9, 15), 5, _RULING),
    Sheet("social", "social-insurance", date(2026, 10, 12), 45, _insurance),
    Sheet("water", "water", date(2026, 10, 12), 45, _water),
    Sheet("approval", "commitment", date(2026, 10, 16), 40, _commitment),
    Sheet("market", "reward", date(2026, 10, 16), 8, _REWARD),
    Sheet("approval", "performance", date(2026, 10, 28), 12, _performance),
    Sheet("emergency", "inspection", date(2026, 10, 28), 36, _inspection),
    Sheet("market", "honour", date(2026, 11, 5), 16, _honour),
    Sheet("office", "bought", date(2026, 11, 5), 12, _bought),
    Sheet("association", "declared-honour", date(2026, 11, 10), 10, _declared),
)


def deliveries() -> list[Delivery]:
    """The files, in the order of their days."""
    firms = [o for o in organisations(SEED) if o.code.startswith("91")]
    return [
        Delivery(n, BY_KEY[s.agency], s.item, "report", at(s.sent, 14), Style(), tuple(_rows(s, firms)))
        for n, s in enumerate(SHEETS, 1)
    ]


def _rows(sheet: Sheet, firms: list[Organisation]) -> Iterator[Row]:
    agency, p = BY_KEY[sheet.agency], prefix_of(sheet.item)
    numbers = Numbers(agency, ("〔", "〕"), {})
    days = decisions.workdays(sheet.sent - timedelta(days=9), sheet.sent - timedelta(days=1))
    chance = random.Random(f"{SEED}/{sheet.item}")  # noqa: S311 (invented data, not secrets)
    # a commitment and its performance are the same body's
    parties = (
        firms[200:] if sheet.item in ("commitment", "performance") else chance.sample(firms[100:], sheet.rows)
    )
    for n in range(sheet.rows):
        said = sheet.own(n, days[n * len(days) // sheet.rows], numbers)
        own = {f"{p}_{code}": text for code, text in said.items() if text}
        yield {**_frame(sheet.item, p, agency, parties[n]), **own, "BZ": REMARK}


def _frame(item: str, p: str, agency: Agency, party: Organisation) -> Row:
    """Whom a row is about, and who says it."""
    about = {
        f"{p}_XDR_MC": party.name,
        f"{p}_XDR_LB": party.party_kind,
        f"{p}_XDR_SHXYM": party.code,
    }
    if item not in DECISIONS:
        return {**about, f"{p}_DW": SELLER if item == "bought" else agency.name}
    who = {f"{p}_{code}": agency.name for code in ("JG", "SJLY")}
    codes = {f"{p}_{code}": agency.code for code in ("JGDM", "SJLYDM")}
    return {**about, f"{p}_FRDB": party.representative, **who, **codes}


def enter(app: App) -> None:
    """Who sold the office its data is entered as one that it sends for. What is there stays."""
    with app.database.transaction() as tx:
        office = access.by_code(tx, BY_KEY["office"].code)
        if not access.standing(tx, office).may_send(SELLER, date(2026, 11, 5), None):
            access.enter_authority(tx, office, DatedName(SELLER, FOUNDED, None), app.clock, ACTOR)
