"""The statements that seal: rows with their ids, payloads, digests, commitments and entries, in log order."""
# ruff: noqa: S608 - engine SQL of our own constants and the checked fields and rules of a pack

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from xinheng.core.cells import sql_text
from xinheng.evidence.intake.matching import ARRIVING
from xinheng.evidence.intake.record_key import content_mac_sql, digests_sql, payload_sql
from xinheng.evidence.intake.split import Split
from xinheng.evidence.ledger import sql as hashes
from xinheng.evidence.ledger.model import CLASSES

ACTS = "acts.parquet"
DUE = "due.parquet"
ORGANISATIONS = "organisations.parquet"
SEALED = "sealed-{}.parquet"
BESIDE = "beside"  # temporary table: ids, salts, subject and dates of the rows that are being sealed
GROUP = 20_480  # wide rows that the engine holds per thread before writing


@dataclass(frozen=True)
class Sender:
    """What all events of a submission have in common."""

    source: UUID
    receipt: UUID
    pack: str
    profile: str
    read: Sequence[str]  # fields that projectors read


def seal_statements(split: Split, sender: Sender, place: int, lines: tuple[int, int]) -> list[str]:
    """What writes the piece `place` of the rows that become events, from the first of `lines` to the last.

    To run one after the other, on one connection.
    """
    item, folder = split.item, split.staged.folder
    fields = "".join(f', "{f.code}"' for f in item.fields if f.code in sender.read and not f.dropped)
    said = ", ".join(f"{payload_sql(item, c)} AS {c}" for c in CLASSES)
    constants = (
        f"{hashes.blob(sender.source.bytes)} AS source, {hashes.blob(sender.receipt.bytes)} AS receipt, "
        f"{sql_text(sender.pack)} AS pack, {sql_text(item.id)} AS item, "
        f"{sql_text(sender.profile)} AS profile, "
        f"'current' AS state, DATE '{split.day.isoformat()}' AS received_on"
    )
    rows = (
        f"SELECT a.*, shown_mark, reported_mark, {said}, {constants}, a.decided_on AS valid_from, "
        f"{item.column('document')} AS document, "
        f'"{item.roles["authority"]}" AS authority{fields} '
        f"FROM ({split.rows_sql(lines=lines)}) c JOIN {BESIDE} a USING (line)"
    )
    bound = ", ".join(
        f"{hashes.commitment(f'salt{i}', f'digest{i}')} AS commitment{i}" for i in range(len(CLASSES))
    )
    entry = hashes.entry(
        hashes.EntryColumns(
            **{n: n for n in ("kind", "event", "record", "item", "subject", "source", "pack", "valid_from")},
            commitments=("commitment0", "commitment1", "commitment2"),
        )
    )
    sealed = (
        f"SELECT * EXCLUDE (salt0, salt1, salt2, digest0, digest1, digest2, "
        f"commitment0, commitment1, commitment2), "
        f"salt0 || salt1 || salt2 AS salts, commitment0 || commitment1 || commitment2 AS commitments, "
        f"{content_mac_sql(split.macs)} AS content_mac, "
        f"{entry} AS entry FROM (SELECT *, {bound} FROM (SELECT *, {digests_sql()} FROM ({rows}))) "
        # a join emits a row that collides in its hash table after the others of its vector: lines out of
        # order, and whoever merges a receipt by line would lose them
        f"ORDER BY line"
    )
    target = sql_text(str(folder / SEALED.format(place)))
    copied = f"COPY ({sealed}) TO {target} (FORMAT parquet, ROW_GROUP_SIZE {GROUP})"
    return [_beside_statement(split, lines), copied]


def _beside_statement(split: Split, lines: tuple[int, int]) -> str:
    """A table of what the rows are joined with, narrow and a row a line.

    It is one join of known size then: the planner took the wide rows for few, put all of them into a hash
    table, and probed that with the organisations, which is work for one thread.
    """
    item, folder = split.item, split.staged.folder
    within = f"line BETWEEN {lines[0]} AND {lines[1]}"
    rows = (
        f'SELECT line, "{item.roles["party_code"]}" AS code, '
        f'TRY_CAST("{item.roles["decided"]}" AS DATE) AS decided_on FROM ({split.rows_sql(lines=lines)})'
    )
    return (
        f"CREATE TEMP TABLE {BESIDE} AS SELECT a.*, m.key_mac, o.subject, c.decided_on, w.due_on "
        f"FROM ({rows}) c "
        f"JOIN (SELECT * FROM {_parquet(folder / ACTS)} WHERE {within}) a USING (line) "
        f"JOIN (SELECT line, key_mac FROM {_parquet(folder / ARRIVING)} WHERE {within}) m USING (line) "
        f"JOIN {_parquet(folder / ORGANISATIONS)} o USING (code) "
        f"LEFT JOIN {_parquet(folder / DUE)} w ON w.decided = c.decided_on"
    )


def _parquet(path: Path) -> str:
    return f"read_parquet({sql_text(str(path))})"
