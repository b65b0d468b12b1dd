"""An item as a form: fields with what is typed and what is wrong with it. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from xinheng.evidence.intake import own_columns
from xinheng.evidence.intake.blank_workbook import TYPES, presence
from xinheng.evidence.intake.model import CheckResult
from xinheng.evidence.intake.normalise import SEPARATOR
from xinheng.faces.web.desk.receipt_views import check_line
from xinheng.faces.web.desk.views import CheckLine
from xinheng.faces.web.views import FormError
from xinheng.law.model import Field, FieldType, Item, Severity

LONG: Final = 300  # characters of a field's usual length from which it gets several lines
STRAY: Final = 2  # fields between two parts of a group that are shown with it
PREFIX, SEVERAL = (
    "f.",
    "s.",
)  # names of inputs: `f.CODE`, and `s.CODE.3` for the boxes of a field with several
CONFIRM = "confirmed"
# fields of an earlier record that a copy does not take over: they belong to that decision
OWN_TO_A_DECISION: Final = ("document", "decided", "valid_from", "valid_to", "reported_end", "published")


@dataclass(frozen=True)
class FormField:
    """One field as it is filled in. `kind`: text, long, select, list (with own words beside), several."""

    code: str
    name: str
    kind: str
    short: bool
    presence: str
    required: bool
    help: str
    value: str = ""
    choices: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    other: str = ""  # of `several`: what is no choice
    problems: tuple[CheckLine, ...] = ()  # what returns the row
    remarks: tuple[CheckLine, ...] = ()  # marks and warnings

    @property
    def id(self) -> str:
        return f"f-{self.code}"


@dataclass(frozen=True)
class Group:
    title: str
    fields: tuple[FormField, ...]


def groups(item: Item, fields: Sequence[Field], values: Mapping[str, str]) -> tuple[Group, ...]:
    """The fields in the pack's order, parted where they turn from the party to the decision to the bodies."""
    found: list[Group] = []
    for field in fields:
        title = _title(item, field.code)
        shown = form_field(field, values.get(field.code, ""))
        if (
            field.code == item.roles["party_code"]
        ):  # the intake's own rule, whatever the pack says (intake.party)
            shown = replace(shown, required=True, presence="必填")
        if found and found[-1].title == title:
            found[-1] = replace(found[-1], fields=(*found[-1].fields, shown))
        else:
            found.append(Group(title, (shown,)))
    return _joined(found)


def _joined(found: list[Group]) -> tuple[Group, ...]:
    """Groups without those of a field or two that part a longer one."""
    joined: list[Group] = []
    for place, group in enumerate(found):
        before = joined[-1] if joined else None
        after = found[place + 1] if place + 1 < len(found) else None
        parts = before and after and before.title == after.title and len(group.fields) <= STRAY
        if before and (parts or before.title == group.title):
            joined[-1] = replace(before, fields=(*before.fields, *group.fields))
        else:
            joined.append(group)
    return tuple(joined)


def _title(item: Item, code: str) -> str:
    party = item.roles["party_code"].rsplit("_", 1)[0] + "_"
    role = next((name for name, of in item.roles.items() if of == code), "")
    if role.startswith("party") or role == "representative" or code.startswith(party):
        return "行政相对人" if item.administrative else "主体"
    if role in ("authority", "authority_code", "reporter", "reporter_code"):
        return "机关和数据来源"
    return "内容"


def form_field(field: Field, value: str) -> FormField:
    """A field with its value, before anything is checked."""
    kind, choices = _kind(field)
    typed = tuple(part for part in value.split(SEPARATOR) if part) if kind == "several" else ()
    chosen = tuple(part for part in typed if part in field.values)
    if kind == "select" and value and value not in choices:
        choices = (*choices, value)  # of an earlier edition: shown as it is, for the check to speak about
    return FormField(
        code=field.code,
        name=field.name,
        kind=kind,
        short=field.type not in (FieldType.TEXT, FieldType.CODE),
        presence=presence(field),
        required=field.required,
        help=_help(field, kind),
        value=value,
        choices=choices,
        chosen=chosen,
        other=SEPARATOR.join(part for part in typed if part not in chosen),
    )


def _kind(field: Field) -> tuple[str, tuple[str, ...]]:
    if field.type is FieldType.ENUM:
        if field.many:
            return "several", field.values
        return ("list" if field.open_values else "select"), (*field.values, *field.open_values)
    if field.type is FieldType.LONG_TEXT or (field.max_length or 0) > LONG:
        return "long", ()
    return "text", ()


def _help(field: Field, kind: str) -> str:
    if kind == "select":
        return ""
    if kind == "list":
        named = "、".join(field.open_values)
        return f"从列表里选；选“{named}”的，后面写说明，如 {field.open_values[0]}-（说明）"
    if kind == "several":
        return "可选几项"
    if field.type is FieldType.DATE:
        return "写作 2026-01-31，也可写 2026年1月31日、20260131；长期写 2099-12-31"
    if field.type in (FieldType.TEXT, FieldType.LONG_TEXT):
        return "身份证件号码会被隐去" if field.type is FieldType.LONG_TEXT else ""
    return TYPES[field.type]


def values_of(fields: Iterable[Field], form: Mapping[str, str]) -> dict[str, str]:
    """What was typed, by field code; empty ones are left out."""
    found = {}
    for field in fields:
        parts = [form.get(PREFIX + field.code, "").strip()]
        if field.type is FieldType.ENUM and field.many:
            boxes = [form.get(f"{SEVERAL}{field.code}.{n}", "") for n in range(len(field.values))]
            parts = [*boxes, *parts]
        value = SEPARATOR.join(part for part in parts if part)
        if value:
            found[field.code] = value
    return found


def content_of(fields: Iterable[Field], values: Mapping[str, str], *, confirmed: bool) -> bytes:
    """The row as the intake takes it: one line of JSON, every field of the item by its code."""
    row: dict[str, str | None] = {f.code: values.get(f.code) for f in fields}
    if confirmed:
        row[own_columns.CONFIRM] = own_columns.YES[0]
    return (json.dumps(row, ensure_ascii=False) + "\n").encode()


def copied(item: Item, values: Mapping[str, str]) -> dict[str, str]:
    """The values of an earlier record for a new one: without its document number and dates."""
    own = {item.role(role) for role in OWN_TO_A_DECISION}
    dates = {f.code for f in item.fields if f.type is FieldType.DATE}
    return {code: value for code, value in values.items() if code not in own | dates}


def with_checks(
    item: Item, given: Sequence[Group], results: Sequence[CheckResult]
) -> tuple[tuple[Group, ...], tuple[FormError, ...]]:
    """The groups with every check beside its field, and the summary of what returns the row."""
    by_field: dict[str | None, list[CheckResult]] = {}
    for result in results:
        by_field.setdefault(result.field, []).append(result)
    shown = {field.code for group in given for field in group.fields}
    marked = tuple(
        replace(g, fields=tuple(_marked(item, f, by_field.get(f.code, ())) for f in g.fields)) for g in given
    )
    errors = tuple(
        FormError(
            f"{item.field(r.field).name if r.field and item.has(r.field) else '整行'}：{r.message}",
            f"f-{r.field}" if r.field in shown else None,
        )
        for r in results
        if r.severity is Severity.RETURN
    )
    return marked, errors


def _marked(item: Item, field: FormField, results: Iterable[CheckResult]) -> FormField:
    lines = [(r.severity is Severity.RETURN, check_line(item, r)) for r in results]
    return replace(
        field,
        problems=tuple(line for returned, line in lines if returned),
        remarks=tuple(line for returned, line in lines if not returned),
    )
