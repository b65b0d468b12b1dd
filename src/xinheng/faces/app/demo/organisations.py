"""Five thousand organisations that do not exist: invented brands in an invented place."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from xinheng.faces.app.demo import proportions as share
from xinheng.faces.app.demo.codes import code

COUNT: Final = 5_000

_FIRST: Final = "澍岚珩沅翎霁漪崧桓嵘屿汀淅溯泓渌滢溱潆瑆琚珑璟璠砚禾穆筠苡芷荻菀蔚蕖衍谡邺铄锴霖"
_SECOND: Final = "川禾源航达屿桥野石舟岭帆泽峪峰谷湾汀畔林原台阁亭塘堤浦洲丘渡驿坊陌垣岗圃苑庭坪沐"
_PLACES: Final = (("衡川市", "00"), ("衡川", "00"), ("澜江县", "21"), ("东屿区", "02"), ("北堤区", "03"))
_PLACE_WEIGHTS: Final = (38, 24, 16, 12, 10)
_LATIN: Final = ("A+", "365", "QH", "88")
_STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES: Final = "子丑寅卯辰巳午未申酉戌亥"

INDIVIDUAL: Final = "个体工商户"
ORGANISATION: Final = "法人及非法人组织"


@dataclass(frozen=True)
class Kind:
    """A kind of organisation: prefix of its codes, how many of a hundred, trades and endings of names."""

    prefix: str
    weight: int
    trades: tuple[str, ...]
    endings: tuple[str, ...]


_FIRM_TRADES: Final = (
    *("商贸", "科技", "建筑工程", "物流", "餐饮管理", "机械制造", "农业开发", "建材", "装饰工程", "汽车服务"),
    *("食品", "环保科技", "化工", "文化传媒", "医药", "电子商务", "房地产开发", "劳务", "纺织", "包装"),
)
KINDS: Final = (
    Kind("91", 60, _FIRM_TRADES, ("有限公司", "有限公司", "有限公司", "有限责任公司", "股份有限公司")),
    Kind(
        "92",
        31,
        ("小吃", "百货", "汽修", "五金", "水果", "美发", "烘焙", "便利", "窗帘", "文具"),
        ("店", "店", "经营部"),
    ),
    Kind("93", 4, ("蔬菜种植", "生猪养殖", "水稻种植", "茶叶", "渔业"), ("专业合作社",)),
    Kind("12", 2, ("第一小学", "中心卫生院", "图书馆", "文化馆", "敬老院"), ("",)),
    Kind("52", 2, ("幼儿园", "职业培训学校", "养老服务中心"), ("",)),
    Kind("51", 1, ("商会", "行业协会", "志愿者协会"), ("",)),
)


@dataclass(frozen=True)
class Organisation:
    """One organisation. `party_kind` is the 行政相对人类别 that its code asks for."""

    code: str
    name: str
    representative: str
    trade: str

    @property
    def party_kind(self) -> str:
        return INDIVIDUAL if self.code.startswith("92") else ORGANISATION


def organisations(seed: str, count: int = COUNT) -> list[Organisation]:
    """`count` organisations with distinct codes; names too, but for the pairs that the register has."""
    chance = random.Random(f"{seed}/organisations")  # noqa: S311 (invented data, not secrets)
    made: list[Organisation] = []
    names: set[str] = set()
    while len(made) < count:
        one = _one(chance, len(made))
        if one.name not in names:
            names.add(one.name)
            made.append(one)
    return _with_double_names(made)


def _one(chance: random.Random, serial: int) -> Organisation:
    kind = chance.choices(KINDS, [k.weight for k in KINDS])[0]
    place, county = chance.choices(_PLACES, _PLACE_WEIGHTS)[0]
    brand = chance.choice(_FIRST) + chance.choice(_SECOND)
    trade, ending = chance.choice(kind.trades), chance.choice(kind.endings)
    drawn = chance.randrange(share.MILLION)
    if drawn < share.LATIN_IN_NAME:
        brand += chance.choice(_LATIN)
    bracketed = kind.prefix == "91" and chance.randrange(share.MILLION) < (
        share.HALF_WIDTH_BRACKETS + share.FULL_WIDTH_BRACKETS
    )
    name = f"{brand}（{place}）{trade}{ending}" if bracketed else f"{place}{brand}{trade}{ending}"
    if kind.prefix == "91" and chance.randrange(share.MILLION) < share.BRANCHES:
        name += "东屿分公司"
    old = kind.prefix == "91" and chance.randrange(5) == 0
    representative = "演示" + _STEMS[serial % 10] + _BRANCHES[serial // 10 % 12]
    return Organisation(code(kind.prefix, county, serial, old=old), name, representative, trade)


def _with_double_names(made: list[Organisation]) -> list[Organisation]:
    """One name under two codes, as often as the register has it and at least once."""
    pairs = max(1, len(made) * share.SAME_NAME_OTHER_CODE // share.MILLION)
    firms = [i for i, one in enumerate(made) if one.code.startswith("91")]
    for pair in range(pairs):
        first, second = firms[2 * pair], firms[2 * pair + 1]  # early ones: both come up in the files
        old = made[second]
        made[second] = Organisation(old.code, made[first].name, old.representative, made[first].trade)
    return made
