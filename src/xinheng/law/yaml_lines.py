"""YAML that keeps file and line for every value and reads nothing loosely.

Packs use a small part of YAML: mappings, lists, and text, whole numbers, true/false and dates. Refused are
aliases and anchors (a few lines of them unfold to gigabytes), tags, merge keys, duplicate keys, several
documents, fractions (law and money are exact: write decimals as quoted text) and impossible dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import yaml

from xinheng.law.errors import PackSyntaxError, PackValueError
from xinheng.law.model import Place, Span

MAX_BYTES = 1 << 20
MAX_DEPTH = 12
MAX_NODES = 60_000
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_INT = re.compile(r"0|-?[1-9]\d{0,15}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_TAGS = {
    "tag:yaml.org,2002:str": "str",
    "tag:yaml.org,2002:int": "int",
    "tag:yaml.org,2002:bool": "bool",
    "tag:yaml.org,2002:null": "null",
    "tag:yaml.org,2002:timestamp": "date",
}

type_name = {
    "str": "文字",
    "int": "整数",
    "bool": "是/否",
    "null": "空",
    "date": "日期",
    "map": "对象",
    "list": "列表",
}


class PackLoader(yaml.CSafeLoader):
    """The resolvers of YAML 1.2 without its surprises: `on`, `no`, `0x10` and `12:30` are text here."""


PackLoader.yaml_implicit_resolvers = {}


for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"~|null|", ["~", "n", ""]),
    ("int", r"[-+]?\d+", "-+0123456789"),
    ("float", r"[-+]?(\d+\.\d*|\.\d+|\d+)([eE][-+]?\d+)?|[-+]?\.(inf|Inf|nan|NaN)", "-+.0123456789"),
    ("timestamp", r"\d{4}-\d{2}-\d{2}", "0123456789"),
):
    PackLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), list(_first)
    )


@dataclass(frozen=True)
class Node:
    """One value of a pack file and the place it stands. `raw` is text, a mapping or a list of nodes."""

    kind: str  # str, int, bool, null, date, map, list
    raw: str | Mapping[str, Node] | Sequence[Node]
    place: Place

    # -- scalars

    def text(self) -> str:
        """The text; refused where it is empty or, unquoted, reads as something else (2018, true, null)."""
        if self.kind != "str" or not isinstance(self.raw, str) or not self.raw.strip():
            raise self.wrong("非空文字（数字、日期、true/false 作文字用时须加引号）")
        return self.raw.strip()

    def date(self) -> date:
        """A date written YYYY-MM-DD that exists."""
        if self.kind in ("date", "str") and isinstance(self.raw, str) and _DATE.fullmatch(self.raw):
            try:
                return date.fromisoformat(self.raw)
            except ValueError:
                pass
        raise self.wrong("存在的日期，写作 YYYY-MM-DD")

    def integer(self, least: int, most: int) -> int:
        """A whole number in [least, most]."""
        if self.kind == "int" and isinstance(self.raw, str) and re.fullmatch(r"0|[1-9]\d{0,9}", self.raw):
            number = int(self.raw)
            if least <= number <= most:
                return number
        raise self.wrong(f"{least} 到 {most} 之间的整数")

    def flag(self) -> bool:
        """true or false."""
        if self.kind != "bool" or not isinstance(self.raw, str):
            raise self.wrong("true 或 false")
        return self.raw == "true"

    def one_of(self, accepted: Sequence[str]) -> str:
        """One of the accepted words."""
        if self.kind != "str" or self.raw not in accepted:
            raise self.wrong("、".join(accepted) + " 之一")
        return str(self.raw)

    # -- collections

    def items(self) -> Sequence[Node]:
        """The entries of a list."""
        if self.kind != "list" or not isinstance(self.raw, Sequence) or isinstance(self.raw, str):
            raise self.wrong("列表")
        return self.raw

    def texts(self) -> tuple[str, ...]:
        """A list of texts, none twice."""
        seen: list[str] = []
        for entry in self.items():
            if entry.text() in seen:
                raise PackSyntaxError(
                    entry.place, found=f"重复的“{entry.text()}”", expected="列表中各项不重复"
                )
            seen.append(entry.text())
        return tuple(seen)

    def mapping(self, required: Sequence[str] = (), optional: Sequence[str] = ()) -> Mapping[str, Node]:
        """A mapping with these keys and no others."""
        entries = self.entries()
        for key, value in entries.items():
            if key not in required and key not in optional:
                raise PackValueError(
                    value.place, found=f"未知的键“{key}”", expected="、".join([*required, *optional])
                )
        for key in required:
            if key not in entries:
                raise PackValueError(self.place, found=f"缺少“{key}”", expected="、".join(required))
        return entries

    def entries(self) -> Mapping[str, Node]:
        """A mapping with any keys."""
        if self.kind != "map" or not isinstance(self.raw, Mapping):
            raise self.wrong("对象（键: 值）")
        return self.raw

    def get(self, key: str) -> Node | None:
        return self.entries().get(key)

    # -- helpers of the whole house

    def span(self) -> Span:
        """`from` and `to` of a mapping; `from` must stand, `to` must be later."""
        start = self.get("from")
        if start is None:
            raise PackValueError(self.place, found="缺少 from", expected="每项取值都写明起始日 from")
        end = self.get("to")
        last = end.date() if end is not None else None
        if end is not None and last is not None and last <= start.date():
            raise PackValueError(
                end.place, found=f"to {last} 不晚于 from {start.date()}", expected="to 晚于 from"
            )
        return Span(start.date(), last)

    def wrong(self, expected: str) -> PackValueError:
        """The refusal for a value that is not what it should be."""
        shown = f"“{self.raw[:60]}”" if isinstance(self.raw, str) and self.raw else type_name[self.kind]
        return PackValueError(self.place, found=f"{shown}（{type_name[self.kind]}）", expected=expected)

    def plain(self) -> object:
        """The value without places, for the canonical archive; dates become their text."""
        if isinstance(self.raw, Mapping):
            return {key: node.plain() for key, node in self.raw.items()}
        if not isinstance(self.raw, str):
            return [node.plain() for node in self.raw]
        return _scalar(self.kind, self.raw)


def _scalar(kind: str, raw: str) -> object:
    if kind == "int":
        return int(raw)
    if kind == "bool":
        return raw == "true"
    return None if kind == "null" else raw


def parse(data: bytes, name: str) -> Node:
    """Read one file. `name` is how messages call it. Raises PackSyntaxError."""
    if len(data) > MAX_BYTES:
        raise PackSyntaxError(Place(name, 1), found=f"{len(data)} 字节", expected=f"至多 {MAX_BYTES} 字节")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise PackSyntaxError(Place(name, line), found="不是 UTF-8 文字", expected="UTF-8") from None
    control = _CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        raise PackSyntaxError(Place(name, line), found=f"控制字符 {control.group()!r}", expected="可见文字")
    try:
        _refuse_bombs(text, name)
        root = yaml.compose(text, Loader=PackLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problem = error.problem or "无法解析"
        raise PackSyntaxError(
            Place(name, line), found=f"不是合格的 YAML：{problem}", expected="YAML"
        ) from None
    if root is None:
        raise PackSyntaxError(Place(name, 1), found="空文件", expected="至少一项内容")
    return _node(root, name)


def _refuse_bombs(text: str, name: str) -> None:
    """Walk the events, which unfold nothing: refuse aliases, anchors, tags, depth and mass."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=PackLoader)):
        place = Place(name, (event.start_mark.line if event.start_mark else 0) + 1)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise PackSyntaxError(place, found="锚点或别名（& 或 *）", expected="逐项写明，不用别名")
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise PackSyntaxError(place, found=f"标签 {tag}", expected="不带标签的取值")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH or count > MAX_NODES:
            raise PackSyntaxError(
                place, found="嵌套过深或内容过多", expected=f"至多 {MAX_DEPTH} 层、{MAX_NODES} 项"
            )


def _node(node: yaml.Node, name: str) -> Node:
    place = Place(name, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return Node("map", dict(_pairs(node, name)), place)
    if isinstance(node, yaml.SequenceNode):
        return Node("list", tuple(_node(entry, name) for entry in node.value), place)
    kind = _TAGS.get(node.tag)
    if kind is None:
        raise PackSyntaxError(
            place, found=f"“{node.value}”", expected="文字、整数、日期、true/false；小数加引号写作文字"
        )
    if kind == "int" and not _INT.fullmatch(node.value):
        raise PackValueError(place, found=f"“{node.value}”", expected="十进制整数；编号加引号写作文字")
    if kind == "date" and not _is_date(node.value):
        raise PackValueError(place, found=f"“{node.value}”（日期）", expected="存在的日期，写作 YYYY-MM-DD")
    return Node(kind, node.value, place)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return bool(_DATE.fullmatch(text))


def _pairs(node: yaml.MappingNode, name: str) -> Iterator[tuple[str, Node]]:
    seen: dict[str, int] = {}
    for key, value in node.value:
        place = Place(name, key.start_mark.line + 1)
        if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
            raise PackSyntaxError(place, found=f"键“{key.value}”", expected="文字作键（数字等加引号）")
        if key.value in seen:
            first = seen[key.value]
            raise PackSyntaxError(
                place, found=f"重复的键“{key.value}”（已见于第 {first} 行）", expected="每个键一次"
            )
        seen[key.value] = place.line
        yield key.value, _node(value, name)


def from_plain(value: object, place: Place) -> Node:
    """The node of a value read back from an archive. Raises PackSyntaxError for what no pack holds."""
    if isinstance(value, dict):
        return Node("map", {str(k): from_plain(v, place) for k, v in value.items()}, place)
    if isinstance(value, list):
        return Node("list", tuple(from_plain(v, place) for v in value), place)
    if value is None:
        return Node("null", "", place)
    if isinstance(value, bool):
        return Node("bool", "true" if value else "false", place)
    if isinstance(value, int):
        return Node("int", str(value), place)
    if isinstance(value, str):
        return Node("str", value, place)
    raise PackSyntaxError(place, found=type(value).__name__, expected="存档中的取值")
