"""The Chinese words for what packs say in closed lists: one for one, for pages, commands and messages."""

from __future__ import annotations

from xinheng.law.kinds import Disclosure, Every, FieldType, ItemClass, ProviderKind, Severity, SourceClass
from xinheng.law.model import Item
from xinheng.law.workplans import Reach, Rhythm

TYPES = {
    FieldType.TEXT: "文字",
    FieldType.LONG_TEXT: "长文字",
    FieldType.USCC: "统一社会信用代码",
    FieldType.CODE: "号码",
    FieldType.DATE: "日期",
    FieldType.WAN_YUAN: "金额（万元）",
    FieldType.ENUM: "值表",
    FieldType.NUMBER: "数",
}
KINDS = {
    ItemClass.PERMIT: "行政许可",
    ItemClass.PENALTY: "行政处罚",
    ItemClass.INSPECTION: "行政监督检查",
    ItemClass.COERCION: "行政强制",
    ItemClass.CONFIRMATION: "行政确认",
    ItemClass.RULING: "行政裁决",
    ItemClass.REWARD: "行政奖励",
    ItemClass.REGISTER: "登记注册",
    ItemClass.ABNORMAL: "经营异常名录",
    ItemClass.SERIOUS: "严重失信主体名单",
    ItemClass.HONOUR: "守信荣誉",
    ItemClass.COMMITMENT: "信用承诺及履行",
    ItemClass.CONTRACT: "合同履行",
    ItemClass.RATING: "信用评价结果",
    ItemClass.JUDGMENT: "司法裁判及执行",
    ItemClass.INTEGRITY: "政务失信",
    ItemClass.TAX: "纳税",
    ItemClass.INSURANCE: "社会保险与公积金",
    ItemClass.TRADE: "进出口",
    ItemClass.UTILITY: "公用事业缴费",
    ItemClass.ASSET: "资产与研发",
    ItemClass.SECTOR: "行业特色信息",
    ItemClass.DECLARED: "自主申报",
    ItemClass.BOUGHT: "购买或置换",
}
SOURCES = {
    SourceClass.PUBLIC: "公共信用信息",
    SourceClass.DECLARED: "自主申报信息",
    SourceClass.COMMERCIAL: "市场信用信息",
}
PROVIDERS = {
    ProviderKind.AUTHORITY: "行政机关",
    ProviderKind.COURT: "人民法院",
    ProviderKind.UTILITY: "公用企事业单位",
    ProviderKind.ASSOCIATION: "协会商会",
    ProviderKind.SUBJECT: "主体自己",
    ProviderKind.VENDOR: "信用服务机构",
}
EVERY = {
    Every.EVENT: "产生即报",
    Every.DAY: "每日",
    Every.WEEK: "每周",
    Every.MONTH: "每月",
    Every.QUARTER: "每季",
    Every.YEAR: "每年",
    Every.UNREAD: "待核实",
}
DISCLOSURES = {
    Disclosure.PUBLIC: "社会公开",
    Disclosure.SHARED: "政务共享",
    Disclosure.AUTHORISED: "授权查询",
}
SEVERITIES = {Severity.RETURN: "退回", Severity.MARK: "标记", Severity.WARN: "提示"}
REACHES = {
    Reach.LIVE: "平台计算",
    Reach.BY_HAND: "人工填报",
    Reach.OUT: "平台不掌握",
}
RHYTHMS = {
    Rhythm.MONTH: "每月",
    Rhythm.QUARTER: "每季",
    Rhythm.YEAR: "每年",
    Rhythm.ONCE: "一次",
}


def marked(item: Item, name: str) -> str:
    """Whether an item has the mark `collected`, `shown` or `reported`; an unsettled one says why not."""
    if name in item.unsettled:
        return {"shown": "否（无现行规则）", "reported": "否（待核实）"}[name]
    return "是" if getattr(item.marks, name) else "否"
