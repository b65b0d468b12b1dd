"""From the cells of a file to the fields of an item, as one SELECT that DuckDB runs over the whole file.

Every field becomes text in its normal form, or stays as it was found where it has none, so that a check
can say what was wrong with it. Nothing is guessed and nothing is a float: 元 become 万元 by an exact
decimal multiplication, a number too long for that stays as it is.
"""
# ruff: noqa: S608 - SQL of field codes and column names of our own; every value goes through `sql_text`

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from xinheng.core import cells, identity, uscc
from xinheng.core.cells import sql_text
from xinheng.evidence.intake import mapping
from xinheng.evidence.intake.model import ColumnPlan, Staged
from xinheng.evidence.intake.normalise_look import known_sql, odd_sql
from xinheng.evidence.intake.normalise_values import (
    amount,
    amount_sql,
    enum,
    enum_sql,
    number,
    number_sql,
    usual_sql,
)
from xinheng.evidence.intake.readers_staged import kept
from xinheng.law.model import Field, FieldType, Item

SEPARATOR = "；"  # between values of several columns under one field
_TEXT_MARK = "''"  # in SQL: one apostrophe, which spreadsheets put before text of digits and CSV exports keep
SHEETS = ("XLSX", "XLSB", "XLS", "ODS")  # here a cell stands under its header, whatever else is wrong
_NAMES = ("party_name", "authority", "reporter")  # roles that hold the name of an organisation
_FREE = (FieldType.TEXT, FieldType.LONG_TEXT, FieldType.CODE)
# Fields of a row side by side for one look at identity numbers. `tidy` leaves no such character in a field,
# and it is too long for words before a number to be read across it.
_BAR = "chr(31)"
_BAR_COUNT = 14
# Fifteen digits with no more than blanks and dashes between them: worth the full look of `core.identity`.
_SUSPECT = "[0-9０-９]([ -]{0,3}[0-9０-９]){14}"
_CODE_SAYS = "代码"  # before a unified code, so that one of digits only is not taken for a person's number


def normalised_sql(
    staged: Staged, item: Item, constants: Mapping[str, str] | None = None, *, spared: bool = True
) -> str:
    """The normalised relation (columns: see `model`) over a staged one, as a SELECT.

    `line` is there only where `staged` is not `ordered`: otherwise a row's place gives it, and asking DuckDB
    for it would hold the scan on one thread. `constants` (field code, name or role -> value for all rows)
    fill a field where the file leaves it empty. Rows in which one look finds nothing to do are `spared` the
    rest; without it all rows are worked through, to the same end. Raises `UnknownMappingError` for a constant
    without a field.
    """
    rows = Rows(staged, item, mapping.constants(constants or {}, item))
    line = "" if staged.ordered else "line, "
    raw = "".join(f", c{i}" for i in kept(staged.columns))
    fields = "".join(f'{rows.field(f)} AS "{f.code}", ' for f in item.fields)
    normal = (
        f"SELECT {line}{fields}dropped, {rows.numeric_fields()} AS numeric_fields, "
        f"{rows.nul_fields()} AS nul_fields, fault{raw}, odd "
        f"FROM (SELECT *, {rows.odd() if spared else 'true'} AS odd FROM ({staged.relation}))"
    )
    return _masked(normal, item, rows.filled(), line, raw)


def _masked(normal: str, item: Item, filled: Sequence[Field], line: str, raw: str) -> str:
    """`normal` with identity numbers masked and counted: one look a row, over all its fields side by side."""
    bar = f"repeat({_BAR}, {_BAR_COUNT})"
    beside = ", ".join(
        f"concat('{_CODE_SAYS}', \"{f.code}\")" if f.type is FieldType.USCC else f"coalesce(\"{f.code}\", '')"
        for f in filled
    )
    beside = f"concat_ws({bar}, {beside})" if filled else "''"
    masked = f"nullif({identity.mask_sql('beside')}, beside)"
    hidden = f"CASE WHEN regexp_matches(beside, '{_SUSPECT}') THEN {masked} END"  # NULL: nothing to hide
    places = {f.code: i for i, f in enumerate(filled, start=1)}
    fields = "".join(f"{_apart(f, places.get(f.code))}, " for f in item.fields)
    count = f"CASE WHEN hidden IS NULL THEN 0 ELSE {identity.count_sql('beside', 'hidden')} END"
    outside = f"dropped, numeric_fields, nul_fields, fault{raw}"
    return (
        f"SELECT {line}{fields}CAST({count} AS INTEGER) AS masked, {outside} FROM ("
        f"SELECT *, CASE WHEN hidden IS NOT NULL THEN string_split(hidden, {bar}) END AS apart FROM ("
        f"SELECT *, {hidden} AS hidden FROM ("
        f"SELECT *, CASE WHEN odd THEN {beside} END AS beside FROM ({normal}))))"
    )


def _apart(field: Field, place: int | None) -> str:
    """A field after masking: its piece of the row's text where that was looked at, else as it is."""
    name = f'"{field.code}"'
    if place is None:
        return name
    piece = f"apart[{place}]"
    if field.type is FieldType.USCC:
        piece = f"substr({piece}, {len(_CODE_SAYS) + 1})"
    return f"CASE WHEN apart IS NULL THEN {name} ELSE nullif({piece}, '') END AS {name}"


class Rows:
    """The expressions over one staged relation. `familiar`: column -> cells that `usual` finds usual, and
    that are not odd."""

    def __init__(
        self,
        staged: Staged,
        item: Item,
        constants: Mapping[str, str],
        familiar: Mapping[int, Sequence[str]] | None = None,
    ) -> None:
        self._item = item
        self._familiar = familiar or {}
        self._numbers = not staged.ordered  # delimited text scanned in place has no typed cells
        self._serial = staged.encoding in SHEETS
        self._roles = item.roles
        self._constants = {c: self._constant(item.field(c), text) for c, text in constants.items()}
        self._columns: dict[str, list[ColumnPlan]] = {}
        for column in staged.columns:
            if column.mapped:
                self._columns.setdefault(column.target, []).append(column)

    def filled(self) -> list[Field]:
        """Fields that columns of the file can fill."""
        return [f for f in self._item.fields if f.code in self._columns]

    def odd(self) -> str:
        """Whether some cell of the row has to be worked on, masked or left out."""
        named = [code for role in _NAMES if (code := self._roles.get(role))]
        return odd_sql(self._columns, self._item.fields, named, self._familiar)

    def known(self, field: Field) -> str | None:
        """Whether the field's one cell is familiar; None where none is."""
        column = self.column_of(field)
        return None if column is None else known_sql(column, self._familiar)

    def usual(self, field: Field) -> tuple[list[str], str]:
        """Conditions, never NULL, under which a row that is not odd has a field in its usual form, and its
        value then."""
        cells_ = self._columns.get(field.code, [])
        conditions, values = [], []
        for column in cells_:
            cell = f"c{column.index}"
            test, value = usual_sql(field, cell, column.divide_by)
            test = f"({cell} IS NULL OR coalesce({test}, false))" if test else None
            if test and (known := self.known(field)):
                test = f"CASE WHEN {known} THEN true ELSE {test} END"  # the others alone are asked
            conditions += [test] if test else []
            values.append(value)
        if len(values) > 1:  # several at once are joined in the full way
            filled = " + ".join(f"CAST(c{c.index} IS NOT NULL AS INTEGER)" for c in cells_)
            conditions.append(f"({filled} <= 1)")
        constant = self._constants.get(field.code)
        values += [sql_text(constant)] if constant else []
        return conditions, f"coalesce({', '.join(values)})" if values else "CAST(NULL AS VARCHAR)"

    def column_of(self, field: Field) -> int | None:
        """The column whose cells are the field in rows that are usual; None where more goes into it."""
        columns = self._columns.get(field.code, [])
        return columns[0].index if len(columns) == 1 else None

    def has_constant(self, field: Field) -> bool:
        """Whether a constant fills the field where the file leaves it empty."""
        return bool(self._constants.get(field.code))

    def field(self, field: Field) -> str:
        """The normalised value of a field: its columns joined, else its constant, else NULL."""
        parts = [self._value(field, c) for c in self._columns.get(field.code, [])]
        value = parts[0] if len(parts) == 1 else _joined(parts) if parts else "CAST(NULL AS VARCHAR)"
        constant = self._constants.get(field.code)
        return f"coalesce({value}, {sql_text(constant)})" if constant else value

    def _value(self, field: Field, column: ColumnPlan) -> str:
        cell = f"c{column.index}"
        marked = field.type in (FieldType.USCC, FieldType.CODE)
        shown = self._shown(field, _unmarked_sql(cell) if marked else cell, column)
        kept_whole = _whole_sql(cell) if field.type is FieldType.WAN_YUAN else ""
        if field.type in _FREE or field.type is FieldType.USCC:  # in a row that is not odd it is in its form
            plain = f"nullif({cell}, '')"
            return f"CASE WHEN NOT odd THEN {plain} WHEN {_empty_sql(cell)} THEN NULL ELSE {shown} END"
        # these have more forms than one, and are said once: the longest words of the plan
        return f"CASE WHEN {_if_odd(_empty_sql(cell))} THEN NULL {kept_whole}ELSE {shown} END"

    def _shown(self, field: Field, cell: str, column: ColumnPlan) -> str:
        match field.type:
            case FieldType.DATE:
                date = cells.date_sql(cell)
                if self._serial:
                    is_number = f"contains(numeric, ',{column.index},')"
                    date = f"CASE WHEN {is_number} THEN {cells.date_sql(cell, serial=True)} ELSE {date} END"
                bare = (
                    f"CASE WHEN {cell} LIKE '{_TEXT_MARK}%' THEN {cells.date_sql(f'substr({cell}, 2)')} END"
                )
                return f"CASE WHEN {cell} <> '' THEN coalesce({date}, {bare}, {cells.tidy_sql(cell)}) END"
            case FieldType.WAN_YUAN:
                return f"CASE WHEN {cell} <> '' THEN {amount_sql(cell, column.divide_by)} END"
            case FieldType.NUMBER:
                return f"nullif({number_sql(cell)}, '')"
            case FieldType.ENUM:
                return f"nullif({enum_sql(cell, field)}, '')"
            case FieldType.USCC:
                return f"nullif({uscc.normalise_sql(cell)}, '')"
            case _:
                return self._tidy(field, cell)

    def _tidy(self, field: Field, cell: str) -> str:
        if self._compact(field):
            return f"nullif({cells.compact_sql(cell)}, '')"
        return f"nullif({cells.name_sql(cell) if self._named(field) else cells.tidy_sql(cell)}, '')"

    def _named(self, field: Field) -> bool:
        return field.code in (self._roles.get(role) for role in _NAMES)

    def _compact(self, field: Field) -> bool:
        # The number of a decision keeps its own spelling; `core.documents` makes the key of it.
        return field.type is FieldType.CODE and field.code != self._roles.get("document")

    def _constant(self, field: Field, text: str) -> str | None:
        """A value for all rows, normalised once; masked like any other."""
        if cells.is_empty(text):
            return None
        match field.type:
            case FieldType.DATE:
                value = cells.date(text) or cells.tidy(text)
            case FieldType.WAN_YUAN:
                value = amount(text)
            case FieldType.NUMBER:
                value = number(text)
            case FieldType.ENUM:
                value = enum(text, field)
            case FieldType.USCC:
                value = uscc.normalise(text)
            case _ if self._compact(field):
                value = cells.compact(text)
            case _:
                value = cells.name(text) if self._named(field) else cells.tidy(text)
        return identity.mask(value)[0]

    def numeric_fields(self) -> str:
        """Code fields whose cell was a number, as `,CODE,CODE,`; NULL where there is none."""
        if not self._numbers:
            return "CAST(NULL AS VARCHAR)"
        return _listed(
            (f.code, f"contains(numeric, ',{c.index},')")
            for f in self._item.fields
            if f.type in (FieldType.CODE, FieldType.USCC)
            for c in self._columns.get(f.code, [])
        )

    def nul_fields(self) -> str:
        """Fields whose cell holds a NUL byte. Text with one never takes the fast path."""
        if not self._numbers:
            return "CAST(NULL AS VARCHAR)"
        return _listed(
            (f.code, f"contains(c{c.index}, chr(0))")
            for f in self._item.fields
            for c in self._columns.get(f.code, [])
        )


def _unmarked_sql(cell: str) -> str:
    """The cell without the apostrophe before it: no code and no number begins with one."""
    return f"ltrim({cell}, '{_TEXT_MARK}')"


def _whole_sql(cell: str) -> str:
    """The branch for an identity number among amounts: divided or without its unit it would no longer be
    known for one, so the cell stays as it is and is masked with the row."""
    return f"WHEN {_if_odd(f'{identity.mask_sql(cell)} <> {cell}')} THEN {cells.tidy_sql(cell)} "


def _if_odd(test: str) -> str:
    """A test that only rows go through that are odd: AND promises no order."""
    return f"CASE WHEN odd THEN {test} ELSE false END"


def _joined(parts: Sequence[str]) -> str:
    """Different values of several columns with ； between, in the order of the columns."""
    later = [
        f"CASE WHEN list_position(v[1:{i}], v[{i + 1}]) IS NULL THEN v[{i + 1}] END"
        for i in range(1, len(parts))
    ]
    text = f"nullif(concat_ws('{SEPARATOR}', v[1], {', '.join(later)}), '')"
    return f"list_transform([[{', '.join(parts)}]], lambda v: {text})[1]"


def _listed(tests: Iterable[tuple[str, str]]) -> str:
    """The codes whose test is true."""
    terms = [f"CASE WHEN {test} THEN {sql_text(code)} END" for code, test in tests]
    if not terms:
        return "CAST(NULL AS VARCHAR)"
    return f"',' || nullif(concat_ws(',', {', '.join(terms)}), '') || ','"


def _empty_sql(cell: str) -> str:
    """`cells.is_empty` as SQL, by a look into one text: a long IN would leave its CASE (see csv_reader)."""
    words = sql_text("|" + "|".join(cells.EMPTY_WORDS) + "|")
    return f"({cell} IS NULL OR contains({words}, '|' || lower({cells.compact_sql(cell)}) || '|'))"
