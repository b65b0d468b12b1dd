"""The published fields of a record, as its page shows them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xinheng.faces.web.views import Pair, date_text, wan_yuan_note
from xinheng.law.model import Disclosure, Field, FieldType, Item

WIDE_FROM = 40  # characters from which a value takes the whole line


@dataclass(frozen=True)
class Published:
    """Filled fields as pairs, in the order of the standard, and the names of those left empty."""

    pairs: tuple[Pair, ...]
    empty: tuple[str, ...]


def published(item: Item, public: Mapping[str, str | None]) -> Published:
    """What the public class of a record says. Fields of other classes are not in `public`, nor shown."""
    fields = [f for f in item.fields if f.disclosure is Disclosure.PUBLIC]
    return Published(
        pairs=tuple(_pair(f, text) for f in fields if (text := public.get(f.code))),
        empty=tuple(f.name for f in fields if not public.get(f.code)),
    )


def _pair(field: Field, text: str) -> Pair:
    if field.type is FieldType.DATE:
        return Pair(field.name, date_text(text), code=field.code)
    if field.type is FieldType.WAN_YUAN:
        return Pair(field.name, text, code=field.code, note=wan_yuan_note(text))
    if field.type is FieldType.USCC:
        return Pair(field.name, text, code=field.code, mono=True)
    wide = field.type is FieldType.LONG_TEXT or len(text) > WIDE_FROM
    return Pair(field.name, text, code=field.code, wide=wide)


def role_text(item: Item, public: Mapping[str, str | None], role: str) -> str | None:
    """The value of the field that plays `role` in the item; None where it has none."""
    code = item.role(role)
    return public.get(code) if code else None
