"""The statements of the first pass (`usual`): over the file in place, into `usual.parquet`, in its order.

A row that is not usual stands there as it was read: a field's cell under the field, whatever has no field of
its own under `r<i>`, so that the full way can go on from it without reading the upload again.
"""
# ruff: noqa: S608 - engine SQL of our own constants and the checked fields and rules of a pack

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from xinheng.core.cells import sql_text
from xinheng.evidence.intake import mapping, own_columns, party
from xinheng.evidence.intake.checks import ABSENT, Rule, without
from xinheng.evidence.intake.model import Staged
from xinheng.evidence.intake.normalise import Rows
from xinheng.evidence.intake.readers_staged import kept
from xinheng.evidence.intake.split import (
    PARQUET,
    SAMPLE,
    Split,
    environment_sql,
    marks_sql,
    usual_codes_query,
)
from xinheng.evidence.intake.usual import Outcomes, Usual, empty_row_sql, outcomes_query
from xinheng.law.model import FieldType

REST = "rest.parquet"
# A thread reads a row group at a time: rows that go the full way, some 60 µs each, are shared out finely.
_FINE = "FORMAT parquet, ROW_GROUP_SIZE 4096"
WORTH = 2  # one in so many of the first rows must look usual; the pass costs a third of what it spares


@dataclass(frozen=True)
class FirstPass:
    """A pass over one staged file. `split.staged` is `ordered`."""

    split: Split
    constants: Mapping[str, str]

    def _rows(self) -> Rows:
        item = self.split.item
        return Rows(self.split.staged, item, mapping.constants(self.constants, item))

    def share_query(self) -> str:
        """One row: among the first rows, those whose cells are in their usual form, and all."""
        return (
            f"SELECT count(*) FILTER (ready), count(*) "
            f"FROM (SELECT ready FROM ({self._told_sql()}) LIMIT {SAMPLE})"
        )

    def outcomes_query(self) -> str:
        """What each rule says of empty fields; the answer goes into `statement`."""
        empty = empty_row_sql(self.split.item, kept(self.split.staged.columns))
        return outcomes_query(self._plan(), environment_sql(self.split, empty))

    def usual_codes_queries(self) -> list[str]:
        """`split.usual_codes_query` over the cells as they are, where the item asks it."""
        asked = usual_codes_query(self.split, self._told_sql())
        return [asked] if asked else []

    def usual(self, outcomes: Outcomes) -> Usual | None:
        """The tests of usual rows; None where no row can be one."""
        item, rows = self.split.item, self._rows()
        usual = Usual(self._plan(), item, outcomes)
        filled = {f.code for f in rows.filled()} | set(mapping.constants(self.constants, item))
        empty = frozenset(f.code for f in item.fields if f.code not in filled)
        return None if usual.never(empty) or not usual.able else usual

    def statements(self, usual: Usual) -> list[str]:
        """COPYs: all rows into `usual.parquet`, then those that are not usual, close together."""
        this, item, rows = self.split, self.split.item, self._rows()
        asked = ", ".join(["*", *usual.columns()])
        environment = f"SELECT {asked} FROM ({environment_sql(this, self._told_sql())})"
        tests = " AND ".join(["ready", f"row_kind <> '{party.PERSON}'", *usual.tests()])
        shown, reported = marks_sql(item, this.day)
        columns = [
            *(self._field(rows, f.code) for f in item.fields),
            *(f"CASE WHEN NOT usual THEN c{i} END AS r{i}" for i in self._aside(rows)),
            "usual",
            "dropped",
            *usual.kept(),
            f"{own_columns.record_sql(this.staged)} AS named_record",
            f"{own_columns.case_sql(this.staged)} AS named_case",
            f"{shown} AS shown_mark",
            f"{reported if this.reported else 'false'} AS reported_mark",
        ]
        told = f"SELECT {', '.join(columns)} FROM (SELECT *, {tests} AS usual FROM ({environment}))"
        return [
            f"COPY ({told}) TO {sql_text(str(this.first))} ({PARQUET})",
            f"COPY ({self._rest_sql()}) TO {sql_text(str(self.others))} ({_FINE})",
        ]

    def rest(self) -> Staged:
        """The rows that are not usual, as a staged relation with lines.

        They are read from a file of their own: the full way costs much a vector, and little more a row.
        """
        relation = f"SELECT * FROM read_parquet({sql_text(str(self.others))})"
        return replace(self.split.staged, relation=relation, ordered=False)

    @property
    def others(self) -> Path:
        """The rows that are not usual, as they were read."""
        return self.split.staged.folder / REST

    def _rest_sql(self) -> str:
        staged, rows = self.split.staged, self._rows()
        places = {f"c{rows.column_of(f)}": f'"{f.code}"' for f in self.split.item.fields}
        cells = "".join(f"{places.get(f'c{i}', f'r{i}')} AS c{i}, " for i in kept(staged.columns))
        nothing = "CAST(NULL AS VARCHAR)"
        source = f"read_parquet({sql_text(str(self.split.first))}, file_row_number=true)"
        return (
            f"SELECT CAST(file_row_number + {staged.first_line} AS INTEGER) AS line, {cells}dropped, "
            f"{nothing} AS numeric, {nothing} AS fault FROM {source} WHERE NOT usual"
        )

    def _plan(self) -> list[Rule]:
        return [replace(rule, sql=without(rule.sql, ABSENT)) for rule in self.split.plan]

    def _told_sql(self) -> str:
        """The staged relation with each field's value for a usual row, and `ready`: its cells are usual."""
        rows, conditions, values = self._rows(), [], []
        for field in self.split.item.fields:
            tests, value = rows.usual(field)
            conditions += tests
            values.append(f'{value} AS "{field.code}"')
        ready = " AND ".join([f"NOT {rows.odd()}", *conditions])
        return f"SELECT *, {', '.join(values)}, {ready} AS ready FROM ({self.split.staged.relation})"

    def _field(self, rows: Rows, code: str) -> str:
        field = self.split.item.field(code)
        place = rows.column_of(field)
        value = f'"{code}"'
        if place is None:
            return value
        plain = field.type not in (FieldType.DATE, FieldType.WAN_YUAN) and not rows.has_constant(field)
        return value if plain else f"CASE WHEN usual THEN {value} ELSE c{place} END AS {value}"

    def _aside(self, rows: Rows) -> list[int]:
        """Columns whose cells no field holds alone."""
        held = {rows.column_of(f) for f in self.split.item.fields}
        return [i for i in kept(self.split.staged.columns) if i not in held]
