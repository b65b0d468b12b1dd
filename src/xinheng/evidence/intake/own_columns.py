"""Columns that the platform itself writes into returned workbooks, and reads when they come back."""

from __future__ import annotations

from xinheng.evidence.intake.headers import normal
from xinheng.evidence.intake.model import Staged

RECORD = "信衡编号"  # record id: with it even key fields can be corrected (decision 8)
CASE = "退回编号"  # case of a returned row: the corrected row finds it though its key fields were wrong
CONFIRM = "代码确认"  # 是: the sender has looked at an implausible code and it is right
LINE = "原行号"
REASONS = "退回原因"
FIELDS = "问题数据项"
ALL = (RECORD, CASE, CONFIRM, LINE, REASONS, FIELDS)
YES = ("是", "已确认", "Y", "YES", "1", "√")


def cell(staged: Staged, header: str) -> str:
    """The staged column under one of our own headers as SQL; `NULL` where the file does not have it."""
    for column in staged.columns:
        if normal(column.header) == normal(header):
            return f"c{column.index}"
    return "CAST(NULL AS VARCHAR)"


def confirmed_sql(staged: Staged) -> str:
    """`yes` where the sender confirmed the row's codes, else NULL."""
    listed = ", ".join(f"'{word}'" for word in YES)
    return f"CASE WHEN upper(trim({cell(staged, CONFIRM)})) IN ({listed}) THEN 'yes' END"


def record_sql(staged: Staged) -> str:
    """The record id that the row names, as lower-case text with hyphens; NULL where there is none."""
    return _uuid_sql(cell(staged, RECORD))


def case_sql(staged: Staged) -> str:
    """The case that the row says it answers, as `record_sql` gives the record."""
    return _uuid_sql(cell(staged, CASE))


def _uuid_sql(column: str) -> str:
    text = f"lower(trim({column}))"
    shape = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    return f"CASE WHEN regexp_full_match({text}, '{shape}') THEN {text} END"
