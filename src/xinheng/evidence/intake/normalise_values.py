"""Amounts and listed values as SQL: exact decimals, accepted spellings; the usual form of each kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Context, Decimal

from xinheng.core import cells
from xinheng.core.cells import sql_text
from xinheng.law.model import Field, FieldType

# 24 digits before and 6 behind the point fit DECIMAL(30,6); divided by 10 000 still DECIMAL(35,10).
_AMOUNT = "[+-]?[0-9]{1,24}([.][0-9]{0,6})?"
_GROUPED = "[+-]?[0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?"
_EXACT = Context(prec=50)  # more than 24 digits before the point and 10 behind it
_UNIT = re.compile("(万元|万|元)(整|正)?$")
_SPLIT = "[；;|，,\\n\\r]+"


def usual_sql(field: Field, cell: str, divide_by: int) -> tuple[str | None, str]:
    """Whether a cell without blanks and the like is in its field's usual form (None: always); its value."""
    match field.type:
        case FieldType.DATE:
            return cells.usual_date_sql(cell)
        case FieldType.WAN_YUAN:
            return usual_amount_sql(cell, divide_by)
        case FieldType.NUMBER:
            return f"NOT contains({cell}, ',')", cell
        case FieldType.ENUM:
            return usual_enum_sql(cell, field), cell
        case _:
            return None, cell


def amount_sql(cell: str, divide_by: int = 1) -> str:
    """An amount in 万元 as plain decimal text without idle zeros; as found where it is no such number.

    A unit in the cell (元, 万元) goes before the unit of the header. Thousands may be grouped by commas.
    `divide_by` is 1 or 10000; the division is a multiplication by an exact decimal. A sum below nothing in 元
    is no amount and is not divided: what is said of it names the number that was typed.
    """
    number = f"regexp_replace({cells.compact_sql(cell)}, '^(人民币|[¥￥])', '')"
    usual, value = usual_amount_sql(cell, divide_by)
    return (
        f"CASE WHEN {usual} THEN {value} "
        f"WHEN regexp_full_match({cell}, '{_AMOUNT}') THEN {_plain(cell, divide_by)} "
        f"ELSE list_transform([{number}], lambda n: {_spelt('n', cell, divide_by)})[1] END"
    )


def usual_amount_sql(cell: str, divide_by: int = 1) -> tuple[str, str]:
    """Whether a cell is a plain number, not below nothing (not true: NULL or false), and what it is kept as.

    A number that its own decimal begins with, written out to six places, needs no look at its form.
    """
    short = f"TRY_CAST({cell} AS DECIMAL(18, 6))"
    usual = f"({short} >= 0 AND starts_with(CAST({short} AS VARCHAR), {cell}))"
    return usual, _written(short, divide_by)


def number_sql(cell: str) -> str:
    """A count or measure without commas between its thousands; as found where it is no such number."""
    bare = cells.tidy_sql(cell)
    return f"CASE WHEN regexp_full_match({bare}, '{_GROUPED}') THEN replace({bare}, ',', '') ELSE {bare} END"


def number(text: str) -> str:
    """`number_sql` for one value."""
    bare = cells.tidy(text)
    return bare.replace(",", "") if re.fullmatch(_GROUPED, bare) else bare


def amount(text: str, divide_by: int = 1) -> str:
    """`amount_sql` for one value."""
    number = re.sub("^(人民币|[¥￥])", "", cells.compact(text))
    unit = _UNIT.search(number)
    bare = number[: unit.start()] if unit else number
    if re.fullmatch(_GROUPED, bare):
        bare = bare.replace(",", "")
    if not re.fullmatch(_AMOUNT, bare):
        return cells.tidy(text)
    by = divide_by if unit is None else 10_000 if unit[1] == "元" else 1
    if by != 1 and bare.startswith("-"):
        return f"{bare}元"
    return re.sub("[.]?0+$", "", format(_EXACT.divide(Decimal(bare), Decimal(by)), ".10f"))


def enum(text: str, field: Field) -> str:
    """`enum_sql` for one value."""
    spellings = _spellings(field)
    tidy = cells.tidy(text)
    if not field.many or not spellings:
        return spellings.get(tidy, tidy)
    found: list[str] = []
    for piece in (p.strip(" ") for p in re.split(_SPLIT, tidy)):
        parts = piece.split("、")
        if piece not in spellings and all(p in spellings for p in parts):
            found += [spellings[p] for p in parts]
        elif piece:
            found.append(spellings.get(piece, piece))
    return "；".join(found)


def _spelt(name: str, cell: str, divide_by: int) -> str:
    unit = f"regexp_extract({name}, '(万元|万|元)(整|正)?$', 1)"
    bare = f"regexp_replace({name}, '(万元|万|元)(整|正)?$', '')"
    bare = f"CASE WHEN regexp_full_match({bare}, '{_GROUPED}') THEN replace({bare}, ',', '') ELSE {bare} END"
    return (
        f"CASE WHEN NOT regexp_full_match({bare}, '{_AMOUNT}') THEN {cells.tidy_sql(cell)} "
        f"WHEN {unit} = '元' THEN {_plain(bare, 10_000)} "
        f"WHEN {unit} <> '' THEN {_plain(bare, 1)} ELSE {_plain(bare, divide_by)} END"
    )


def _plain(number: str, divide_by: int) -> str:
    plain = _written(f"TRY_CAST({number} AS DECIMAL(30, 6))", divide_by)
    if divide_by == 1:
        return plain
    return f"CASE WHEN {number} LIKE '-%' THEN {number} || '元' ELSE {plain} END"


def _written(value: str, divide_by: int) -> str:
    """A decimal with six places as plain text without idle zeros, divided first."""
    if divide_by == 10_000:
        value = f"{value} * CAST('0.0001' AS DECIMAL(5, 4))"
    return f"rtrim(rtrim(CAST({value} AS VARCHAR), '0'), '.')"  # there always is a point


def enum_sql(cell: str, field: Field) -> str:
    """A listed value in its standard spelling; as found where the list does not know it.

    A field with `many` is split at ；;|， and line breaks, and at 、 where every piece is a listed value.
    """
    spellings = _spellings(field)
    tidy = cells.tidy_sql(cell)
    if not spellings:
        return tidy
    slow = _many("v", spellings) if field.many else _one("v", spellings)
    usual = " OR ".join(f"{cell} = {sql_text(v)}" for v in field.values[:4])  # more would become a join
    usual = f"WHEN {usual} THEN {cell} " if usual else ""
    return f"CASE {usual}ELSE list_transform([{tidy}], lambda v: {slow})[1] END"


def usual_enum_sql(cell: str, field: Field) -> str | None:
    """Whether a tidy cell holds listed values as they are kept; None where every value is."""
    spellings = _spellings(field)
    if not spellings:
        return None
    kept = [v for v in field.values if spellings[v] == v and not (field.many and re.search(_SPLIT, v))]
    if not kept:
        return "false"
    if not field.many and len(kept) <= 4:
        return f"({' OR '.join(f'{cell} = {sql_text(v)}' for v in kept)})"
    one = "|".join(re.escape(v) for v in kept)
    return f"regexp_full_match({cell}, {sql_text(f'({one})(；({one}))*' if field.many else one)})"


def _many(name: str, spellings: Mapping[str, str]) -> str:
    pieces = "string_split(e, '、')"
    all_known = f"len(list_filter({pieces}, lambda p: NOT {_is_known('p', spellings)})) = 0"
    apart = f"array_to_string(list_transform({pieces}, lambda p: {_one('p', spellings)}), '；')"
    unknown = f"NOT {_is_known('e', spellings)}"
    element = f"CASE WHEN {unknown} AND {all_known} THEN {apart} ELSE {_one('e', spellings)} END"
    split = f"list_transform(string_split_regex({name}, '{_SPLIT}'), lambda s: trim(s, ' '))"
    split = f"list_filter({split}, lambda s: s <> '')"
    return f"array_to_string(list_transform({split}, lambda e: {element}), '；')"


def _is_known(name: str, spellings: Mapping[str, str]) -> str:
    return f"list_contains([{', '.join(sql_text(s) for s in spellings)}], {name})"


def _spellings(field: Field) -> dict[str, str]:
    """Every accepted text and what it is kept as."""
    return {**{v: v for v in field.values}, **field.value_synonyms}


def _one(name: str, spellings: Mapping[str, str]) -> str:
    cases = " ".join(f"WHEN {sql_text(s)} THEN {sql_text(v)}" for s, v in spellings.items() if s != v)
    return f"(CASE {name} {cases} ELSE {name} END)" if cases else name
