"""A third-party assessment as values, and the reading of a result sheet. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from xinheng.core.wording import fault
from xinheng.outward.appraisal.model import Evidence, Outcome
from xinheng.outward.appraisal.rates import Stratum

APPEAL: Final = "assessment_appeal"  # kind of the case
APPEAL_DAYS: Final = 5  # working days in which an agency may appeal; a working value of the platform
REPLY_DAYS: Final = 10  # working days in which the office replies; a working value of the platform
WORDS: Final = 400
SHEET_LIMIT: Final = 8 << 20  # bytes
HEAD: Final = ("行号", "信衡编号", "单位代码", "单位", "事项", "决定书文号", "决定日期", "结论", "说明")
FINDS_HEAD: Final = ("单位代码", "事项", "决定书文号", "决定日期")


class Verdict(StrEnum):
    """What an assessor found of a line."""

    RIGHT = "right"  # 合格
    WRONG = "wrong"  # 不合格
    UNCLEAR = "unclear"  # 无法核对


VERDICTS: Final[Mapping[Verdict, str]] = MappingProxyType(
    {Verdict.RIGHT: "合格", Verdict.WRONG: "不合格", Verdict.UNCLEAR: "无法核对"}
)
_BY_NAME: Final = {name: verdict for verdict, name in VERDICTS.items()}


class State(StrEnum):
    """Where an assessment stands, by what has been done."""

    COMMITTED = "committed"  # 抽样框已固定
    DRAWN = "drawn"  # 已抽样
    IMPORTED = "imported"  # 结果已导入，可申诉
    FINAL = "final"  # 已定稿


STATES: Final[Mapping[State, str]] = MappingProxyType(
    {
        State.COMMITTED: "抽样框已固定，待抽样",
        State.DRAWN: "已抽样，待核查",
        State.IMPORTED: "结果已导入，可申诉",
        State.FINAL: "已定稿",
    }
)


@dataclass(frozen=True)
class Assessment:
    """An assessment without the texts of its frame and sample, which are large."""

    assessment: UUID
    name: str
    assessor: UUID | None
    digest: str
    size: int
    from_on: date
    to_on: date
    known: datetime
    seed_rule: str
    seed_on: date
    committed: datetime
    committed_by: str
    office: UUID | None = None  # whose it is; None: the platform's own office
    seed: str | None = None
    seed_source: str | None = None
    drawn: datetime | None = None
    imported: datetime | None = None
    finished: datetime | None = None

    @property
    def state(self) -> State:
        """Where it stands."""
        if self.finished:
            return State.FINAL
        if self.imported:
            return State.IMPORTED
        return State.DRAWN if self.drawn else State.COMMITTED


@dataclass(frozen=True)
class Line:
    """A drawn record. `verdict` is the assessor's; `holds` what is counted after an appeal."""

    line: int
    record: UUID
    agency: UUID
    item: str
    verdict: Verdict | None = None
    note: str | None = None
    case: UUID | None = None
    appeal: str | None = None
    evidence: Evidence = ()
    outcome: Outcome | None = None
    changed_to: Verdict | None = None
    reply: str | None = None
    decided: datetime | None = None

    @property
    def holds(self) -> Verdict | None:
        """The verdict that counts."""
        return self.changed_to if self.outcome is Outcome.CHANGED else self.verdict

    @property
    def waits(self) -> bool:
        """Whether an appeal waits for its reply."""
        return self.case is not None and self.decided is None


@dataclass(frozen=True)
class Find:
    """A decision that the assessor found at an agency and that is not on record. Nobody is named in it."""

    agency: str  # code
    item: str
    number: str
    decided_on: date | None


def strata_of(
    sizes: Mapping[tuple[str, str], int], lines: Sequence[Line], codes: Mapping[UUID, str]
) -> tuple[Stratum, ...]:
    """What was found in each stratum of a frame, by agency and item."""
    found = {key: Stratum(*key, size, 0, 0) for key, size in sizes.items()}
    for line in lines:
        key = (codes[line.agency], line.item)
        if line.holds is Verdict.RIGHT:
            found[key] = replace(found[key], right=found[key].right + 1)
        elif line.holds is Verdict.WRONG:
            found[key] = replace(found[key], wrong=found[key].wrong + 1)
        elif line.holds is Verdict.UNCLEAR:
            found[key] = replace(found[key], unclear=found[key].unclear + 1)
    return tuple(found[key] for key in sorted(found))


# -- sheets ------------------------------------------------------------------------------------------


def sheet(rows: Sequence[Sequence[str]], head: Sequence[str] = HEAD) -> bytes:
    """A sheet as CSV with a byte-order mark, so that spreadsheets read the Chinese; no cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    for row in rows:
        writer.writerow([f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")


def read_rows(content: bytes, head: Sequence[str]) -> list[dict[str, str]] | str:
    """The rows of a filled-in sheet by header; a Chinese text says why it cannot be read."""
    if len(content) > SHEET_LIMIT:
        return f"文件超过 {SHEET_LIMIT >> 20} MB"
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        return "文件不是 UTF-8 或 GB18030 编码的 CSV"
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if any(row)]
    except csv.Error:
        return "文件不是 CSV"
    if not rows or [cell.strip() for cell in rows[0]] != list(head):
        return f"表头不是：{'、'.join(head)}"
    wrong = next((n for n, row in enumerate(rows[1:], 2) if len(row) != len(head)), None)
    if wrong is not None:
        return f"第 {wrong} 行不是 {len(head)} 列"
    return [
        dict(zip(head, (cell.strip().removeprefix("'") for cell in row), strict=True)) for row in rows[1:]
    ]


def verdicts(
    rows: Sequence[Mapping[str, str]], lines: Mapping[int, Line]
) -> tuple[dict[int, tuple[Verdict, str]], list[str]]:
    """What a filled-in sheet says by line, and everything that is wrong with it. Each row must be a line of
    the sample with that line's record; a row without a verdict says nothing."""
    found: dict[int, tuple[Verdict, str]] = {}
    wrong: list[str] = []
    for place, row in enumerate(rows, 2):
        text, number = row["结论"], row["行号"]
        line = lines.get(int(number)) if number.isascii() and number.isdigit() and len(number) < 9 else None
        if line is None or str(line.record) != row["信衡编号"].lower():
            wrong.append(f"第 {place} 行不在样本中（行号 {number[:20]}）")
        elif line.line in found:
            wrong.append(f"第 {place} 行与前面重复（行号 {number}）")
        elif not text:
            continue
        elif text not in _BY_NAME:
            wrong.append(f"第 {place} 行的结论“{text[:20]}”不是{'、'.join(VERDICTS.values())}")
        elif (bad := fault(row["说明"], 0, WORDS)) is not None:
            wrong.append(f"第 {place} 行的说明{bad}")
        elif _BY_NAME[text] is Verdict.WRONG and not row["说明"]:
            wrong.append(f"第 {place} 行不合格而没有说明")
        else:
            found[line.line] = (_BY_NAME[text], row["说明"])
    return found, wrong


def finds(rows: Sequence[Mapping[str, str]]) -> tuple[list[Find], list[str]]:
    """Decisions found at agencies and not on record, and everything that is wrong with the sheet."""
    found: list[Find] = []
    wrong: list[str] = []
    for place, row in enumerate(rows, 2):
        number, day = row["决定书文号"], row["决定日期"]
        try:
            decided = date.fromisoformat(day) if day else None
        except ValueError:
            wrong.append(f"第 {place} 行的决定日期“{day[:20]}”应写作 2026-01-31")
            continue
        if bad := fault(number, 2, 100):
            wrong.append(f"第 {place} 行的文号{bad}")
            continue
        found.append(Find(row["单位代码"], row["事项"], number, decided))
    return found, wrong
