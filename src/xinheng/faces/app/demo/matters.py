"""What each agency decides about: acts with their sanctions, and permits.

Laws are named by title only. The demo cites no article: an invented decision must not look like a statement
of what some article says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FINE: Final = "罚款"
WARNING: Final = "警告"
CONFISCATION: Final = "没收违法所得、没收非法财物"
SUSPENSION: Final = "责令停产停业"
REVOCATION: Final = "吊销许可证件"
DOWNGRADE: Final = "降低资质等级"
NOTICE: Final = "通报批评"


@dataclass(frozen=True)
class Act:
    """An unlawful act. `low` to `high`: fine in units of `step` yuan. `domain`: field of publicity rules."""

    name: str
    facts: str
    law: str
    domain: str
    low: int
    high: int
    step: int
    sanctions: tuple[tuple[str, ...], ...] = ((FINE,), (FINE,), (FINE,), (WARNING,), (WARNING, FINE))


@dataclass(frozen=True)
class Licence:
    """A kind of permit. `years` it is good for; 0: without end."""

    document: str
    certificate: str
    category: str
    content: str
    years: int


ACTS: Final[dict[str, tuple[Act, ...]]] = {
    "market": (
        Act(
            "经营超过保质期的食品",
            "经营的预包装食品超过标注的保质期",
            "《中华人民共和国食品安全法》",
            "食品",
            5,
            50,
            1000,
            ((FINE, CONFISCATION), (FINE, CONFISCATION), (FINE,), (WARNING,), (SUSPENSION, FINE)),
        ),
        Act("未按规定明码标价", "经营场所部分商品未标明价格", "《中华人民共和国价格法》", "价格", 1, 5, 500),
        Act(
            "使用未经检验的特种设备",
            "使用未经定期检验的叉车",
            "《中华人民共和国特种设备安全法》",
            "特种设备",
            3,
            30,
            10000,
            ((FINE,), (FINE, SUSPENSION)),
        ),
        Act(
            "发布虚假广告", "在网页宣传中使用无法证实的用语", "《中华人民共和国广告法》", "广告", 1, 40, 5000
        ),
        Act(
            "销售劣药",
            "销售的药品不符合药品标准",
            "《中华人民共和国药品管理法》",
            "药品",
            10,
            60,
            10000,
            ((FINE, CONFISCATION), (FINE, CONFISCATION, REVOCATION)),
        ),
    ),
    "environment": (
        Act(
            "未批先建",
            "建设项目未依法报批环境影响报告表即开工建设",
            "《中华人民共和国环境影响评价法》",
            "生态环境",
            1,
            20,
            10000,
        ),
        Act(
            "超标排放水污染物",
            "外排废水化学需氧量超过排放标准",
            "《中华人民共和国水污染防治法》",
            "生态环境",
            10,
            80,
            10000,
            ((FINE,), (FINE,), (FINE, SUSPENSION)),
        ),
        Act(
            "未采取防尘措施",
            "物料露天堆放未覆盖",
            "《中华人民共和国大气污染防治法》",
            "生态环境",
            1,
            10,
            10000,
        ),
    ),
    "emergency": (
        Act(
            "未如实记录安全生产教育培训",
            "未如实记录从业人员安全培训情况",
            "《中华人民共和国安全生产法》",
            "安全生产",
            1,
            10,
            5000,
        ),
        Act(
            "未设置安全警示标志",
            "有较大危险因素的场所未设置明显警示标志",
            "《中华人民共和国安全生产法》",
            "安全生产",
            1,
            5,
            10000,
            ((FINE,), (FINE,), (SUSPENSION, FINE)),
        ),
    ),
    "housing": (
        Act(
            "未取得施工许可证擅自施工",
            "未取得施工许可即开工",
            "《中华人民共和国建筑法》",
            "工程建设",
            2,
            40,
            10000,
        ),
        Act(
            "转包工程",
            "将承包的工程转包给其他单位",
            "《建设工程质量管理条例》",
            "工程建设",
            5,
            60,
            10000,
            ((FINE,), (FINE, DOWNGRADE), (FINE, CONFISCATION)),
        ),
    ),
    "transport": (
        Act(
            "擅自改装营运车辆", "营运车辆加高栏板", "《中华人民共和国道路运输条例》", "交通运输", 5, 20, 1000
        ),
        Act(
            "未随车携带道路运输证",
            "营运途中未携带道路运输证",
            "《中华人民共和国道路运输条例》",
            "交通运输",
            2,
            20,
            10,
            ((WARNING, FINE), (WARNING,)),
        ),
    ),
    "health": (
        Act(
            "公共场所未按规定检测卫生质量",
            "未对空气、用品用具进行卫生检测",
            "《公共场所卫生管理条例》",
            "公共卫生",
            1,
            8,
            500,
        ),
        Act(
            "使用非卫生技术人员",
            "使用未取得资格的人员从事诊疗活动",
            "《医疗机构管理条例》",
            "医疗卫生",
            2,
            10,
            5000,
            ((FINE,), (NOTICE,), (FINE, REVOCATION)),
        ),
    ),
    "planning": (
        Act(
            "非法占用土地",
            "未经批准占用土地建设厂房",
            "《中华人民共和国土地管理法》",
            "自然资源",
            2,
            50,
            5000,
            ((FINE, CONFISCATION), (FINE,)),
        ),
    ),
    "county-market": (
        Act(
            "无照经营",
            "未取得营业执照从事经营活动",
            "《无证无照经营查处办法》",
            "市场监管",
            1,
            10,
            500,
            ((FINE,), (FINE, CONFISCATION), (WARNING,)),
        ),
        Act(
            "未建立进货查验制度",
            "采购食品未查验供货者资质",
            "《中华人民共和国食品安全法》",
            "食品",
            5,
            20,
            1000,
            ((WARNING,), (FINE,), (WARNING, FINE)),
        ),
    ),
    "zone": (
        Act("占用消防车通道", "厂区内消防车通道堆放杂物", "《中华人民共和国消防法》", "消防", 1, 5, 10000),
    ),
}

LICENCES: Final[dict[str, tuple[Licence, ...]]] = {
    "market": (
        Licence("准予许可决定书", "食品经营许可证", "普通", "食品销售、餐饮服务", 5),
        Licence("特种设备使用登记表", "特种设备使用登记证", "登记", "叉车使用登记", 0),
    ),
    "approval": (
        Licence("准予行政许可决定书", "公共场所卫生许可证", "普通", "住宿、美发场所卫生许可", 4),
        Licence("准予行政许可决定书", "人力资源服务许可证", "普通", "职业中介活动", 5),
        Licence("准予变更登记通知书", "营业执照", "登记", "经营范围变更登记", 0),
    ),
    "transport": (Licence("道路货物运输许可决定书", "道路运输经营许可证", "普通", "道路普通货物运输", 4),),
    "housing": (Licence("建筑工程施工许可决定书", "建筑工程施工许可证", "普通", "厂房新建工程施工", 3),),
    "environment": (Licence("排污许可决定书", "排污许可证", "核准", "废水、废气排放", 5),),
    "health": (Licence("医疗机构执业许可决定书", "医疗机构执业许可证", "认可", "全科医疗、口腔诊疗", 5),),
    "planning": (Licence("建设用地规划许可决定书", "建设用地规划许可证", "特许", "工业用地", 0),),
    "county-market": (Licence("准予许可决定书", "食品经营许可证", "普通", "小型餐饮、热食类制售", 5),),
    "zone": (Licence("准予行政许可决定书", "临时占用道路许可证", "其他-临时占道", "施工围挡临时占道", 1),),
}
