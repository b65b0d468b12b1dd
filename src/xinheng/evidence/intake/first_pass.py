"""The statements of the first pass (`usual`): over the file in place, into `usual.parquet`, in its order.

A row that is not usual stands there as it was read: a field's cell under the field, whatever has no field of
its own under `r<i>`, so that the full way can go on from it without reading the upload again.
"""
# ruff: noqa: S608 - engine SQL of our own constants and the checked fields and rules of a pack

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from xinheng.core import uscc_sql
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
from xinheng.evidence.intake.usual import Outcomes, Usual, empties, empty_row_sql, outcomes_query
from xinheng.law.model import FieldType

REST = "rest.parquet"
# A thread reads a row group at a time: rows that go the full way, some 60 µs each, are shared out finely.
_FINE = "FORMAT parquet, ROW_GROUP_SIZE 4096"
_NOTHING = "CAST(NULL AS VARCHAR)"
OFTEN, KNOWN = 16, 4  # a cell is familiar that one in so many rows has, and so many of a column
WORTH = 2  # one in so many of the first rows must look usual; the pass costs a third of what it spares


@dataclass(frozen=True)
class FirstPass:
    """A pass over one staged file. `split.staged` is `ordered`."""

    split: Split
    constants: Mapping[str, str]
    familiar: Mapping[int, Sequence[str]] = field(default_factory=dict)  # column -> cells known to be usual

    def _rows(self) -> Rows:
        item = self.split.item
        return Rows(self.split.staged, item, mapping.constants(self.constants, item), self.familiar)

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

    def familiar_query(self) -> str:
        """Cells that many of the first rows have and that need no look of their own: column, cell, rows.

        Alone in a row each is usual, and the rules that name its field alone pass it (those on a code are
        asked all the same: `split.usual` spares them their work). Most columns of a sheet hold few different
        values, and most of what a row costs is spent on them.
        """
        staged, rows, item = self.split.staged, self._rows(), self.split.item
        fields = {at: f for f in item.fields if (at := rows.column_of(f)) is not None}
        places = ", ".join(map(str, fields))
        cells = ", ".join(f"CASE WHEN place = {i} THEN cell END AS c{i}" for i in kept(staged.columns))
        ends = f"0 AS dropped, {_NOTHING} AS numeric, {_NOTHING} AS fault"
        alone = replace(staged, relation=f"SELECT place, cell, held, {cells}, {ends} FROM often")
        told = replace(self, split=replace(self.split, staged=alone))._told_sql()
        rules = Usual(self._plan(), item, Outcomes((None,) * len(self.split.plan)))
        passed = " ".join(
            f"WHEN {at} THEN {rules.passed(f.code)}"
            for at, f in fields.items()
            if f.type is not FieldType.USCC
        )
        return (
            f"WITH first AS MATERIALIZED (SELECT * FROM ({staged.relation}) LIMIT {SAMPLE}), "
            f"beside AS (SELECT unnest([{places}]) AS place, "
            f"unnest([{', '.join(f'c{at}' for at in fields)}]) AS cell FROM first), "
            f"often AS MATERIALIZED (SELECT place, cell, count(*) AS held FROM beside WHERE cell <> '' "
            f"GROUP BY ALL HAVING held * {OFTEN} >= (SELECT count(*) FROM first)) "
            f"SELECT place, cell, held FROM (SELECT *, '{self.split.day.isoformat()}' AS report_date "
            f"FROM ({told})) WHERE ready AND CASE place {passed} ELSE true END"
        )

    def knowing(self, cells: Iterable[tuple[int, str, int]]) -> FirstPass:
        """This pass with what `familiar_query` found; of each column the most frequent cells."""
        held: dict[int, list[str]] = {}
        for column, cell, _ in sorted(cells, key=lambda found: (-found[2], found[1])):
            held.setdefault(column, []).append(cell)
        return replace(self, familiar={column: tuple(found[:KNOWN]) for column, found in held.items()})

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
        party_code = f'"{item.roles["party_code"]}"'
        told = uscc_sql.with_checks_sql(self._told_sql(), party_code, "code_holds")
        environment = f"SELECT {asked} FROM ({environment_sql(replace(this, held='code_holds'), told)})"
        known = {
            f.code: said for f in item.fields if f.type is not FieldType.USCC and (said := rows.known(f))
        }
        tests = " AND ".join(["ready", f"row_kind <> '{party.PERSON}'", *usual.tests(known)])
        shown, reported = marks_sql(item, this.day)
        columns = [
            *(self._field(rows, f.code) for f in item.fields),
            *(f"CASE WHEN NOT usual THEN c{i} END AS r{i}" for i in self._aside(rows)),
            "usual",
            "dropped",
            *usual.kept(),
            *empties(item),
            f"{own_columns.record_sql(this.staged)} AS named_record",
            f"{own_columns.case_sql(this.staged)} AS named_case",
            f"{shown} AS shown_mark",
            f"{reported if this.reported else 'false'} AS reported_mark",
        ]
        written = f"SELECT {', '.join(columns)} FROM (SELECT *, {tests} AS usual FROM ({environment}))"
        return [
            f"COPY ({written}) TO {sql_text(str(this.first))} ({PARQUET})",
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
        source = f"read_parquet({sql_text(str(self.split.first))}, file_row_number=true)"
        return (
            f"SELECT CAST(file_row_number + {staged.first_line} AS INTEGER) AS line, {cells}dropped, "
            f"{_NOTHING} AS numeric, {_NOTHING} AS fault FROM {source} WHERE NOT usual"
        )

    def _plan(self) -> list[Rule]:
        return [replace(rule, sql=without(rule.sql, ABSENT)) for rule in self.split.plan]

    def _told_sql(self) -> str:
        """The staged relation with each field's value for a usual row, and `ready`: its cells are usual."""
        rows, conditions, values = self._rows(), [], []
        for one in self.split.item.fields:
            tests, value = rows.usual(one)
            conditions += tests
            values.append(f'{value} AS "{one.code}"')
        ready = " AND ".join([f"NOT {rows.odd()}", *conditions])
        return f"SELECT *, {', '.join(values)}, {ready} AS ready FROM ({self.split.staged.relation})"

    def _field(self, rows: Rows, code: str) -> str:
        one = self.split.item.field(code)
        place = rows.column_of(one)
        value = f'"{code}"'
        if place is None:
            return value
        plain = one.type not in (FieldType.DATE, FieldType.WAN_YUAN) and not rows.has_constant(one)
        return value if plain else f"CASE WHEN usual THEN {value} ELSE c{place} END AS {value}"

    def _aside(self, rows: Rows) -> list[int]:
        """Columns whose cells no field holds alone."""
        held = {rows.column_of(f) for f in self.split.item.fields}
        return [i for i in kept(self.split.staged.columns) if i not in held]
