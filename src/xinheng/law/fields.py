"""Value lists and fields of an item, as packs write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from xinheng.law.bases import VALUE, VALUE_OPTIONAL, Bases
from xinheng.law.errors import PackBannedFieldError, PackOverrideError, PackSyntaxError, PackValueError
from xinheng.law.headers import normalise
from xinheng.law.model import Disclosure, Field, FieldType, HeaderSynonym, Span
from xinheng.law.yaml_lines import Node

CODE = re.compile(r"[A-Z][A-Z0-9]{0,4}(_[A-Z0-9]+){0,4}")
# 征信业管理条例 art. 14: never collected, whatever a pack says. Matched as parts of codes, names and headers.
BANNED = ("宗教", "信仰", "基因", "指纹", "血型", "疾病", "病史", "病历", "遗传")
# words in which a banned word means something else
_HARMLESS = ("宗教活动场所", "宗教院校", "疾病预防控制")
_FIELD = ("code", "name", "type", "disclosure")
_FIELD_OPTIONAL = ("length", "presence", "dropped", "many", "values", "synonyms", "units", "changes")
_CHANGE = ("length", "presence", "values")
_PRESENCE = ("required", "expected", "optional")


@dataclass(frozen=True)
class ValueList:
    """Accepted texts of a code list: `open` are beginnings after which free text must follow."""

    values: tuple[str, ...]
    open: tuple[str, ...]
    synonyms: Mapping[str, str]


def read_lists(node: Node | None, bases: Bases) -> Mapping[str, ValueList]:
    """The `lists` of a catalogue file: name -> editions, each with dates and basis, whose values add up.

    A field accepts the values of all editions: which edition a decision falls under is a check's business.
    """
    if node is None:
        return MappingProxyType({})
    return MappingProxyType({name: _list(entry, bases) for name, entry in node.entries().items()})


def _list(node: Node, bases: Bases) -> ValueList:
    values: dict[str, None] = {}
    opens: dict[str, None] = {}
    synonyms: dict[str, str] = {}
    for edition in node.items():
        entries = edition.mapping(("values", *VALUE), ("open", "synonyms", *VALUE_OPTIONAL))
        bases.resolve(edition, edition.span())
        values.update(dict.fromkeys(entries["values"].texts()))
        opens.update(dict.fromkeys(entries["open"].texts() if "open" in entries else ()))
        for other, target in (entries["synonyms"].entries() if "synonyms" in entries else {}).items():
            if target.text() not in values:
                raise PackValueError(target.place, found=f"“{target.text()}”", expected="、".join(values))
            synonyms[other] = target.text()
    return ValueList(tuple(values), tuple(opens), MappingProxyType(synonyms))


def read_fields(node: Node, lists: Mapping[str, ValueList], bases: Bases, pack: str) -> tuple[Field, ...]:
    """The fields of an item in order. Raises the refusals of the loader."""
    found: dict[str, Field] = {}
    for entry in node.items():
        field = _field(entry, lists, bases, pack)
        if field.code in found:
            raise PackSyntaxError(entry.place, found=f"重复的数据项 {field.code}", expected="每个代码一次")
        found[field.code] = field
    return tuple(found.values())


def _field(node: Node, lists: Mapping[str, ValueList], bases: Bases, pack: str) -> Field:
    entries = node.mapping((*_FIELD, *VALUE), (*_FIELD_OPTIONAL, *VALUE_OPTIONAL))
    code = entries["code"].text()
    if not CODE.fullmatch(code):
        raise PackValueError(entries["code"].place, found=code, expected="大写字母、数字与下划线，如 CF_WSH")
    kind = FieldType(entries["type"].one_of([t.value for t in FieldType]))
    presence = entries["presence"].one_of(_PRESENCE) if "presence" in entries else "optional"
    span = node.span()
    values = _values(entries, kind, node, lists)
    field = Field(
        code=code,
        name=entries["name"].text(),
        type=kind,
        disclosure=Disclosure(entries["disclosure"].one_of([d.value for d in Disclosure])),
        max_length=entries["length"].integer(1, 100_000) if "length" in entries else None,
        required=presence == "required",
        expected=presence == "expected",
        dropped=_flag(entries, "dropped"),
        many=_flag(entries, "many"),
        values=values.values,
        open_values=values.open,
        value_synonyms=values.synonyms,
        synonyms=_synonyms(entries),
        basis=bases.resolve(node, span),
        span=span,
        pack=pack,
        place=node.place,
    )
    _refuse_banned(field)
    return _with_changes(field, entries["changes"], lists, bases) if "changes" in entries else field


def _with_changes(field: Field, node: Node, lists: Mapping[str, ValueList], bases: Bases) -> Field:
    """The field with its versions: each change says from when on which day what else holds."""
    versions: list[Field] = [field]
    for entry in node.items():
        entries = entry.mapping(VALUE, (*_CHANGE, *VALUE_OPTIONAL))
        last = versions[-1]
        span = entry.span()
        if last.span is None or span.start <= last.span.start or not last.span.covers(span.start):
            found = f"{field.code} 自 {span.start} 的变更"
            raise PackSyntaxError(entry.place, found=found, expected="变更按日期先后，在上一版本的有效期内")
        versions[-1] = replace(last, span=Span(last.span.start, span.start))
        presence = entries["presence"].one_of(_PRESENCE) if "presence" in entries else None
        values = _values(entries, field.type, entry, lists) if "values" in entries else None
        versions.append(
            replace(
                last,
                required=last.required if presence is None else presence == "required",
                expected=last.expected if presence is None else presence == "expected",
                max_length=entries["length"].integer(1, 100_000) if "length" in entries else last.max_length,
                values=values.values if values else last.values,
                open_values=values.open if values else last.open_values,
                value_synonyms=values.synonyms if values else last.value_synonyms,
                basis=bases.resolve(entry, span),
                span=span,
                place=entry.place,
            )
        )
    start = field.span.start if field.span else versions[-1].span.start if versions[-1].span else None
    end = versions[-1].span.to if versions[-1].span else None
    return replace(
        versions[-1],
        # a file of any age must be read: all texts that some version accepts
        values=tuple(dict.fromkeys(v for one in versions for v in one.values)),
        open_values=tuple(dict.fromkeys(v for one in versions for v in one.open_values)),
        value_synonyms={k: v for one in versions for k, v in one.value_synonyms.items()},
        span=Span(start, end) if start else None,
        versions=tuple(versions),
    )


def _flag(entries: Mapping[str, Node], key: str) -> bool:
    return entries[key].flag() if key in entries else False


def _values(
    entries: Mapping[str, Node], kind: FieldType, node: Node, lists: Mapping[str, ValueList]
) -> ValueList:
    if (kind is FieldType.ENUM) != ("values" in entries):
        raise PackValueError(
            node.place, found=f"类型 {kind.value} 与 values 不相配", expected="enum 必有 values"
        )
    if "values" not in entries:
        return ValueList((), (), MappingProxyType({}))
    name = entries["values"]
    if name.text() not in lists:
        raise PackValueError(
            name.place, found=f"值表“{name.text()}”", expected="、".join(lists) or "lists 中的值表"
        )
    return lists[name.text()]


def _synonyms(entries: Mapping[str, Node]) -> tuple[HeaderSynonym, ...]:
    plain = entries["synonyms"].texts() if "synonyms" in entries else ()
    units = entries["units"].entries() if "units" in entries else {}
    found = [HeaderSynonym(text) for text in plain]
    found += [HeaderSynonym(text, node.integer(10_000, 10_000)) for text, node in units.items()]
    return tuple(found)


def _refuse_banned(field: Field) -> None:
    for text in (field.code, field.name, *(s.text for s in field.synonyms)):
        bare = text
        for harmless in _HARMLESS:
            bare = bare.replace(harmless, "")
        word = next((w for w in BANNED if w in bare), None)
        if word is not None:
            raise PackBannedFieldError(
                field.place or field.pack,
                found=f"数据项“{text}”涉及“{word}”",
                expected="不采集宗教信仰、基因、指纹、血型、疾病和病史（征信业管理条例第十四条）",
                todo="删去该数据项",
            )


def add_fields(inherited: tuple[Field, ...], added: tuple[Field, ...]) -> tuple[Field, ...]:
    """Fields of the parent and those a lower pack adds; one that exists already is refused."""
    codes = {field.code: field for field in inherited}
    names = {normalise(field.name): field for field in inherited}
    for field in added:
        other = codes.get(field.code) or names.get(normalise(field.name))
        if other is not None:
            found = f"{field.code} {field.name} 已由 {other.pack} 规定（{other.place}）"
            raise PackOverrideError(field.place or field.pack, found=found, expected="新的数据项代码与名称")
        if not field.code.startswith("X_"):
            found = f"新增数据项 {field.code}"
            raise PackOverrideError(field.place or field.pack, found=found, expected="以 X_ 开头的代码")
        if field.required:
            found = f"新增数据项 {field.code} 为 required"
            expected = "presence: optional 或 expected（国家标准没有的数据项不能使行被退回）"
            raise PackOverrideError(field.place or field.pack, found=found, expected=expected)
    return inherited + added


def add_headers(fields: tuple[Field, ...], node: Node) -> tuple[Field, ...]:
    """The fields with the headers that a place writes for them: field code -> list of headers."""
    known = {field.code: field for field in fields}
    for code, texts in node.entries().items():
        if code not in known:
            raise PackValueError(texts.place, found=code, expected="本事项的数据项代码")
        more = tuple(HeaderSynonym(text) for text in texts.texts())
        known[code] = replace(known[code], synonyms=known[code].synonyms + more)
        _refuse_banned(known[code])
    return tuple(known.values())
