"""Reading a source description: YAML, with file and line for whatever is wrong."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from xinheng.evidence.intake import headers
from xinheng.evidence.intake.model import DROPPED, NO_FIELD
from xinheng.law.errors import PackSyntaxError, PackValueError
from xinheng.law.model import Item
from xinheng.law.packs import Pack
from xinheng.law.yaml_lines import Node, parse
from xinheng.outward.capture.errors import DescriptionWrong
from xinheng.outward.capture.model import (
    LEAST_INTERVAL,
    MOST_BYTES,
    MOST_PAGES,
    MOST_SECONDS,
    USUAL_INTERVAL,
    FieldRule,
    Paging,
    Place,
    Source,
)

_EMPTY = LexborHTMLParser("<p></p>")
_KEYS = ("item", "start", "contact", "rows", "fields")
_MORE = ("link", "encoding", "interval", "pages", "constants", "limits")
_CONTACT = re.compile(r"[\x21-\x7e]{5,100}")
ENCODINGS = {"gb2312": "gb18030", "gbk": "gb18030"}


def read(data: bytes, name: str, pack: Pack) -> Source:
    """The source that a file describes. Raises DescriptionWrong with file and line, UnknownItemError."""
    try:
        return _source(parse(data, name), pack)
    except (PackSyntaxError, PackValueError) as error:
        raise DescriptionWrong(
            found=error.found, expected=error.expected, todo="修改这一行后重新检查", where=error.where
        ) from None


def _source(root: Node, pack: Pack) -> Source:
    given = root.mapping(_KEYS, _MORE)
    item = pack.item(given["item"].text())
    link = _selector(given["link"]) if "link" in given else None
    fields = given["fields"].entries()
    if not fields:
        raise given["fields"].wrong("至少一个数据项")
    limits = given["limits"].mapping((), ("bytes", "seconds")) if "limits" in given else {}
    return Source(
        item=item.id,
        start=_address(given["start"]),
        contact=_contact(given["contact"]),
        rows=_selector(given["rows"]),
        fields=tuple(_field(_code(name, node, item), node, link) for name, node in fields.items()),
        link=link,
        encoding=_encoding(given["encoding"]) if "encoding" in given else None,
        interval=given["interval"].integer(LEAST_INTERVAL, 3_600) if "interval" in given else USUAL_INTERVAL,
        paging=_paging(given["pages"]) if "pages" in given else Paging(most=1),
        constants=_constants(given["constants"], item) if "constants" in given else {},
        most_bytes=limits["bytes"].integer(1_000, 5 * MOST_BYTES) if "bytes" in limits else MOST_BYTES,
        most_seconds=limits["seconds"].integer(1, 300) if "seconds" in limits else MOST_SECONDS,
    )


def _address(node: Node) -> str:
    url = node.text()
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.fragment:
        raise node.wrong("http:// 或 https:// 开头的页面地址，不含账号和 #")
    return url


def _contact(node: Node) -> str:
    text = node.text()
    if not _CONTACT.fullmatch(text) or "(" in text or ")" in text:
        raise node.wrong("联系方式：网址或电子邮箱，写进请求头，只用可见的英文字符")
    return text


def _selector(node: Node) -> str:
    text = node.text()
    try:
        _EMPTY.css(text)
    except SelectolaxError:
        raise node.wrong("合格的 CSS 选择器") from None
    return text


def _encoding(node: Node) -> str:
    text = node.text().lower()
    try:
        name = codecs.lookup(text).name
    except LookupError:
        raise node.wrong("文字编码，如 UTF-8、GB18030") from None
    return ENCODINGS.get(name, name)


def _code(name: str, node: Node, item: Item) -> str:
    """The field that a name means: its code, its name, or a synonym in the same unit."""
    meant = headers.dictionary(item).read(name)
    if meant.target == DROPPED:
        raise PackValueError(node.place, found=f"“{name}”是证件号码", expected="不采集的数据项不写")
    if meant.target in NO_FIELD or meant.divide_by != 1:
        raise PackValueError(node.place, found=f"“{name}”", expected=f"{item.name}的数据项代码或名称")
    return meant.target


def _field(code: str, node: Node, link: str | None) -> FieldRule:
    if node.kind == "str":
        return FieldRule(code, Place.DETAIL if link else Place.LIST, select=_selector(node))
    given = node.mapping((), ("from", "select", "label", "attribute", "match"))
    place = Place(given["from"].one_of([p.value for p in Place])) if "from" in given else None
    if place is Place.DETAIL and link is None:
        raise given["from"].wrong("list：没有写 link，就没有单条决定的页面")
    if ("select" in given) == ("label" in given):
        raise node.wrong("select（选择器）或 label（左侧的标签文字），二者写一个")
    return FieldRule(
        code=code,
        place=place or (Place.DETAIL if link else Place.LIST),
        select=_selector(given["select"]) if "select" in given else None,
        label=given["label"].text() if "label" in given else None,
        attribute=given["attribute"].text() if "attribute" in given else None,
        match=_pattern(given["match"]) if "match" in given else None,
    )


def _pattern(node: Node) -> re.Pattern[str]:
    try:
        return re.compile(node.text())
    except re.error:
        raise node.wrong("合格的正则表达式") from None


def _paging(node: Node) -> Paging:
    given = node.mapping((), ("next", "number", "first", "most"))
    if ("next" in given) == ("number" in given):
        raise node.wrong("next（下一页链接的选择器）或 number（含 {page} 的地址），二者写一个")
    number = None
    if "number" in given:
        number = _address(given["number"])
        if number.count("{page}") != 1 or "{" in number.replace("{page}", ""):
            raise given["number"].wrong("含一处 {page} 的地址")
    return Paging(
        next=_selector(given["next"]) if "next" in given else None,
        number=number,
        first=given["first"].integer(0, 10_000) if "first" in given else 2,
        most=given["most"].integer(1, MOST_PAGES) if "most" in given else 20,
    )


def _constants(node: Node, item: Item) -> Mapping[str, str]:
    return {_code(name, value, item): value.text() for name, value in node.entries().items()}
