"""A submission without a home (`--dry-run`): read, checked and split, compared with nothing."""
# ruff: noqa: S608 - engine SQL of our own constants and the checked fields and rules of a pack

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from xinheng.core.cells import sql_text
from xinheng.core.identity import mask_sql
from xinheng.core.times import Clock, today
from xinheng.evidence.intake import checks, drafting, held, receipts, returning, workbook
from xinheng.evidence.intake.drafting import Draft
from xinheng.evidence.intake.due import due_dates
from xinheng.evidence.intake.incoming import Incoming
from xinheng.evidence.intake.matching import Decisions, arriving_statements, within_file
from xinheng.evidence.intake.model import CheckResult, Counts, Outcome, Receipt, Request, RowResult
from xinheng.evidence.intake.readers_staged import kept
from xinheng.evidence.intake.record_key import MacBlocks
from xinheng.evidence.intake.split import CANDIDATE, PERSON, RETURNED
from xinheng.ground.engine import Engine
from xinheng.law.packs import Pack

PREVIEW = "preview.parquet"
SETTLED = "settled.parquet"
ROWS_SHOWN = 1_000
PIECE = 10_000
SAMPLES = 5  # rows shown as they would be taken
SEEN = 3  # rows whose cells are shown column by column
START = 1_000  # lines of the file that those are looked for in
CELL = 60  # characters of a cell that are shown


@dataclass(frozen=True)
class Bench:
    """What a preview works with: no home, no agency, no keys."""

    engine: Engine
    pack: Pack
    clock: Clock
    incoming: Path  # a private folder is made in it, and goes with the preview


@dataclass(frozen=True)
class Sample:
    """A row as it would be taken: its fields in their normal form, identity numbers masked."""

    line: int
    fields: Mapping[str, str]  # field code -> value; empty ones are absent
    checks: tuple[CheckResult, ...]  # marks and warnings: nothing that returns it
    shown: bool
    reported: bool


@dataclass(frozen=True)
class Look:
    """What a preview found; holds inside the `with` block only. Rows about persons are in no sample."""

    receipt: Receipt
    rows: Iterator[RowResult]
    samples: tuple[Sample, ...]
    cells: Mapping[str, tuple[str, ...]]  # header -> what its first rows hold as received, masked, cut


@contextmanager
def previewed(bench: Bench, request: Request) -> Iterator[tuple[Receipt, Iterator[RowResult]]]:
    """The receipt without rows, and all rows; both hold inside the `with` block only.

    Raises the refusals of reading and UnknownItemError, NoRuleInForceError, UnknownProfileError.
    """
    with _tried(bench, request) as (drafted, decisions):
        yield _receipt(bench, drafted, decisions), _rows(drafted, decisions)


@contextmanager
def looked_through(bench: Bench, request: Request) -> Iterator[Look]:
    """`previewed`, with a handful of rows as they would be taken. Raises the same."""
    with _tried(bench, request) as (drafted, decisions):
        receipt = _receipt(bench, drafted, decisions)
        yield Look(receipt, _rows(drafted, decisions), _samples(bench, drafted), _cells(bench, drafted))


@contextmanager
def self_checked(
    bench: Bench, request: Request
) -> Iterator[tuple[Receipt, Iterator[RowResult], Callable[[], bytes]]]:
    """`previewed`, and what makes the workbook of the rows that would come back. Raises the same.

    The workbook is the one of a receipt, without 退回编号: nothing was sent, so nothing waits.
    """
    with _tried(bench, request) as (drafted, decisions):
        this = drafted.split

        def sheet() -> bytes:
            refused = [(line, *found) for line, found in decisions.refused.items()]
            count = returning.write_refused(drafted.folder, refused)
            bench.engine.run(drafted.folder, [returning.back_statement(this, count)])
            rows = returning.handed_back(drafted.folder)
            given = drafting.constants(request, this.item)
            return workbook.build(this.staged.columns_json(), given, this.item, rows)

        yield _receipt(bench, drafted, decisions), _rows(drafted, decisions), sheet


@contextmanager
def _tried(bench: Bench, request: Request) -> Iterator[tuple[Draft, Decisions]]:
    against = drafting.rules(bench.pack, request, today(bench.clock))
    macs = MacBlocks(secrets.token_bytes(64), secrets.token_bytes(64))
    with Incoming(bench.incoming).work() as folder:
        drafted = drafting.draft(request, against, folder, bench.engine, macs)
        bench.engine.run(folder, arriving_statements(drafted.split, sent=False))
        decisions = Decisions()
        within_file(folder, decisions)
        yield drafted, decisions


def preview(bench: Bench, request: Request) -> Receipt:
    """The receipt with its rows where they are few, as `submit` answers."""
    with previewed(bench, request) as (receipt, rows):
        found = tuple(islice(rows, ROWS_SHOWN + 1))
        return replace(receipt, rows=found if len(found) <= ROWS_SHOWN else ())


def _receipt(bench: Bench, drafted: Draft, decisions: Decisions) -> Receipt:
    late, undated = _lateness(bench, drafted, decisions)
    refused = len(decisions.refused)
    staged, against = drafted.split.staged, drafted.rules
    return Receipt(
        receipt=None,
        file_sha256=staged.file_sha256,
        pack=against.pack.label,
        profile=against.profile.id,
        position=None,
        counts=Counts(
            accepted=drafted.candidates - refused - len(decisions.again),
            returned=drafted.rows - drafted.persons - drafted.candidates + refused,
            known=None,
            corrected=0,
            late=late,
            persons=drafted.persons,
            masked=drafted.masked,
            dropped=drafted.dropped,
            undated=undated,
        ),
        columns=staged.columns_json(),
        notes=staged.notes,
        checks=drafted.checks,
    )


def _lateness(bench: Bench, drafted: Draft, decisions: Decisions) -> tuple[int, int]:
    """Write the rows of the preview, and count the late and the undatable among the new ones."""
    this, folder = drafted.split, drafted.folder
    settled = [*decisions.refused, *decisions.again]
    pq.write_table(pa.table({"line": pa.array(settled, pa.int32())}), folder / SETTLED)
    decided = f'TRY_CAST("{this.item.roles["decided"]}" AS DATE)'
    found = checks.results_sql(this.plan, this.failed)
    rows = (
        f"SELECT line, fate, '[' || {found} || ']' AS checks, {this.item.column('content')} AS content "
        f"FROM ({this.rows_sql()}) ORDER BY line"
    )
    days = (
        f"SELECT {decided}, count(*) FROM ({this.rows_sql()}) WHERE fate = {CANDIDATE} "
        f"AND line NOT IN (SELECT line FROM read_parquet({sql_text(str(folder / SETTLED))})) GROUP BY 1"
    )
    copied = f"COPY ({rows}) TO {sql_text(str(folder / PREVIEW))} (FORMAT parquet)"
    counts: list[tuple[date | None, int]] = [(d, n) for d, n in bench.engine.run(folder, [copied], [days])[0]]
    if not drafted.rules.profile.counted:
        return 0, 0
    due = due_dates(this.item, bench.pack.calendar, (d for d, _ in counts if d is not None))
    undated = sum(n for d, n in counts if d is None or due[d] is None)
    late = sum(n for d, n in counts if d is not None and (last := due[d]) is not None and this.day > last)
    return late, undated


def _rows(drafted: Draft, decisions: Decisions) -> Iterator[RowResult]:
    with pq.ParquetFile(drafted.folder / PREVIEW) as file:
        for piece in file.iter_batches(PIECE):
            for row in piece.to_pylist():
                yield _row(row["line"], row["fate"], row["checks"], row["content"], decisions)


def _row(line: int, fate: int, found: str, content: str | None, decisions: Decisions) -> RowResult:
    if fate == PERSON:
        return RowResult(line, Outcome.PERSON)
    results, sums = returning.results(found), receipts.derived(content)
    if line in decisions.refused:
        reason = held.reason(decisions.refused[line][0])
        return RowResult(line, Outcome.RETURNED, None, (reason, *results), sums)
    outcome = Outcome.RETURNED if fate == RETURNED else Outcome.ACCEPTED
    return RowResult(line, Outcome.KNOWN if line in decisions.again else outcome, None, results, sums)


def _samples(bench: Bench, drafted: Draft) -> tuple[Sample, ...]:
    """The first rows that would be taken. `_lateness` has noted those that the file itself turns back."""
    this, folder = drafted.split, drafted.folder
    codes = [f.code for f in this.item.fields]
    listed = ", ".join(f'"{code}"' for code in codes)
    found = checks.results_sql(this.plan, this.failed)
    asked = (
        f"SELECT line, shown_mark, reported_mark, '[' || {found} || ']', {listed} "
        f"FROM ({this.rows_sql()}) WHERE fate = {CANDIDATE} "
        f"AND line NOT IN (SELECT line FROM read_parquet({sql_text(str(folder / SETTLED))})) "
        f"ORDER BY line LIMIT {SAMPLES}"
    )
    return tuple(
        Sample(
            line,
            {code: value for code, value in zip(codes, values, strict=True) if value},
            returning.results(said),
            shown,
            reported,
        )
        for line, shown, reported, said, *values in bench.engine.run(folder, [], [asked])[0]
    )


def _cells(bench: Bench, drafted: Draft) -> dict[str, tuple[str, ...]]:
    """What the first rows about organisations hold, column by column, with identity numbers masked."""
    this = drafted.split
    columns = [c for c in this.staged.columns if c.index in set(kept(this.staged.columns))]
    if not columns:
        return {}
    rows = f"SELECT line FROM ({this.rows_sql()}) WHERE fate <> {PERSON} ORDER BY line LIMIT {SEEN}"
    listed = ", ".join(f"left({mask_sql(f'c{c.index}')}, {CELL})" for c in columns)
    asked = (
        f"SELECT {listed} FROM (SELECT * FROM ({this.staged.scan_sql()}) LIMIT {START}) "
        f"WHERE line IN ({rows}) ORDER BY line"
    )
    found = bench.engine.run(drafted.folder, [], [asked])[0]
    return {
        column.header: tuple(row[place] for row in found if row[place] and row[place].strip())
        for place, column in enumerate(columns)
    }
