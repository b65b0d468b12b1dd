"""Lists from elsewhere (number, party, day), read as a file of the item is: to be compared, not taken in.

What tells a row about a natural person apart is the rule of the intake. Of such a row the number is given on
and nothing else.
"""
# ruff: noqa: S608 - SQL of field codes of a pack; values go through `sql_text`

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from xinheng.core import documents, uscc_sql
from xinheng.core.cells import sql_text
from xinheng.evidence.intake import party, readers
from xinheng.evidence.intake.incoming import Incoming
from xinheng.evidence.intake.model import Limits, Staged
from xinheng.evidence.intake.normalise import normalised_sql
from xinheng.ground.engine import Engine
from xinheng.law.model import VERDICT_SUFFIX, Item

# Headers of lists that no reporting sheet has.
HEADERS: Final = {
    "document": ("文号", "文书号", "决定书文号", "决定文书号", "文书编号", "处罚文号", "许可文号", "案号"),
    "party_name": ("当事人", "相对人", "名称", "单位名称", "企业名称", "被处罚人", "当事人名称", "主体名称"),
    "party_code": ("信用代码", "代码", "统一代码", "统一社会信用代码"),
    "decided": ("日期", "决定日期", "作出决定日期", "处罚日期", "许可日期", "落款日期"),
    "party_kind": ("类别", "相对人类别", "主体类别", "当事人类别"),
}
_FILE: Final = "listed.parquet"


@dataclass(frozen=True)
class Listed:
    """One row of a list. About a natural person: `number` alone."""

    line: int
    number: str | None
    party: str | None
    code: str | None
    decided_on: date | None
    person: bool


@dataclass(frozen=True)
class Read:
    """A list as it was read."""

    file_sha256: str
    rows: tuple[Listed, ...]
    columns: dict[str, str]  # header -> field code, 'ignored', 'dropped' or 'unmapped'


def read(path: Path, item: Item, engine: Engine, incoming: Path, rows: int) -> Read:
    """Read a list (CSV, TSV, workbook) of at most `rows` rows. Raises the refusals of `readers.stage`."""
    also = {
        header: code for role, headers in HEADERS.items() if (code := item.role(role)) for header in headers
    }
    with Incoming(incoming).work() as folder:
        how = readers.Reading(limits=Limits(rows=rows), also=also)
        staged = readers.stage(path, folder, item, engine, how)
        line = "" if staged.ordered else "line, "
        target = folder / _FILE
        engine.run(
            folder,
            [
                f"COPY (SELECT {line}{_columns(item)} FROM ({_judged(staged, item)})) "
                f"TO {sql_text(str(target))} (FORMAT parquet)"
            ],
        )
        table = pq.read_table(target).to_pylist()
        first = staged.first_line
        found = tuple(_listed(row, row.get("line", first + n)) for n, row in enumerate(table))
        return Read(staged.file_sha256, found, staged.columns_json())


def _judged(staged: Staged, item: Item) -> str:
    """The normalised rows with what the rule about persons asks for."""
    code = item.roles["party_code"]
    verdict = uscc_sql.verdict_sql(f'"{code}"', normalised=True)
    rows = normalised_sql(staged, item)
    judged = f'SELECT *, {verdict} AS "{code}{VERDICT_SUFFIX}" FROM ({rows})'
    return f"SELECT *, {party.row_kind_sql(item)} AS row_kind FROM ({judged})"


def _columns(item: Item) -> str:
    person = f"row_kind = '{party.PERSON}'"
    return (
        f"{item.column('document')} AS number, {person} AS person, "
        f'CASE WHEN NOT ({person}) THEN "{item.roles["party_name"]}" END AS party, '
        f'CASE WHEN NOT ({person}) THEN "{item.roles["party_code"]}" END AS code, '
        f'CASE WHEN NOT ({person}) THEN TRY_CAST("{item.roles["decided"]}" AS DATE) END AS decided_on'
    )


def _listed(row: dict[str, object], line: object) -> Listed:
    number = row["number"]
    return Listed(
        line=int(str(line)),
        number=documents.normalise(str(number)) if number else None,
        party=_text(row["party"]),
        code=_text(row["code"]),
        decided_on=row["decided_on"] if isinstance(row["decided_on"], date) else None,
        person=bool(row["person"]),
    )


def _text(value: object) -> str | None:
    return str(value).strip() or None if value is not None else None
