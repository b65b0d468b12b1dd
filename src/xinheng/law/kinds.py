"""The closed lists of words that packs use: how a rule is grounded, what a check does, what an item is."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

# Where what is public is shown: this site, and the market regulators' 国家企业信用信息公示系统. Terms and
# publicity know these two; records of publicity have columns for each.
CREDIT_SITE: Final = "信用网站"
ENTERPRISE_SYSTEM: Final = "公示系统"
CHANNELS: Final = (CREDIT_SITE, ENTERPRISE_SYSTEM)


class BasisKind(StrEnum):
    """Practice and platform rules may return or mark a row; they never ground anything adverse."""

    LAW = "law"
    PRACTICE = "practice"
    PLATFORM = "platform"


class Verified(StrEnum):
    """How well the text of an instrument could be read."""

    TEXT = "text"
    SUMMARY = "summary"
    NONE = "none"  # shown as 待核实


class Severity(StrEnum):
    """What a failed check does to its row."""

    RETURN = "return"
    MARK = "mark"
    WARN = "warn"


class Disclosure(StrEnum):
    """公开属性 of a field."""

    PUBLIC = "public"  # 社会公开
    SHARED = "shared"  # 政务共享
    AUTHORISED = "authorised"  # 授权查询


class FieldType(StrEnum):
    """How a cell is normalised and compared. All values stay text; the type says which text is right."""

    TEXT = "text"
    LONG_TEXT = "long_text"  # free text: identity numbers in it are masked
    USCC = "uscc"
    CODE = "code"  # a number of another register; a numeric cell in it returns the row
    DATE = "date"  # normalised to YYYY-MM-DD; text that is no date stays as it is, for the check to return
    WAN_YUAN = "wan_yuan"  # 万元, up to 6 decimals; kept as decimal text, never a float
    ENUM = "enum"  # several values of a field with `many` are joined by ；
    NUMBER = "number"  # a count or measure, up to 6 decimals; kept as decimal text


class ItemClass(StrEnum):
    """What kind of information an item is. The first seven are the administrative classes (七类)."""

    PENALTY = "penalty"  # 行政处罚
    PERMIT = "permit"  # 行政许可
    INSPECTION = "inspection"  # 行政监督检查
    COERCION = "coercion"  # 行政强制
    CONFIRMATION = "confirmation"  # 行政确认
    RULING = "ruling"  # 行政裁决
    REWARD = "reward"  # 行政奖励
    REGISTER = "register"  # 登记注册
    ABNORMAL = "abnormal"  # 经营异常名录
    SERIOUS = "serious"  # 严重失信主体名单
    HONOUR = "honour"  # 诚实守信相关荣誉
    COMMITMENT = "commitment"  # 信用承诺及履行
    CONTRACT = "contract"  # 合同履行
    RATING = "rating"  # 信用评价结果
    JUDGMENT = "judgment"  # 司法裁判及执行
    INTEGRITY = "integrity"  # 政务失信
    TAX = "tax"  # 纳税
    INSURANCE = "insurance"  # 社会保险、住房公积金
    TRADE = "trade"  # 进出口
    UTILITY = "utility"  # 水、电、气
    ASSET = "asset"  # 不动产、知识产权、科技研发
    SECTOR = "sector"  # 行业特色信息
    DECLARED = "declared"  # 自主申报
    BOUGHT = "bought"  # 购买、置换的数据


ADMINISTRATIVE = tuple(ItemClass)[:7]


class SourceClass(StrEnum):
    """Kept apart wherever records are shown: what public bodies made, what a subject said of itself, what was
    bought or exchanged."""

    PUBLIC = "public"  # 公共信用信息
    DECLARED = "declared"  # 自主申报信息: with evidence and a verification state
    COMMERCIAL = "commercial"  # 市场信用信息: with licence, price and expiry


class ProviderKind(StrEnum):
    """Who is accountable for an item: 谁产生、谁提供、谁负责."""

    AUTHORITY = "authority"  # 行政机关、法律法规授权的组织
    COURT = "court"
    UTILITY = "utility"  # 公用企事业单位
    ASSOCIATION = "association"  # 行业协会商会
    SUBJECT = "subject"  # 主体自己
    VENDOR = "vendor"  # 征信、信用服务机构


class Every(StrEnum):
    """频次: how often an item is supplied."""

    EVENT = "event"  # 产生即报
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    UNREAD = "unread"  # 待核实: no period can be said to be complete
