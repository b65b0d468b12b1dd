"""Sheets of the items beside permits and penalties: names, and the columns that agencies have."""

from __future__ import annotations

from typing import Final

Headers = tuple[tuple[str, str], ...]

# the administrative classes without a published table: prefix of the field codes, word of the names
DECISIONS: Final = {
    "coercion": ("QZ", "强制"),
    "confirmation": ("QR", "确认"),
    "ruling": ("CJ", "裁决"),
    "reward": ("JL", "奖励"),
    "inspection": ("JC", "检查"),
}
OWN: Final[dict[str, Headers]] = {
    "coercion": (("强制期限至", "QZ_QX"),),
    "confirmation": (("有效期自", "QR_YXQZ"),),
    "ruling": (),
    "reward": (("荣誉或奖项名称", "JL_RYMC"), ("奖金（元）", "JL_JE")),
    "inspection": (("检查结论", "JC_JGLX"),),
}
# all the others begin with the subject and end with who says it: prefix, word of the body, columns between
SUBJECTS: Final[dict[str, tuple[str, str, Headers]]] = {
    "registration": (
        "DJ",
        "登记",
        (
            ("主体种类", "DJ_LX"),
            ("注册资本（万元）", "DJ_ZCZB"),
            ("成立日期", "DJ_CLRQ"),
            ("核准日期", "DJ_HZRQ"),
            ("登记状态", "DJ_ZT"),
        ),
    ),
    "abnormal": (
        "YC",
        "列入",
        (
            ("列入决定书文号", "YC_WSH"),
            ("列入日期", "YC_LRRQ"),
            ("列入原因", "YC_LRYY"),
            ("移出日期", "YC_YCRQ"),
            ("移出原因", "YC_YCYY"),
            ("移出单位", "YC_YCDW"),
        ),
    ),
    "honour": (
        "RY",
        "授予",
        (
            ("荣誉名称", "RY_RYMC"),
            ("荣誉级别", "RY_RYJB"),
            ("表彰文号", "RY_WH"),
            ("授予日期", "RY_SYRQ"),
            ("有效期至", "RY_YXQ"),
        ),
    ),
    "commitment": (
        "CN",
        "受理",
        (
            ("承诺编码", "CN_BM"),
            ("承诺类型", "CN_LX"),
            ("承诺事由", "CN_SY"),
            ("做出承诺日期", "CN_CNRQ"),
            ("承诺有效期至", "CN_YXQ"),
            ("承诺状态", "CN_ZT"),
        ),
    ),
    "performance": (
        "LY",
        "认定",
        (
            ("承诺编码", "LY_BM"),
            ("承诺履约状态", "LY_ZT"),
            ("履约情况说明", "LY_QK"),
            ("违诺认定依据", "LY_YJ"),
            ("认定日期", "LY_RDRQ"),
        ),
    ),
    "social-insurance": (
        "SB",
        "征收",
        (
            ("险种", "SB_XZ"),
            ("费款所属期", "SB_SQ"),
            ("参保人数", "SB_RS"),
            ("欠缴金额（元）", "SB_QJ"),
            ("缴费状态", "SB_ZT"),
            ("统计截止日期", "SB_JZRQ"),
        ),
    ),
    "tax-grade": (
        "NX",
        "评价",
        (("评价年度", "NX_ND"), ("纳税信用级别", "NX_DJ"), ("评价日期", "NX_PJRQ")),
    ),
    "water": (
        "SF",
        "供水",
        (
            ("用户编号", "SF_HH"),
            ("账期", "SF_ZQ"),
            ("用量", "SF_YL"),
            ("欠费金额（元）", "SF_QF"),
            ("缴费状态", "SF_ZT"),
            ("统计截止日期", "SF_JZRQ"),
        ),
    ),
    "bought": (
        "GM",
        "供应",
        (
            ("数据种类", "GM_LX"),
            ("数据期间", "GM_ZQ"),
            ("数据内容", "GM_NR"),
            ("取得日期", "GM_QDRQ"),
            ("使用许可", "GM_SQ"),
            ("价格（元）", "GM_JG"),
            ("使用到期日", "GM_DQ"),
        ),
    ),
    "declared-honour": (
        "ZB",
        "受理",
        (
            ("奖项名称", "ZB_MC"),
            ("授予单位", "ZB_SYDW"),
            ("获奖日期", "ZB_HJRQ"),
            ("证明材料", "ZB_ZM"),
            ("核验状态", "ZB_HYZT"),
            ("核验单位", "ZB_HYDW"),
            ("核验日期", "ZB_HYRQ"),
        ),
    ),
}
TITLES: Final = {
    "coercion": "行政强制",
    "confirmation": "行政确认",
    "ruling": "行政裁决",
    "reward": "行政奖励",
    "inspection": "行政监督检查",
    "registration": "经营主体登记",
    "abnormal": "经营异常名录",
    "honour": "诚实守信相关荣誉",
    "commitment": "信用承诺",
    "performance": "承诺履约践诺",
    "social-insurance": "社会保险费缴纳",
    "tax-grade": "纳税信用评价",
    "water": "水费缴纳",
    "bought": "外购数据",
    "declared-honour": "自主申报表彰奖励",
}


def prefix_of(item: str) -> str:
    """How the item's field codes begin."""
    return DECISIONS[item][0] if item in DECISIONS else SUBJECTS[item][0]


def headers_of(item: str) -> Headers:
    """Header and field code of each column of an item's sheet."""
    if item in DECISIONS:
        p, word = DECISIONS[item]
        return (
            ("行政相对人名称", f"{p}_XDR_MC"),
            ("行政相对人类别", f"{p}_XDR_LB"),
            ("行政相对人代码_1(统一社会信用代码)", f"{p}_XDR_SHXYM"),
            ("法定代表人", f"{p}_FRDB"),
            (f"{word}文书名称", f"{p}_WS"),
            (f"{word}文书号", f"{p}_WSH"),
            (f"{word}类别", f"{p}_LB"),
            (f"{word}内容", f"{p}_NR"),
            (f"{word}日期", f"{p}_JDRQ"),
            (f"{word}机关", f"{p}_JG"),
            (f"{word}机关统一社会信用代码", f"{p}_JGDM"),
            ("数据来源单位", f"{p}_SJLY"),
            ("数据来源单位统一社会信用代码", f"{p}_SJLYDM"),
            *OWN[item],
            ("备注", "BZ"),
        )
    p, word, own = SUBJECTS[item]
    return (
        ("主体名称", f"{p}_XDR_MC"),
        ("主体类别", f"{p}_XDR_LB"),
        ("统一社会信用代码", f"{p}_XDR_SHXYM"),
        *own,
        (f"{word}单位", f"{p}_DW"),
        ("备注", "BZ"),
    )
