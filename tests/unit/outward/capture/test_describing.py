"""Source descriptions: what they may say, and that a mistake is told with its line."""

from __future__ import annotations

import pytest

from xinheng.law import packs
from xinheng.law.packs import Pack
from xinheng.outward.capture import describing
from xinheng.outward.capture.errors import DescriptionWrong
from xinheng.outward.capture.model import Place

GOOD = """item: penalty
start: https://sjj.example.gov.cn/xzcf/index.html
contact: https://credit.example.gov.cn/contact
rows: table.list tr
link: td a
encoding: GB2312
interval: 3
pages:
  number: https://sjj.example.gov.cn/xzcf/index_{page}.html
  first: 1
  most: 4
constants:
  CF_CFJG: 清河市市场监督管理局
fields:
  CF_WSH: {label: 决定书文号}
  处罚决定日期:
    from: list
    select: td.date
    match: '\\d{4}-\\d{2}-\\d{2}'
  CF_NR: div.content
"""


@pytest.fixture(scope="module")
def pack() -> Pack:
    return packs.load("national", [packs.shipped()])


def test_a_description_is_read(pack: Pack) -> None:
    source = describing.read(GOOD.encode(), "a.yaml", pack)
    assert (source.item, source.host, source.encoding, source.interval) == (
        "penalty", "sjj.example.gov.cn", "gb18030", 3,
    )  # fmt: skip
    assert source.paging.number is not None
    assert (source.paging.first, source.paging.most) == (1, 4)
    places = {f.code: f.place for f in source.fields}
    assert places == {"CF_WSH": Place.DETAIL, "CF_JDRQ": Place.LIST, "CF_NR": Place.DETAIL}
    assert "credit.example.gov.cn" in source.agent
    assert source.constants == {"CF_CFJG": "清河市市场监督管理局"}


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("start: https:", "start: ftp:", 2, "http"),
        ("https://sjj.example.gov.cn/xzcf/index.html", "https://u:p@h/", 2, "账号"),
        ("contact: https://credit.example.gov.cn/contact", "contact: 信用办", 3, "联系方式"),
        ("rows: table.list tr", "rows: 'table['", 4, "选择器"),
        ("link: td a", "link: '::'", 5, "选择器"),
        ("encoding: GB2312", "encoding: GB1", 6, "编码"),
        ("interval: 3", "interval: 0", 7, "1"),
        ("interval: 3", "interval: 0.5", 7, "小数"),
        ("index_{page}", "index_x", 9, "{page}"),
        ("  first: 1\n", "  next: a\n", 9, "二者"),
        ("  CF_CFJG:", "  CF_ABCD:", 13, "CF_ABCD"),
        ("  CF_WSH: {label: 决定书文号}", "  CF_FR_ZJHM: {label: 证件号}", 15, "CF_FR_ZJHM"),
        ("{label: 决定书文号}", "{label: 甲, select: td}", 15, "二者"),
        ("{label: 决定书文号}", "{lable: 甲}", 15, "lable"),
        ("'\\d{4}-\\d{2}-\\d{2}'", "'('", 19, "正则"),
        ("item: penalty\n", "", 1, "item"),
    ],
)
def test_a_mistake_is_told_with_its_line(pack: Pack, old: str, new: str, line: int, says: str) -> None:
    assert old in GOOD
    with pytest.raises(DescriptionWrong) as refused:
        describing.read(GOOD.replace(old, new, 1).encode(), "a.yaml", pack)
    assert refused.value.where is not None
    assert refused.value.where.startswith("a.yaml")
    assert str(line) in refused.value.where
    assert says in str(refused.value)


def test_without_a_link_everything_stands_on_the_list(pack: Pack) -> None:
    source = describing.read(GOOD.replace("link: td a\n", "").encode(), "a.yaml", pack)
    assert {f.place for f in source.fields} == {Place.LIST}
    with pytest.raises(DescriptionWrong):
        text = GOOD.replace("link: td a\n", "").replace("from: list", "from: detail")
        describing.read(text.encode(), "a.yaml", pack)
