"""Check templates: one text for every field of a kind, so that thirty fields need no thirty rules.

`each` selects fields. `{field}`, `{name}`, `{length}`, `{pattern}`, `{values}`, `{first}`, `{full}` and
`{long}` stand for the field's code, name, soft length, pattern of accepted values, those values in words,
the first of them, a text of the soft length, and one a character longer. `{<role>}` stands for the field
that plays a role.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from xinheng.law.errors import PackValueError
from xinheng.law.model import Field, FieldType
from xinheng.law.yaml_lines import Node

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_TOKEN = re.compile(r"zq_([a-z_]+?)_qz")  # stands for a field's code in a text that many fields share
_KEEP = ("found",)  # filled when a row fails
_SELECTORS = ("presence", "type", "length", "values", "collected", "only", "except")
_MAX_FULL = 20_000


def replace(text: str, words: Mapping[str, str], node: Node) -> str:
    """`text` with its placeholders filled. Raises PackValueError for one that means nothing here."""

    def one(match: re.Match[str]) -> str:
        name = match.group(1)
        if name in _KEEP:
            return match.group()
        if name not in words:
            known = "、".join(f"{{{word}}}" for word in words)
            raise PackValueError(node.place, found=match.group(), expected=f"{known} 之一")
        return words[name]

    return _PLACEHOLDER.sub(one, text)


def shared_text(text: str, words: Mapping[str, str], codes: Mapping[str, str], node: Node) -> str:
    """`text` with tokens instead of field codes (`codes`: placeholder -> code), so that one text serves every
    field; its other placeholders are filled. `filled_in` puts the codes in."""
    return replace(text, {**words, **{name: f"zq_{name}_qz" for name in codes}}, node)


def filled_in(text: str, codes: Mapping[str, str]) -> str:
    """A text with tokens, with the codes for them."""
    return _TOKEN.sub(lambda match: codes[match.group(1)], text)


def names_in(text: str) -> frozenset[str]:
    """The placeholders of a text."""
    return frozenset(_PLACEHOLDER.findall(text))


def words_of(field: Field | None, roles: Mapping[str, str], fields: Iterable[Field] = ()) -> dict[str, str]:
    """What the placeholders of one expansion stand for. `{decided_name}` is the name of the field that plays
    the role `decided` among `fields`."""
    words = dict(roles)
    names = {one.code: one.name for one in fields}
    words |= {f"{role}_name": names[code] for role, code in roles.items() if code in names}
    if field is None:
        return words
    words |= {"field": field.code, "name": field.name}
    if field.max_length is not None and field.max_length <= _MAX_FULL:
        full = "字" * field.max_length
        words |= {"length": str(field.max_length), "full": full, "long": full + "字"}
    if field.type is FieldType.ENUM:
        shown = [*field.values, *(f"{text}-（说明）" for text in field.open_values)]
        words |= {"pattern": pattern(field), "values": "；".join(shown), "first": field.values[0]}
    return words


def pattern(field: Field) -> str:
    """A regular expression for the accepted values, as the inside of an SQL literal.

    An open value (其他) must go on: 其他-说明. Fields with `many` may join values with a semicolon.
    """
    listed = [re.escape(value).replace("\\-", "-") for value in field.values]
    listed += [f"{re.escape(value)}[-－—:：(（].+" for value in field.open_values]
    one = "(" + "|".join(listed) + ")"
    return (f"{one}(；{one})*" if field.many else one).replace("'", "''")


def select(
    node: Node, fields: tuple[Field, ...], roles: Mapping[str, str], collected: tuple[str, ...]
) -> tuple[Field, ...]:
    """The fields that `each` selects: all its conditions must hold; dropped fields are never selected."""
    entries = node.mapping((), _SELECTORS)
    chosen = [field for field in fields if not field.dropped]
    if "presence" in entries:
        wanted = entries["presence"].one_of(("required", "expected"))
        chosen = [f for f in chosen if (f.required if wanted == "required" else f.expected)]
    if "type" in entries:
        types = [entry.one_of([t.value for t in FieldType]) for entry in entries["type"].items()]
        chosen = [f for f in chosen if f.type.value in types]
    if "length" in entries and entries["length"].flag():
        chosen = [f for f in chosen if f.max_length is not None]
    if "values" in entries and entries["values"].flag():
        chosen = [f for f in chosen if f.values]
    if "collected" in entries and entries["collected"].flag():
        codes = {roles[role] for role in collected}
        chosen = [f for f in chosen if f.code in codes]
    if "only" in entries:
        codes = {roles.get(name, name) for name in entries["only"].texts()}
        chosen = [f for f in chosen if f.code in codes]
    if "except" in entries:
        codes = {roles.get(name, name) for name in entries["except"].texts()}
        chosen = [f for f in chosen if f.code not in codes]
    return tuple(chosen)
