"""From the normalised relation to accepted, returned and person rows: SQL texts for the engine's child.

One pass over the file writes `checked.parquet` in the submission's private folder: every row with its
fields, its bitmaps and what became of it; the cells as received stand there only for rows that are not
candidates, with identity numbers masked. Everything later reads that file, never the upload again.
"""
# ruff: noqa: S608 - engine SQL of our own constants and the checked fields and rules of a pack

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from xinheng.core import identity, uscc, uscc_sql
from xinheng.core.cells import sql_text
from xinheng.evidence.intake import checks, own_columns, party
from xinheng.evidence.intake.model import DROPPED, IGNORED, Staged
from xinheng.evidence.intake.readers_staged import kept
from xinheng.evidence.intake.record_key import MacBlocks
from xinheng.evidence.subjects.correcting import NONE_CORRECTED, FormerCodes
from xinheng.law.model import VERDICT_SUFFIX, FieldType, Item, MarkRule, Severity

SAMPLE, USUAL = 2_000, 16  # rows looked at for usual codes, and how many of those
CHECKED = "checked.parquet"
ASKED = "asked"  # column of `first`: bit i says that the i-th of the rules asked one by one did not run
FIRST = "usual.parquet"  # of a long file: rows as they should be, and the others as they were read
PARQUET = "FORMAT parquet, ROW_GROUP_SIZE 40960"  # a row group is read by one thread, and held by one writing
_OWN = ("named_record", "named_case", "shown_mark", "reported_mark")
_READ_ONLY = (own_columns.CASE, own_columns.REASONS, own_columns.FIELDS, own_columns.LINE)
RETURNED, CANDIDATE, PERSON = 0, 1, 2  # column `fate`


@dataclass(frozen=True)
class Split:
    """One submission's rules and relations."""

    staged: Staged
    item: Item
    plan: Sequence[checks.Rule]
    day: date
    macs: MacBlocks
    reported: bool  # whether the profile may go upward at all
    confirmed: bool = False  # the sender confirms the codes of all rows
    former: FormerCodes = NONE_CORRECTED  # codes of organisations that were corrected
    # Where `first` holds the usual rows and `checked` the others (first_pass): their bitmaps as expressions.
    parted: Mapping[str, str] | None = None
    usual: tuple[str, ...] = ()  # codes that the first rows name in columns other than the party's
    held: str | None = None  # a column: the party's code is right in both checks, which spares its verdict
    failed: frozenset[str] | None = None  # rules that failed on any row; None: not counted yet

    @property
    def checked(self) -> Path:
        return self.staged.folder / CHECKED

    @property
    def first(self) -> Path:
        return self.staged.folder / FIRST

    def rows_sql(self, columns: str = "*", lines: tuple[int, int] | None = None) -> str:
        """The checked rows with their `line`, in no order; `lines`: the first and the last wanted."""
        if self.parted is not None:
            return self._parted_sql(columns, lines)
        source = f"read_parquet({sql_text(str(self.checked))}, file_row_number=true)"
        if not self.staged.ordered:
            within = f" WHERE line BETWEEN {lines[0]} AND {lines[1]}" if lines else ""
            return f"SELECT {columns} FROM {source}{within}"
        first = self.staged.first_line
        within = f" WHERE file_row_number BETWEEN {lines[0] - first} AND {lines[1] - first}" if lines else ""
        line = f"CAST(file_row_number + {first} AS INTEGER) AS line"
        return f"SELECT {columns} FROM (SELECT {line}, * FROM {source}{within})"

    def _parted_sql(self, columns: str, lines: tuple[int, int] | None) -> str:
        """Usual rows, then the others."""
        assert self.parted is not None  # noqa: S101 - its one caller asks
        start = self.staged.first_line
        within = f" WHERE file_row_number BETWEEN {lines[0] - start} AND {lines[1] - start}" if lines else ""
        among = f" WHERE line BETWEEN {lines[0]} AND {lines[1]}" if lines else ""
        first = f"read_parquet({sql_text(str(self.first))}, file_row_number=true)"
        bits = "".join(f", {said} AS {name}" for name, said in self.parted.items())
        both = [f'"{f.code}"' for f in self.item.fields]
        names = ", ".join([*both, "dropped", *checks.bitmap_columns(self.plan), *_OWN])
        return (
            f"SELECT {columns} FROM (SELECT CAST(file_row_number + {start} AS INTEGER) AS line, {names}, "
            f"{CANDIDATE}::TINYINT AS fate, 0 AS masked, NULL AS fault, NULL AS cells "
            f"FROM (SELECT *{bits} FROM {first}{within}) WHERE usual "
            f"UNION ALL SELECT line, {names}, fate, masked, fault, cells "
            f"FROM read_parquet({sql_text(str(self.checked))}){among})"
        )


def environment_sql(split: Split, normalised: str) -> str:
    """The normalised relation with the columns that rules may name besides the fields (law.model)."""
    fields = [f.code for f in split.item.fields if f.type is FieldType.USCC]
    if fields and split.staged.rows <= SAMPLE:
        # planned once for all of them: of a short file's cost, planning is the most
        listed = ", ".join(f'"{code}"' for code in fields)
        judged = f"list_transform([{listed}], lambda code: {uscc_sql.verdict_sql('code', normalised=True)})"
        normalised = f"SELECT *, {judged} AS verdicts FROM ({normalised})"
        said = [f"verdicts[{i}]" for i in range(1, len(fields) + 1)]
    else:
        said = [_verdict_sql(split, code) for code in fields]
    verdicts = "".join(f', {sql} AS "{code}{VERDICT_SUFFIX}"' for code, sql in zip(fields, said, strict=True))
    confirmed = "'yes'" if split.confirmed else own_columns.confirmed_sql(split.staged)
    inner = (
        f"SELECT *, '{split.day.isoformat()}' AS report_date, "
        f"{confirmed} AS confirmed{verdicts} FROM ({normalised})"
    )
    return f"SELECT *, {_kind_sql(split)} AS row_kind FROM ({inner})"


def _kind_sql(split: Split) -> str:
    """Whom a row is about; where its cells do not stand under their headers, by any of them."""
    kind = party.row_kind_sql(split.item)
    cells = [f"c{i}" for i in kept(split.staged.columns)]
    if split.staged.ordered or split.parted is not None or not cells:  # scanned in place: no such rows
        return kind
    shifted = f"CASE WHEN fault IS NOT NULL THEN {party.shifted_person_sql(cells)} ELSE false END"
    return f"CASE WHEN {shifted} THEN '{party.PERSON}' ELSE {kind} END"


def _verdict_sql(split: Split, field: str) -> str:
    """The verdict on a code field. A sheet names few authorities: those are judged once, not row by row."""
    judged = uscc_sql.verdict_sql(f'"{field}"', normalised=True)
    if field == split.item.roles["party_code"] and split.held:
        return f"CASE WHEN {split.held} THEN '{uscc.CodeVerdict.VALID.value}' ELSE {judged} END"
    if not split.usual or field == split.item.roles["party_code"]:
        return judged
    known = " ".join(f"WHEN {sql_text(c)} THEN {sql_text(uscc.judge(c).verdict.value)}" for c in split.usual)
    return f'CASE "{field}" {known} ELSE {judged} END'


def usual_codes_query(split: Split, normalised: str) -> str | None:
    """The codes that the first rows name in columns other than the party's; None where the item has none."""
    party = split.item.roles["party_code"]
    fields = [f.code for f in split.item.fields if f.type is FieldType.USCC and f.code != party]
    if not fields:
        return None
    listed = ", ".join(f'"{code}"' for code in fields)
    first = f"SELECT {listed} FROM ({normalised}) LIMIT {SAMPLE}"
    return (
        f"SELECT DISTINCT code FROM (SELECT unnest([{listed}]) AS code FROM ({first})) "
        f"WHERE code IS NOT NULL ORDER BY code LIMIT {USUAL}"
    )


def check_statement(split: Split, normalised: str) -> str:
    """COPY of all rows, checked and sorted into their fates, into `checked.parquet`."""
    absent = checks.ABSENT if split.staged.ordered or split.parted is not None else ()
    relation = checks.checked_sql(environment_sql(split, normalised), split.plan, absent)
    returned = checks.any_sql(split.plan, [Severity.RETURN])
    person = f"row_kind = '{party.PERSON}'"
    fate = f"CASE WHEN {person} THEN {PERSON} WHEN {returned} THEN {RETURNED} ELSE {CANDIDATE} END"
    sorted_rows = f"SELECT *, CAST({fate} AS TINYINT) AS fate FROM ({relation})"
    line = "" if split.staged.ordered else "line, "
    fields = ", ".join(f'"{f.code}"' for f in split.item.fields)
    shown, reported = marks_sql(split.item, split.day)
    columns = (
        f"{line}{fields}, masked, dropped, fault, fate, {', '.join(checks.bitmap_columns(split.plan))}, "
        f"{own_columns.record_sql(split.staged)} AS named_record, "
        f"{own_columns.case_sql(split.staged)} AS named_case, "
        f"{shown} AS shown_mark, {reported if split.reported else 'false'} AS reported_mark, "
        f"CASE WHEN fate <> {CANDIDATE} THEN {cells_sql(split.staged)} END AS cells"
    )
    return f"COPY (SELECT {columns} FROM ({sorted_rows})) TO {sql_text(str(split.checked))} ({PARQUET})"


def cells_sql(staged: Staged) -> str:
    """The row as received, as a JSON object header -> text: dropped columns absent, identity numbers masked.

    Over rows that have the cells `c<i>`, the fields and `masked`. Where normalising masked something, the
    fields stand for their cells; other columns, and amounts that were divided, are looked through one by one.
    """
    sources = Counter(c.target for c in staged.columns if c.mapped)
    terms = []
    for column in staged.columns:
        if column.target == DROPPED or column.header in _READ_ONLY:
            continue
        cell = f"c{column.index}"
        if not column.mapped:
            cell = identity.mask_sql(cell)
        elif column.divide_by != 1:  # the field holds another number than the cell: it cannot stand for it
            hidden = f'contains("{column.target}", {sql_text(identity.MASK)})'
            alone = hidden if sources[column.target] == 1 else "false"
            cell = f'CASE WHEN {alone} THEN "{column.target}" ELSE {identity.mask_sql(cell)} END'
        elif sources[column.target] == 1:
            cell = f'CASE WHEN masked > 0 THEN "{column.target}" ELSE {cell} END'
        else:
            cell = f"CASE WHEN masked > 0 THEN {identity.mask_sql(cell)} ELSE {cell} END"
        terms.append(f"{sql_text(_json_key(column.header))} || to_json(coalesce({cell}, ''))")
    return f"'{{' || concat_ws(',', {', '.join(terms)}) || '}}'" if terms else "'{}'"


def _json_key(header: str) -> str:
    escaped = header.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}":'


def marks_sql(item: Item, day: date) -> tuple[str, str]:
    """The marks *shown* and *reported upward* of a row: the least that the item and the rules on it allow."""
    rules = item.mark_rules_until(day)

    def holds(rule: MarkRule) -> str:
        within = checks.within_sql(item, rule.span, day)
        said = f"coalesce(TRY({rule.sql or rule.expr}), false)"
        return f"({within} AND {said})" if within else said

    def least(mark: bool, against: Sequence[MarkRule]) -> str:
        terms = [holds(rule) for rule in against]
        return f"NOT ({' OR '.join(terms)})" if mark and terms else ("true" if mark else "false")

    return (
        least(item.marks.shown, [r for r in rules if not r.marks.shown]),
        least(item.marks.reported, [r for r in rules if not r.marks.reported]),
    )


def groups_query(split: Split) -> str:
    """Rows of organisations by bitmaps, with their number last: what `checks.counts` needs."""
    names = ", ".join(checks.bitmap_columns(split.plan))
    source = f"read_parquet({sql_text(str(split.checked))})"
    checked = f"SELECT {names}, count(*) FROM {source} WHERE fate <> {PERSON} GROUP BY {names}"
    if split.parted is None:
        return checked
    # usual rows differ in which of their fields are empty: few ways, and the bitmaps are worked out for those
    empty = [f"empty{word}" for word in range(checks.words(len(split.item.fields)))]
    fields = ", ".join(
        f'CASE WHEN empty{i // checks.WORD} & {1 << i % checks.WORD} = 0 THEN true END AS "{f.code}"'
        for i, f in enumerate(split.item.fields)
    )
    others = [ASKED, *(name for name in checks.bitmap_columns(split.plan) if name not in split.parted)]
    held = (
        f"SELECT {', '.join([*empty, *others])}, count(*) AS rows "
        f"FROM read_parquet({sql_text(str(split.first))}) WHERE usual GROUP BY ALL"
    )
    ways = f"SELECT {fields}, {', '.join(others)}, rows FROM ({held})"
    said = ", ".join(f"{split.parted.get(n, n)} AS {n}" for n in checks.bitmap_columns(split.plan))
    return f"{checked} UNION ALL SELECT {said}, CAST(rows AS BIGINT) FROM ({ways})"


def sums_query(split: Split) -> str:
    """One row: persons, identity numbers masked, identity cells left at the door, candidates, all."""
    return (
        f"SELECT count(*) FILTER (WHERE fate = {PERSON}), coalesce(sum(masked), 0), "
        f"coalesce(sum(dropped), 0), count(*) FILTER (WHERE fate = {CANDIDATE}), count(*) "
        f"FROM ({split.rows_sql()})"
    )


def authorities_query(split: Split) -> str:
    """What candidate rows name: (authority, its code or NULL, day of decision or NULL)."""
    columns = ", ".join(authority_columns(split.item))
    return f"SELECT DISTINCT {columns} FROM ({split.rows_sql()}) WHERE fate = {CANDIDATE}"


def authority_columns(item: Item) -> tuple[str, str, str]:
    """Deciding authority, its code and the day of decision, as expressions over checked rows."""
    code = f'"{item.roles["authority_code"]}"' if item.role("authority_code") else "CAST(NULL AS VARCHAR)"
    return f'"{item.roles["authority"]}"', code, f'TRY_CAST("{item.roles["decided"]}" AS DATE)'


def unmapped(staged: Staged) -> tuple[str, ...]:
    """Headers left out because nobody knows them."""
    return tuple(c.header for c in staged.columns if not c.mapped and c.target not in (DROPPED, IGNORED))
