"""Rows that go back: the cells as received, the reasons, and the hand-on file for rows about persons."""
# ruff: noqa: S608 - engine SQL of our own constants and the checked fields and rules of a pack

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq

from xinheng.core.cells import sql_text
from xinheng.core.identity import MASK, mask_sql
from xinheng.core.uscc import judge
from xinheng.evidence.intake import checks, held, returned_cases
from xinheng.evidence.intake.model import DROPPED, CheckResult, Outcome
from xinheng.evidence.intake.readers_staged import kept
from xinheng.evidence.intake.split import PERSON, RETURNED, Split, cells_sql
from xinheng.evidence.intake.store import LINES_SCHEMA, NUMBERS_SCHEMA, RETURNED_SCHEMA
from xinheng.law.model import Severity

REFUSED = "refused.parquet"  # candidates that go back or wait after all: line, reason
BACK = "back.parquet"  # line, cells, checks, reason
MARKED = "marked.parquet"  # accepted rows with marks or warnings: line, checks
STRANGERS = "strangers.parquet"  # accepted in a profile that is not counted, for an authority of another
PERSONS = "persons.parquet"  # line, cells, number, decided_on
PIECE = 20_000
_ALPHABET = ".uscc-alphabet."  # in the id of the check for letters that a unified code does not use
# In the number of a row about a person even 〔2026〕…号 may hide an identity number, which free text may not.
_SHAPE = "[1-9][0-9]{5}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"

Fate = tuple[Outcome, bytes | None, str | None]  # what became of a row, its record, why
REFUSED_SCHEMA = pa.schema([("line", pa.int32()), ("reason", pa.string()), ("record", pa.binary(16))])


def write_refused(folder: Path, rows: Iterable[tuple[int, str, bytes | None]]) -> int:
    """Write the candidates that the sender check, the file itself or the comparison turned back."""
    given = sorted(rows, key=lambda row: row[0])
    columns = list(zip(*given, strict=True)) or [(), (), ()]
    arrays = [pa.array(c, f.type) for c, f in zip(columns, REFUSED_SCHEMA, strict=True)]
    pq.write_table(pa.Table.from_arrays(arrays, schema=REFUSED_SCHEMA), folder / REFUSED)
    return len(given)


def write_strangers(folder: Path, lines: list[int]) -> None:
    """Write the accepted lines that only get a mark for their sender."""
    pq.write_table(pa.table({"line": pa.array(lines, pa.int32())}), folder / STRANGERS)


def back_statement(split: Split, refused: int) -> str:
    """COPY of the rows that go back or wait: line, cells, checks, reason. The upload is read again only for
    refused rows."""
    folder = split.staged.folder
    columns = split.rows_sql()
    results = checks.results_sql(split.plan, split.failed)
    back = [
        f"SELECT line, cells, '[' || {results} || ']' AS checks, NULL AS reason "
        f"FROM ({columns}) WHERE fate = {RETURNED}"
    ]
    if refused:
        own = (
            "CASE reason "
            + " ".join(
                f"WHEN {sql_text(name)} THEN {sql_text(_reason_json(split, name))}" for name in held.REASONS
            )
            + " END"
        )
        cells = ", ".join(f"c{i}" for i in kept(split.staged.columns))
        back.append(
            f"SELECT line, {cells_sql(split.staged)}, "
            f"'[' || concat_ws(',', {own}, nullif({results}, '')) || ']', reason "
            f"FROM ({columns}) JOIN read_parquet({_path(folder / REFUSED)}) USING (line) "
            f"JOIN (SELECT line, {cells} FROM ({split.staged.scan_sql()})) USING (line)"
        )
    return f"COPY ({' UNION ALL '.join(back)} ORDER BY line) TO {_path(folder / BACK)} (FORMAT parquet)"


def handed_back(folder: Path) -> Iterator[tuple[int, str, str, UUID | None]]:
    """(line, cells, checks, no case) of what `back_statement` wrote: of a file that is only tried."""
    for piece in _batches(folder / BACK, ["line", "cells", "checks"]):
        yield from ((row["line"], row["cells"], row["checks"], None) for row in piece.to_pylist())


def statements(split: Split, refused: int) -> list[str]:
    """COPYs of everything that does not become an event."""
    folder = split.staged.folder
    columns = split.rows_sql()
    decided = f'TRY_CAST("{split.item.roles["decided"]}" AS DATE)'
    marks = checks.ids_sql(split.plan, [Severity.MARK, Severity.WARN], split.failed)
    marked = f"SELECT line FROM read_parquet({_path(folder / STRANGERS)})"
    stranger = f"CASE WHEN line IN ({marked}) THEN '{held.SENDER}' END"
    former = ", ".join(sql_text(code) for code in sorted(split.former.aliases))
    party = split.item.column("party_code")
    aged = f", CASE WHEN {party} IN ({former}) THEN '{held.FORMER_CODE}' END" if former else ""
    hidden = f"regexp_replace({mask_sql('number')}, '{_SHAPE}', '{MASK}', 'g')"
    return [
        back_statement(split, refused),
        f"COPY (SELECT line, checks FROM "
        f"(SELECT line, nullif(concat_ws(' ', {marks}, {stranger}{aged}), '') AS checks "
        f"FROM ({columns}) WHERE fate NOT IN ({RETURNED}, {PERSON})) WHERE checks IS NOT NULL) "
        f"TO {_path(folder / MARKED)} (FORMAT parquet)",
        f"COPY (SELECT line, cells, {hidden} AS number, decided_on FROM (SELECT line, cells, "
        f"{returned_cases.standing_number_sql(split)} AS number, {decided} AS decided_on "
        f"FROM ({columns}) WHERE fate = {PERSON}) ORDER BY line) "
        f"TO {_path(folder / PERSONS)} (FORMAT parquet)",
        returned_cases.keys_statement(split, folder / REFUSED if refused else None, hidden),
    ]


def _reason_json(split: Split, name: str) -> str:
    field = split.item.role("authority" if name == held.SENDER else "document")
    return json.dumps(held.reason(name, field).as_json(), ensure_ascii=False, separators=(",", ":"))


def returned_reader(folder: Path, receipt: UUID, cases: pa.Array) -> pa.RecordBatchReader:
    """The rows for `returned_rows`: without those that wait for a review; `cases`: of each, in order."""

    def pieces() -> Iterator[pa.RecordBatch]:
        begun = 0
        for piece in _batches(folder / BACK, ["line", "cells", "checks", "reason"]):
            kept = piece.filter(
                pa.array([r not in held.REVIEWED for r in piece.column("reason").to_pylist()])
            )
            if kept.num_rows:
                own = cases.slice(begun, kept.num_rows)
                begun += kept.num_rows
                yield pa.RecordBatch.from_arrays(
                    [
                        pa.array([receipt.bytes] * kept.num_rows, pa.binary(16)),
                        *(
                            kept.column(n).cast(RETURNED_SCHEMA.field(n).type)
                            for n in ("line", "cells", "checks")
                        ),
                        own,
                    ],
                    schema=RETURNED_SCHEMA,
                )

    return pa.RecordBatchReader.from_batches(RETURNED_SCHEMA, pieces())


def reviewed(folder: Path) -> Iterator[tuple[int, str]]:
    """(line, cells) of the rows that wait for the credit office."""
    for piece in _batches(folder / BACK, ["line", "cells", "reason"]):
        for row in piece.to_pylist():
            if row["reason"] in held.REVIEWED:
                yield row["line"], row["cells"]


def person_lines(folder: Path, receipt: UUID) -> pa.RecordBatchReader:
    """The lines for `receipt_lines` of rows about persons: their numbers, and nothing else."""
    pieces = (
        _lines(receipt, piece.column("line"), Outcome.PERSON)
        for piece in _batches(folder / PERSONS, ["line"])
    )
    return pa.RecordBatchReader.from_batches(LINES_SCHEMA, pieces)


def other_lines(
    folder: Path,
    receipt: UUID,
    outcomes: Mapping[int, Fate],
    refused: Collection[int],
) -> pa.RecordBatchReader:
    """The lines for `receipt_lines` of the rows in `outcomes`, and of new rows that carry marks."""

    def rows() -> Iterator[tuple[int, str, bytes | None, str | None]]:
        marks: dict[int, str] = {}
        for piece in _batches(folder / MARKED, ["line", "checks"]):
            for row in piece.to_pylist():
                if row["line"] in outcomes:
                    marks[row["line"]] = row["checks"]
                elif row["line"] not in refused:
                    yield row["line"], Outcome.ACCEPTED.value, None, row["checks"]
        for line, (outcome, record, reason) in outcomes.items():
            found = " ".join(filter(None, (reason, marks.get(line))))
            yield line, outcome.value, record, found or None

    def pieces() -> Iterator[pa.RecordBatch]:
        given = rows()
        while part := list(islice(given, PIECE)):
            line, outcome, record, found = zip(*part, strict=True)
            columns = [[receipt.bytes] * len(part), line, outcome, record, found]
            arrays = [pa.array(c, f.type) for c, f in zip(columns, LINES_SCHEMA, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, schema=LINES_SCHEMA)

    return pa.RecordBatchReader.from_batches(LINES_SCHEMA, pieces())


def _lines(receipt: UUID, line: pa.Array, outcome: Outcome) -> pa.RecordBatch:
    count = len(line)
    columns = [
        pa.array([receipt.bytes] * count, pa.binary(16)),
        line.cast(pa.int32()),
        pa.array([outcome.value] * count),
        pa.nulls(count, pa.binary(16)),
        pa.nulls(count, pa.string()),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=LINES_SCHEMA)


def used_numbers(folder: Path, agency: UUID, item: str) -> pa.RecordBatchReader:
    """The document numbers that rows about persons use up, so that a gap accuses nobody."""

    def pieces() -> Iterator[pa.RecordBatch]:
        for piece in _batches(folder / PERSONS, ["number", "decided_on"]):
            kept = piece.filter(piece.column("number").is_valid())
            count = kept.num_rows
            columns = [
                pa.array([agency.bytes] * count, pa.binary(16)),
                pa.array([item] * count),
                kept.column("number"),
                kept.column("decided_on").cast(pa.date32()),
                pa.array([Outcome.PERSON.value] * count),
            ]
            if count:
                yield pa.RecordBatch.from_arrays(columns, schema=NUMBERS_SCHEMA)

    return pa.RecordBatchReader.from_batches(NUMBERS_SCHEMA, pieces())


def write_persons_file(split: Split) -> Path:
    """The hand-on file: rows about persons as received, identity columns left out, numbers masked."""
    folder = split.staged.folder
    headers = [c.header for c in split.staged.columns if c.target != DROPPED]
    path = folder / "persons.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(["行号", *headers])
        for piece in _batches(folder / PERSONS, ["line", "cells"]):
            for row in piece.to_pylist():
                cells = json.loads(row["cells"])
                writer.writerow([row["line"], *(_plain(cells.get(h, "")) for h in headers)])
    return path


def _plain(cell: str) -> str:
    """A cell that a spreadsheet must not take for a formula (decision 25)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell


def cells(text: str) -> dict[str, str]:
    """The cells of a returned row as received, by header: masked, without columns of identity numbers."""
    found: dict[str, str] = json.loads(text)
    return found


def results(text: str) -> tuple[CheckResult, ...]:
    """The checks of a returned row, as `statements` wrote them."""
    return tuple(
        CheckResult(c["id"], c["field"], Severity(c["severity"]), c["found"], c["expected"], _advised(c))
        for c in json.loads(text)
    )


def _advised(check: Mapping[str, str | None]) -> str:
    """The message; for a code with a letter that codes do not use, also the one reading that would be valid.

    It is only said, never applied: the sender looks at the licence and decides.
    """
    message = check["message"] or ""
    if _ALPHABET not in (check["id"] or "") or not check["found"]:
        return message
    suggestion = judge(check["found"]).suggestion
    return f"{message}；可能是 {suggestion}，请核对后自行改正" if suggestion else message


def _batches(path: Path, columns: list[str]) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(PIECE, columns=columns)


def _path(path: Path) -> str:
    return sql_text(str(path))
