"""The three exchange tables in an agency's database, and their DDL for either dialect."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, MetaData, String, Table, Text
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.engine.interfaces import Dialect as Speech
from sqlalchemy.schema import CreateIndex, CreateTable, SetColumnComment, SetTableComment
from sqlalchemy.types import TypeEngine

from xinheng.evidence.intake import own_columns
from xinheng.law.model import FieldType, Item
from xinheng.outward.exchange.model import Dialect

ROW_ID, TAKEN = "row_id", "taken_batch"
PLATFORM = {"xinheng_record": own_columns.RECORD, "code_confirmed": own_columns.CONFIRM}
EXTRA = ("batch", "written_at")  # the agency's own notes; never read
RECEIPTS, RESULTS = "xinheng_receipts", "xinheng_results"
COUNTS = ("accepted", "corrected", "known", "returned", "review", "persons", "late", "undated")
_SPEECH: dict[Dialect, type[Speech]] = {
    Dialect.POSTGRESQL: postgresql.dialect,
    Dialect.MARIADB: mysql.dialect,
}
_OPTIONS: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
}


def outbox_name(item: str) -> str:
    """The usual name of the table that the agency fills for an item."""
    return f"xinheng_out_{re.sub('[^a-z0-9_]', '_', item.lower())}"


def outbox(item: Item, name: str | None = None) -> Table:
    """The table that the agency fills: its row id, the fields, and the mark that the platform sets.

    Columns of identity numbers are left out: what is not there cannot be sent.
    """
    fields = [Column(f.code.lower(), _text(f.type), comment=f.name) for f in item.fields if not f.dropped]
    own = [Column(n, String(64), comment=f"{text}（可不填）") for n, text in PLATFORM.items()]
    table_name = name or outbox_name(item.id)
    return Table(
        table_name,
        MetaData(),
        Column(ROW_ID, BigInteger, primary_key=True, autoincrement=True, comment="本行编号，写入后不再改"),
        *fields,
        *own,
        Column("batch", String(64), comment="单位自用"),
        Column("written_at", DateTime, comment="单位自用"),
        Column(TAKEN, String(36), comment="平台取走时写入批次号；单位写入时留空，之后不要改"),
        Index(f"{table_name}_taken"[:60], TAKEN, ROW_ID),
        comment=f"信衡待报：{item.name}",
        **_OPTIONS,
    )


def receipts() -> Table:
    """One line a batch, written by the platform."""
    return Table(
        RECEIPTS,
        MetaData(),
        Column("batch", String(36), primary_key=True, comment="批次号"),
        Column("outbox", String(64), nullable=False, comment="待报表"),
        Column("item", String(100), nullable=False, comment="事项"),
        Column("receipt", String(36), comment="回执编号；整批未交校核时为空"),
        Column("taken", Integer, nullable=False, comment="取走的行数"),
        Column("refused", Integer, nullable=False, comment="其中未交校核的行数"),
        *(Column(name, Integer, nullable=False) for name in COUNTS),
        Column("first_row", String(190), comment="第一行编号"),
        Column("last_row", String(190), comment="最后一行编号"),
        Column("position", BigInteger, comment="入账后的日志位置"),
        Column("file_sha256", String(64), comment="批次内容的摘要"),
        Column("pack", String(200), comment="规则包"),
        Column("written_at", String(40), nullable=False, comment="写入时间，北京时间"),
        comment="信衡回执",
        **_OPTIONS,
    )


def results() -> Table:
    """One line a row, written by the platform. About a natural person: the outcome and nothing else."""
    return Table(
        RESULTS,
        MetaData(),
        Column("batch", String(36), primary_key=True, comment="批次号"),
        Column("row_id", String(190), primary_key=True, comment="待报表中的本行编号"),
        Column("outcome", String(20), nullable=False, comment="结果"),
        Column("receipt", String(36), comment="回执编号"),
        Column("line", Integer, comment="回执中的行号"),
        Column("record", String(36), comment="信衡编号"),
        Column("check_ids", Text, comment="未通过或提示的规则，空格分隔"),
        Column("messages", Text, comment="说明"),
        Column("return_no", String(64), comment="退回编号"),
        comment="信衡逐行结果",
        **_OPTIONS,
    )


def ddl(dialect: Dialect, item: Item) -> str:
    """The statements that make the three tables, each ended by a semicolon."""
    speech = _SPEECH[dialect]()
    made = (outbox(item), receipts(), results())
    return "\n".join(f"{text.strip()};" for table in made for text in _statements(table, speech)) + "\n"


def _statements(table: Table, speech: Speech) -> Iterator[str]:
    yield str(CreateTable(table).compile(dialect=speech))
    for index in table.indexes:
        yield str(CreateIndex(index).compile(dialect=speech))
    if not speech.inline_comments:
        yield str(SetTableComment(table).compile(dialect=speech))
        for column in (c for c in table.columns if c.comment):
            yield str(SetColumnComment(column).compile(dialect=speech))


def _text(kind: FieldType) -> TypeEngine[str]:
    wide = kind is FieldType.LONG_TEXT
    return Text().with_variant(mysql.MEDIUMTEXT() if wide else mysql.TEXT(), "mysql", "mariadb")
