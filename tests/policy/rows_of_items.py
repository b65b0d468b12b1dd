"""A right row of any item, and rows that break one of its checks as the check's own examples say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from tests.sending import code

from xinheng.core.uscc import check_character
from xinheng.law.model import VERDICT_SUFFIX, Check, Example, Field, FieldType, Item

Cell = str | int
DAY = "2026-11-10"  # of decision; rows are reported some days later
_ROLES = {
    "party_name": "清河第一号商贸有限公司",
    "authority": "清河市某某管理局",
    "period": "2026",
    "expires": "2099-12-31",
    "verified": "未核验",
}
# the kind of organisation that an item is about, where not any will do: how its codes begin
_HEADS = {"government-breach": "11430100", "association-registration": "51430100"}
# what no example can say: it depends on the day on which the row is sent
_TODAY = {"decided-after-report": {"decided": "2099-01-01"}, "licence-ended": {"expires": "2020-01-01"}}


def right(item: Item) -> dict[str, Cell]:
    """A row that fills what is required and what identifies it, each with a text of its type."""
    roles = {item.roles[role] for role in (*item.key, *item.collected_fields, "authority", "decided")}
    roles |= {item.roles[r] for r in ("representative", "valid_from") if r in item.roles}
    wanted = [f for f in item.fields if not f.dropped]
    wanted = [f for f in wanted if f.required or f.expected or f.code in roles]
    played = {field: role for role, field in item.roles.items()}
    return {f.code: _cell(item, f, played.get(f.code)) for f in wanted}


def _cell(item: Item, field: Field, role: str | None) -> str:
    if role in _ROLES:
        return _ROLES[role]
    match field.type:
        case FieldType.USCC:
            return code(7, _HEADS.get(item.id, "91430100"))
        case FieldType.DATE:
            return DAY
        case FieldType.ENUM:
            return field.values[0]
        case FieldType.WAN_YUAN | FieldType.NUMBER:
            return "3"
        case FieldType.CODE:
            return "C2026"
        case _:
            return f"{field.name}一2026"[: field.max_length]


def broken(item: Item, check: Check) -> Iterator[dict[str, Cell]]:
    """The right row with each failing example of the check laid over it."""
    base = right(item)
    short = check.id.split(".")[1].split("@")[0]
    if short in _TODAY:
        yield base | {item.roles[role]: text for role, text in _TODAY[short].items()}
        return
    failing = [example for example in check.examples if example.fails and example.applies]
    for example in failing[:1] if check.common else failing:  # common ones are tried on every item
        day = {} if example.on is None or check.span.to is None else _dated(item, example.on)
        yield base | day | _laid(example, base)


def _dated(item: Item, day: date) -> dict[str, Cell]:
    """Of a version that has ended: a row decided while it was in force."""
    return {item.roles["decided"]: day.isoformat()}


def _laid(example: Example, base: Mapping[str, Cell]) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for name, text in example.given.items():
        if name.endswith(VERDICT_SUFFIX):
            field = name.removesuffix(VERDICT_SUFFIX)
            cells[field] = _code(text or "", str(base.get(field) or code(7)))
        elif name in ("numeric_fields", "nul_fields"):
            for field in (text or "").strip(",").split(","):
                cells[field] = 420200000012345 if name == "numeric_fields" else f"{base.get(field, '')}\0"
        elif name not in ("report_date", "row_kind", "confirmed"):
            cells[name] = text or ""
    if not example.given:  # an empty field is what fails
        cells = dict.fromkeys(base, "")
    return cells


def emptied(item: Item, check: Check) -> dict[str, Cell]:
    """The right row without the field that a check asks for."""
    return {code: cell for code, cell in right(item).items() if code != check.field}


def _code(verdict: str, valid: str) -> str:
    """A code with this verdict, made of a valid one."""
    match verdict:
        case "wrong_length":
            return valid[:-2]
        case "wrong_alphabet":
            return f"{valid[:10]}I{valid[11:]}"
        case "unknown_authority":
            head = f"B{valid[1:17]}"
            return head + check_character(head)
        case "wrong_check":
            return valid[:17] + ("0" if valid[17] != "0" else "1")
        case _:  # implausible: neither the organisation's own digit nor the division holds
            head = f"91{'999999'}{'12345678'}{'0'}"
            return head + check_character(head)
