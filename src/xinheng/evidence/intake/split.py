"""From the normalised relation to accepted, returned and person rows: SQL texts for the engine's child.

One pass over the file writes `checked.parquet` in the submission's private folder: every row with its
fields, its bitmaps and what became of it; the cells as received stand there only for rows that are not
candidates, with identity numbers masked. Everything later reads that file, never the upload again.
"""
# ruff: noqa: S608 - engine SQL of our own constants and the checked fields and rules of a pack

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from xinheng.core import identity, uscc_sql
from xinheng.core.cells import sql_text
from xinheng.evidence.intake import checks, own_columns, party, record_key
from xinheng.evidence.intake.model import DROPPED, IGNORED, Staged
from xinheng.evidence.intake.record_key import MacBlocks
from xinheng.law.model import VERDICT_SUFFIX, FieldType, Item, MarkRule, Severity

CHECKED = "checked.parquet"
REPEATS = "repeats.parquet"
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

    @property
    def checked(self) -> Path:
        return self.staged.folder / CHECKED

    def rows_sql(self, columns: str = "*") -> str:
        """The checked rows with their `line`."""
        source = f"read_parquet({sql_text(str(self.checked))}, file_row_number=true)"
        if not self.staged.ordered:
            return f"SELECT {columns} FROM {source}"
        line = f"CAST(file_row_number + {self.staged.first_line} AS INTEGER) AS line"
        return f"SELECT {columns} FROM (SELECT {line}, * FROM {source})"


def environment_sql(split: Split, normalised: str) -> str:
    """The normalised relation with the columns that rules may name besides the fields (law.model)."""
    verdicts = "".join(
        f', {uscc_sql.verdict_sql(chr(34) + f.code + chr(34), normalised=True)} AS "{f.code}{VERDICT_SUFFIX}"'
        for f in split.item.fields
        if f.type is FieldType.USCC
    )
    confirmed = "'yes'" if split.confirmed else own_columns.confirmed_sql(split.staged)
    inner = (
        f"SELECT *, '{split.day.isoformat()}' AS report_date, "
        f"{confirmed} AS confirmed{verdicts} FROM ({normalised})"
    )
    return f"SELECT *, {party.row_kind_sql(split.item)} AS row_kind FROM ({inner})"


def check_statement(split: Split, normalised: str) -> str:
    """COPY of all rows, checked and sorted into their fates, into `checked.parquet`."""
    relation = checks.checked_sql(environment_sql(split, normalised), split.plan)
    returned = checks.any_sql(split.plan, [Severity.RETURN])
    fate = f"CASE WHEN row_kind = '{party.PERSON}' THEN {PERSON} WHEN {returned} THEN {RETURNED} ELSE {CANDIDATE} END"
    sorted_rows = f"SELECT *, CAST({fate} AS TINYINT) AS fate FROM ({relation})"
    line = "" if split.staged.ordered else "line, "
    fields = ", ".join(f'"{f.code}"' for f in split.item.fields)
    macs = split.macs
    key = macs.sql(record_key.key_text_sql(split.item))
    content = macs.sql(record_key.content_text_sql(split.item))
    shown, reported = marks_sql(split.item, split.day)
    columns = (
        f"{line}{fields}, masked, dropped, fault, fate, {', '.join(checks.bitmap_columns(split.plan))}, "
        f"{own_columns.record_sql(split.staged)} AS named_record, "
        f"CASE WHEN fate = {CANDIDATE} THEN {key} END AS key_mac, "
        f"CASE WHEN fate = {CANDIDATE} THEN {content} END AS content_mac, "
        f"{shown} AS shown_mark, {reported if split.reported else 'false'} AS reported_mark, "
        f"CASE WHEN fate <> {CANDIDATE} THEN {cells_sql(split.staged)} END AS cells"
    )
    return f"COPY (SELECT {columns} FROM ({sorted_rows})) TO {sql_text(str(split.checked))} (FORMAT parquet)"


def cells_sql(staged: Staged) -> str:
    """The row as received, as a JSON object header -> text, identity numbers masked; dropped columns absent."""
    terms = [
        f"{sql_text(_json_key(c.header))} || to_json(coalesce(c{c.index}, ''))"
        for c in staged.columns
        if c.target != DROPPED and not _is_own(c.header)
    ]
    joined = f"'{{' || concat_ws(',', {', '.join(terms)}) || '}}'" if terms else "'{}'"
    return identity.mask_sql(joined)


def _json_key(header: str) -> str:
    escaped = header.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}":'


def _is_own(header: str) -> bool:
    return header in (own_columns.REASONS, own_columns.FIELDS, own_columns.LINE)


def marks_sql(item: Item, day: date) -> tuple[str, str]:
    """The marks *shown* and *reported upward* of a row: the least that the item and the rules on it allow."""
    rules = item.mark_rules_on(day)

    def least(mark: bool, against: Sequence[MarkRule]) -> str:
        terms = [f"coalesce(TRY({rule.sql or rule.expr}), false)" for rule in against]
        return f"NOT ({' OR '.join(terms)})" if mark and terms else ("true" if mark else "false")

    return (
        least(item.marks.shown, [r for r in rules if not r.marks.shown]),
        least(item.marks.reported, [r for r in rules if not r.marks.reported]),
    )


def repeats_statement(split: Split) -> str:
    """COPY of the lines whose record stands more than once in the file, with what decides about them.

    `differing`: the file says two things of one record, so both go back; else all but the first are known.
    """
    same = "coalesce(encode(named_record), key_mac)"
    rows = split.rows_sql("line, content_mac, named_record, key_mac, fate")
    keyed = f"SELECT line, content_mac, {same} AS same FROM ({rows}) WHERE fate = {CANDIDATE}"
    often = f"SELECT same FROM ({keyed}) GROUP BY same HAVING count(*) > 1"
    window = "PARTITION BY same"
    return (
        f"COPY (SELECT line, min(line) OVER ({window}) AS first_line, "
        f"(min(content_mac) OVER ({window})) <> (max(content_mac) OVER ({window})) AS differing "
        f"FROM ({keyed}) WHERE same IN ({often})) TO {sql_text(str(split.staged.folder / REPEATS))} (FORMAT parquet)"
    )


def groups_query(split: Split) -> str:
    """Rows of organisations by bitmaps, with their number last: what `checks.counts` needs."""
    names = ", ".join(checks.bitmap_columns(split.plan))
    source = f"read_parquet({sql_text(str(split.checked))})"
    return f"SELECT {names}, count(*) FROM {source} WHERE fate <> {PERSON} GROUP BY {names}"


def sums_query(split: Split) -> str:
    """One row: persons, identity numbers masked, identity cells left at the door, candidates, all."""
    return (
        f"SELECT count(*) FILTER (WHERE fate = {PERSON}), coalesce(sum(masked), 0), coalesce(sum(dropped), 0), "
        f"count(*) FILTER (WHERE fate = {CANDIDATE}), count(*) FROM read_parquet({sql_text(str(split.checked))})"
    )


def authorities_query(split: Split) -> str:
    """What candidate rows name: (authority, its code or NULL, day of decision or NULL)."""
    source = f"read_parquet({sql_text(str(split.checked))})"
    return (
        f"SELECT DISTINCT {', '.join(authority_columns(split.item))} FROM {source} WHERE fate = {CANDIDATE}"
    )


def authority_columns(item: Item) -> tuple[str, str, str]:
    """Deciding authority, its code and the day of decision, as expressions over checked rows."""
    code = f'"{item.roles["authority_code"]}"' if item.role("authority_code") else "CAST(NULL AS VARCHAR)"
    return f'"{item.roles["authority"]}"', code, f'TRY_CAST("{item.roles["decided"]}" AS DATE)'


def unmapped(staged: Staged) -> tuple[str, ...]:
    """Headers left out because nobody knows them."""
    return tuple(c.header for c in staged.columns if not c.mapped and c.target not in (DROPPED, IGNORED))
