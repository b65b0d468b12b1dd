"""The empty workbook of an item, to be filled in and sent as it is: headers, notes, drop-downs, an example.

The intake reads the first sheet with a header, which is the empty one; what every field asks, the accepted
values and the example stand in sheets of their own behind it, so that nothing has to be deleted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any, Final

import xlsxwriter

from xinheng.core.uscc import check_character, organisation_check
from xinheng.law.model import Disclosure, Field, FieldType, Item

FILL, EXPLAIN, LISTS, EXAMPLE = "填报", "填写说明", "代码表", "示例（不报送）"
LAST_ROW: Final = 9_999  # rows with drop-downs
MESSAGE: Final = 255  # characters that a spreadsheet shows beside a cell
REQUIRED = "*"  # before a header; the reader takes it off again
TYPES: Final[Mapping[FieldType, str]] = {
    FieldType.TEXT: "文字",
    FieldType.LONG_TEXT: "文字，可以较长",
    FieldType.USCC: "18 位统一社会信用代码",
    FieldType.CODE: "号码，按文字填写",
    FieldType.DATE: "日期，写作 2026-01-31；长期写作 2099-12-31",
    FieldType.WAN_YUAN: "金额，单位万元，最多 6 位小数",
    FieldType.NUMBER: "数字，最多 6 位小数",
    FieldType.ENUM: "从代码表里选",
}
DISCLOSED: Final[Mapping[Disclosure, str]] = {
    Disclosure.PUBLIC: "社会公开",
    Disclosure.SHARED: "政务共享",
    Disclosure.AUTHORISED: "授权查询",
}
_EXAMPLES: Final[Mapping[str, str]] = {  # by role
    "party_name": "示例商贸有限公司",
    "document": "示例字〔2026〕1号",
    "authority": "示例市示例局",
    "reporter": "示例市示例局",
    "representative": "示例",
    "valid_to": "2099-12-31",
    "reported_end": "2099-12-31",
}


def blank(item: Item, day: date | None = None) -> bytes:
    """An XLSX file of the item as it stands on `day` (None: every field it ever had, as it reads files).

    Fields of identity numbers are not in it.
    """
    sink = BytesIO()
    book = xlsxwriter.Workbook(sink, {"strings_to_formulas": False, "strings_to_urls": False})
    fields = entered(item, day)
    head = book.add_format({"bold": True, "bg_color": "#1E4E8C", "font_color": "#FFFFFF", "border": 1})
    sheet = book.add_worksheet(FILL)
    explain = book.add_worksheet(EXPLAIN)
    example = book.add_worksheet(EXAMPLE)
    places = _write_lists(book, fields, head)
    text = book.add_format({"num_format": "@", "valign": "top"})  # codes and numbers keep their digits
    for column, field in enumerate(fields):
        sheet.set_column(column, column, max(14, 2 * len(field.name)), text)
        sheet.write_string(0, column, header(field), head)
        sheet.write_comment(0, column, note(field))
        _guide(sheet, column, field, places.get(field.code))
    sheet.freeze_panes(1, 0)
    _write_explanation(explain, item, fields, book, head)
    _write_example(example, item, fields, head, text)
    book.close()
    return sink.getvalue()


def entered(item: Item, day: date | None = None) -> tuple[Field, ...]:
    """The fields that anybody fills in, as they stand on that day."""
    standing = (f if day is None else f.on(day) for f in item.fields)
    return tuple(f for f in standing if f is not None and not f.dropped)


def header(field: Field) -> str:
    return f"{REQUIRED if field.required else ''}{field.name}"


def presence(field: Field) -> str:
    """How much a field is wanted, in words."""
    return "必填" if field.required else "应填" if field.expected else "选填"


def accepted(field: Field) -> str:
    """Which values of a code list are accepted, in words; empty for other fields."""
    if field.type is not FieldType.ENUM:
        return ""
    return "、".join([*field.values, *(f"{text}-（说明）" for text in field.open_values)])


def note(field: Field) -> str:
    """What the field asks, in a few lines."""
    lines = [
        f"{field.name}（{field.code}）",
        f"{presence(field)}；{TYPES.get(field.type, '文字')}；{DISCLOSED[field.disclosure]}",
    ]
    if field.type is FieldType.ENUM:
        several = "可填多个，用“；”分开：" if field.many else "可填："
        lines.append(several + accepted(field))
    if field.max_length:
        lines.append(f"常见长度 {field.max_length} 字以内")
    return "\n".join(lines)


def _guide(sheet: Any, column: int, field: Field, place: str | None) -> None:
    """A drop-down where one value is chosen; elsewhere what the field asks, shown beside the cell."""
    rule: dict[str, Any] = {"validate": "any"}
    if place is not None and not field.many:
        rule = {"validate": "list", "source": place, "error_type": "stop", "error_title": "不在代码表中"}
        rule["error_message"] = "请从下拉列表里选"
        if field.open_values:  # 其他-说明 is typed by hand
            rule["error_type"] = "information"
    rule |= {"input_title": field.name[:32], "input_message": note(field).partition("\n")[2][:MESSAGE]}
    sheet.data_validation(1, column, LAST_ROW, column, rule)


def _write_lists(book: Any, fields: Sequence[Field], head: Any) -> dict[str, str]:
    """The sheet of accepted values; field code -> the range that holds them."""
    places: dict[str, str] = {}
    listed = [f for f in fields if f.type is FieldType.ENUM]
    if not listed:
        return places
    sheet = book.add_worksheet(LISTS)
    for column, field in enumerate(listed):
        values = [*field.values, *field.open_values]
        letter = _letters(column)
        sheet.set_column(column, column, 28)
        sheet.write_string(0, column, f"{field.name}：可填", head)
        for row, value in enumerate(values, 1):
            sheet.write_string(row, column, value)
        places[field.code] = f"='{LISTS}'!${letter}$2:${letter}${len(values) + 1}"
    return places


def _letters(column: int) -> str:
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def _write_explanation(sheet: Any, item: Item, fields: Sequence[Field], book: Any, head: Any) -> None:
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 1, 30, wrap)
    sheet.set_column(2, 2, 10, wrap)
    sheet.set_column(3, 3, 34, wrap)
    sheet.set_column(4, 4, 70, wrap)
    sheet.set_column(5, 5, 12, wrap)
    for row, text in enumerate(_how_to(item)):
        sheet.merge_range(row, 0, row, 5, text, wrap)
    start = len(_how_to(item)) + 1
    for column, title in enumerate(("第几项", "代码", "要求", "写法", "可填的值", "公开属性")):
        sheet.write_string(start, column, title, head)
    for row, field in enumerate(fields, start + 1):
        cells = (
            f"{row - start}　{field.name}",
            field.code,
            presence(field),
            TYPES.get(field.type, "文字"),
            accepted(field),
            DISCLOSED[field.disclosure],
        )
        for column, text in enumerate(cells):
            sheet.write_string(row, column, text, wrap)


def _how_to(item: Item) -> tuple[str, ...]:
    return (
        f"{item.name}（{item.edition}）：在“{FILL}”表里从第 2 行起，一条决定填一行，保存后直接报送。",
        f"只读取“{FILL}”表；“{EXPLAIN}”“{EXAMPLE}”“{LISTS}”各表不读取，不必删除。",
        "表头带 * 的必填。列的次序可以调换，选填的列可以删去。",
        "本平台不收自然人的信息：针对自然人的行不入库；不要填写身份证件号码。",
    )


def _write_example(sheet: Any, item: Item, fields: Sequence[Field], head: Any, text: Any) -> None:
    for column, field in enumerate(fields):
        sheet.set_column(column, column, max(14, 2 * len(field.name)), text)
        sheet.write_string(0, column, header(field), head)
        sheet.write_string(1, column, example(item, field), text)


def example(item: Item, field: Field) -> str:
    """An invented value of the right form."""
    role = next((name for name, code in item.roles.items() if code == field.code), "")
    if role in _EXAMPLES:
        return _EXAMPLES[role]
    match field.type:
        case FieldType.USCC:
            return _invented_code("91" if role == "party_code" else "11")
        case FieldType.DATE:
            return "2026-01-15"
        case FieldType.WAN_YUAN:
            return "0.5"
        case FieldType.NUMBER:
            return "1"
        case FieldType.ENUM:
            return field.values[0]
        case FieldType.CODE:
            return "2026-0001"
        case _:
            return f"（{field.name}）"


def _invented_code(kind: str) -> str:
    """A code that holds, of a division that was never given out."""
    body = "MA000001"
    first = f"{kind}429900{body}{organisation_check(body)}"
    return first + check_character(first)
