"""What a submission is, from the file to the receipt: values only.

Two halves meet here. Reading makes a `Staged` relation and a plan of its columns; checking makes
`RowResult`s and a `Receipt` of them.

The staged relation (`Staged.scan_sql`) has the columns
`line INTEGER, c0 VARCHAR … cN VARCHAR, dropped INTEGER, numeric VARCHAR, fault VARCHAR`:

- `line`: the row's number in the sheet, header and title rows counted, first row = 1;
- `c<i>`: the cell under header number i, as written; columns of identity numbers are not there;
- `dropped`: how many filled cells of identity-number columns were left behind;
- `numeric`: `,3,7,` where the cells of columns 3 and 7 were numbers, not text; NULL where none was;
- `fault`: Chinese reason why the row cannot be taken as it stands (too many cells …), else NULL.

The normalised relation (`normalise.normalised_sql(staged, item, constants)`) has the columns
`line INTEGER, "<FIELD>" VARCHAR …, masked INTEGER, dropped INTEGER, numeric_fields VARCHAR,
nul_fields VARCHAR, fault VARCHAR, c0 VARCHAR … cN VARCHAR`:

- one column for every field of the item, in its order; NULL where empty, unmapped or dropped;
- `masked`: identity numbers masked in the free text of the row;
- `numeric_fields`, `nul_fields`: `,CF_XDR_SHXYM,CF_WSH,`: code fields whose cell was a number, fields
  whose cell held a NUL byte (taken out); NULL where there is none. Either returns the row;
- `line` is absent where the staged relation is `ordered`: the row's place gives it then;
- `c0 … cN`: the staged cells as written, passed through untouched, so that a returned row is handed back
  without reading the file again. Nothing of them is kept but masked, and only for rows of organisations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from xinheng.core.errors import Kind, XinhengError
from xinheng.core.identity import mask
from xinheng.law.model import Severity

IGNORED = "ignored"
DROPPED = "dropped"
UNMAPPED = "unmapped"
NO_FIELD = (IGNORED, DROPPED, UNMAPPED)


class FileRefusedError(XinhengError):
    """The file as a whole is not taken; nothing of it is kept. Subclasses say why."""

    code = "XH700"
    kind = Kind.INVALID
    title = "文件未受理"


@dataclass(frozen=True)
class Limits:
    """How large a file may be before it is refused: bytes, rows, columns, seconds.

    Spreadsheets: decision 25 (unzipped at most 200 MB and 100 times the zipped size, read in a child).
    """

    file_bytes: int = 2 << 30
    rows: int = 1_000_000
    columns: int = 1_000
    cell_chars: int = 1_000_000
    unzipped_bytes: int = 200 << 20
    ratio: int = 100
    memory_mb: int = 3_072
    seconds: int = 300


class Way(StrEnum):
    """By which way a submission came. All five end in the same intake."""

    FILE = "file"  # 文件：desk or command line
    FORM = "form"  # 表单填报
    API = "api"  # 接口
    TABLE = "table"  # 库表交换
    CAPTURE = "capture"  # 抓取后确认


@dataclass(frozen=True)
class Request:
    """What a sender asks for. `mapping` (header -> field code or 'ignored') overrides recognition."""

    path: Path
    file_name: str  # as the receipt keeps it: identity numbers in it are masked here
    item_id: str
    profile: str = "report"
    constants: Mapping[str, str] = field(default_factory=dict)  # field code or name -> value for all rows
    mapping: Mapping[str, str] = field(default_factory=dict)
    source: str | None = None  # code of the sending agency; None in a dry run
    account: UUID | None = None
    sheet: str | None = None
    way: Way = Way.FILE
    behalf: str | None = None  # code of the agency that enters it on the source's behalf (代录)

    def __post_init__(self) -> None:
        object.__setattr__(self, "file_name", mask(self.file_name)[0])


@dataclass(frozen=True)
class ColumnPlan:
    """What becomes of one column. `index` is i of `c<i>`; dropped columns have no cells anywhere."""

    index: int
    header: str  # as written, blanks at the ends and line breaks removed; made unique by （2）, （3）…
    target: str  # field code, 'ignored', 'dropped' or 'unmapped'
    divide_by: int = 1  # 10000 where the header states 元 for a field in 万元

    @property
    def mapped(self) -> bool:
        return self.target not in NO_FIELD


@dataclass(frozen=True)
class Staged:
    """A file made scannable: everything DuckDB needs, and what the receipt says about the reading."""

    folder: Path
    data: Path  # inside `folder`
    relation: str  # a SELECT of the columns named in the module's text; without `line` where `ordered`
    columns: tuple[ColumnPlan, ...]
    rows: int
    header_line: int
    first_line: int  # of the first data row
    file_sha256: str
    encoding: str  # UTF-8, GB18030, UTF-16; 'XLSX', 'XLS' … for workbooks
    ordered: bool = False  # no blank row anywhere: line = first_line + position in the scan
    notes: tuple[str, ...] = ()  # Chinese sentences for the receipt
    top: tuple[tuple[str, ...], ...] = ()  # rows down to the header and with it, as they came

    def scan_sql(self) -> str:
        """A SELECT over the staged data, `line` first; wrap it in parentheses to use it as a relation.

        Where `ordered`, numbering here keeps DuckDB on one thread: long files take `relation`, which has
        no `line` then, and number what they write of it (`file_row_number` of Parquet, `rowid`).
        """
        if not self.ordered:
            return self.relation
        line = f"CAST(row_number() OVER () + {self.first_line - 1} AS INTEGER) AS line"
        return f"SELECT {line}, * FROM ({self.relation})"  # noqa: S608 - our own text, see `relation`

    def columns_json(self) -> dict[str, str]:
        """Header -> field code, 'ignored', 'dropped' or 'unmapped', in the order of the sheet."""
        return {c.header: c.target for c in self.columns}


class Outcome(StrEnum):
    """What became of a row. Every row has exactly one."""

    ACCEPTED = "accepted"
    RETURNED = "returned"
    KNOWN = "known"
    CORRECTED = "corrected"
    REVIEW = (
        "review"  # contradicts a record of another source, or has a key without number: the office decides
    )
    PERSON = "person"  # about a natural person: not stored, handed back in a file of its own


@dataclass(frozen=True)
class CheckResult:
    """A check that failed (or, with severity 'skipped', did not run) on one row."""

    id: str
    field: str | None
    severity: Severity
    found: str | None
    expected: str
    message: str

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "field": self.field,
            "severity": self.severity.value,
            "found": self.found,
            "expected": self.expected,
            "message": self.message,
        }


@dataclass(frozen=True)
class DerivedSums:
    """Sums read from the penalty text: decimal text in 元 with two decimals, and the words they came from."""

    fine_yuan: str | None
    confiscation_yuan: str | None
    source: str | None

    def as_json(self) -> dict[str, str | None]:
        return {
            "fine_yuan": self.fine_yuan,
            "confiscation_yuan": self.confiscation_yuan,
            "from": self.source,
        }


@dataclass(frozen=True)
class RowResult:
    """One row of the receipt. `line` is its number in the sheet."""

    line: int
    outcome: Outcome
    record: UUID | None = None
    checks: tuple[CheckResult, ...] = ()
    derived: DerivedSums | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "line": self.line,
            "outcome": self.outcome.value,
            "record": str(self.record) if self.record else None,
            "checks": [c.as_json() for c in self.checks],
            "derived": self.derived.as_json() if self.derived else None,
        }


@dataclass(frozen=True)
class Counts:
    """Rows by outcome, and what else the receipt counts. `known` is None in a dry run: not compared."""

    accepted: int
    returned: int
    known: int | None
    corrected: int
    late: int
    persons: int
    masked: int  # identity numbers masked in free text
    dropped: int = 0  # filled cells of identity-number columns left at the door
    review: int = 0  # rows that wait for the credit office
    undated: int = 0  # accepted rows whose lateness cannot be worked out: 无法计算, neither for nor against

    def as_json(self) -> dict[str, int | None]:
        return {
            "accepted": self.accepted,
            "returned": self.returned,
            "known": self.known,
            "corrected": self.corrected,
            "late": self.late,
            "persons": self.persons,
            "masked": self.masked,
            "dropped": self.dropped,
            "review": self.review,
            "undated": self.undated,
        }


@dataclass(frozen=True)
class CheckCount:
    """How one check went over a file; passed + failed + empty + errors + outside = rows: each says why."""

    id: str
    severity: Severity
    passed: int
    failed: int
    empty: int  # did not run: the field it looks at is empty
    errors: int  # did not run: could not be worked out on the value it found
    outside: int = 0  # not held against it: another version was in force on the day of decision

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "severity": self.severity.value,
            "passed": self.passed,
            "failed": self.failed,
            "empty": self.empty,
            "errors": self.errors,
            **({"outside": self.outside} if self.outside else {}),
        }


@dataclass(frozen=True)
class Receipt:
    """The answer to a submission. `rows` may be empty for long files; the counts always hold."""

    receipt: UUID | None  # None in a dry run
    file_sha256: str
    pack: str
    profile: str
    position: int | None
    counts: Counts
    columns: Mapping[str, str]
    rows: tuple[RowResult, ...] = ()
    repeated: bool = False
    notes: tuple[str, ...] = ()
    checks: tuple[CheckCount, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The shape that `xinheng intake --json` prints and the API answers."""
        return {
            "receipt": str(self.receipt) if self.receipt else None,
            "file_sha256": self.file_sha256,
            "pack": self.pack,
            "profile": self.profile,
            "position": self.position,
            **self.counts.as_json(),
            **({"repeated": True} if self.repeated else {}),
            "columns": dict(self.columns),
            "notes": list(self.notes),
            "checks": [c.as_json() for c in self.checks if c.failed or c.empty or c.errors],
            "rows": [r.as_json() for r in self.rows],
        }
