"""Whether what is shown is what the pack decides over contents in the log, and the events that end it.

Everything is decided anew, by the statement that decided it when it came, out of what the log holds; what is
stored must be the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa

from xinheng.evidence.ledger.batches import RECORD_SCHEMA, write_part
from xinheng.evidence.ledger.projection import Batch
from xinheng.evidence.ledger.rereading import Reread
from xinheng.ground.engine import Engine
from xinheng.ground.store.transaction import Transaction
from xinheng.judgement.publicity import deciding, raw_store
from xinheng.judgement.publicity.deciding import SCHEMA, STEMS
from xinheng.judgement.publicity.numbers import Words
from xinheng.law.packs import Pack

DECISION = "公示决定（公示与否、期限、依据）与规则包对日志内容的裁定不符"
ENDED = "提前终止公示的日期与日志不符"
WORDS = "公示决定的文字（渠道、制度、理由、事项、机关）被改动"
BEYOND = "公示了不在册的记录"


Endings = Mapping[UUID, Sequence[tuple[str | None, date]]]
"""Record -> (channel or None for all, first day not shown), as the log's events say."""


@dataclass
class Rereading:
    """Compares page by page; counts the rows that are due, so that those beyond are noticed at the end."""

    tx: Transaction
    engine: Engine
    folder: Path
    endings: Endings
    due: int = 0

    def differing(self, pack: Pack, item: str, page: Sequence[Reread]) -> list[tuple[str, UUID]]:
        """(what is wrong, record) of each record whose publicity is not what `pack` decides."""
        wanted = _decided(self.engine, self.folder, pack, item, page)
        stored = raw_store.of_records(self.tx, [each.record for each in page])
        self.due += len(wanted)
        found = []
        for record in (each.record for each in page):
            held, due = stored.get(record), wanted.get(record)
            if (held and {name: held[name] for name in SCHEMA.names}) != due:
                found.append((DECISION, record))
                self.due += bool(held) - bool(due)  # named already
            elif held and any(held[name] != on for name, on in self._ended(held).items()):
                found.append((ENDED, record))
        return found

    def _ended(self, held: Mapping[str, Any]) -> dict[str, date | None]:
        """The columns of early ends as the log has them."""
        said = self.endings.get(held["record"], ())
        return {
            f"{stem}_ended_on": min((on for c, on in said if c in (None, channel)), default=None)
            if held[f"{stem}_ground"] is not None
            else None
            for channel, stem in STEMS.items()
        }

    def at_the_end(self, *, complete: bool) -> list[tuple[str, int, str]]:
        """(what is wrong, how often, example): altered words; where every current record was reread
        (`complete`), rows beyond those that are due."""
        wrong = [str(number) for number in raw_store.altered_words(self.tx)]
        found = [(WORDS, len(wrong), wrong[0])] if wrong else []
        extra = raw_store.count(self.tx) - self.due if complete else 0
        return [*found, *([(BEYOND, extra, "publicity")] if extra else [])]


def _decided(
    engine: Engine, folder: Path, pack: Pack, item: str, page: Sequence[Reread]
) -> dict[UUID, dict[str, Any]]:
    """What the pack decides: record -> row of SCHEMA; records that no channel concerns are left out."""
    batch = Batch(folder, len(page), item)
    codes = pack.publicity.fields(item)
    rows = [
        {
            "record": each.record.bytes, "subject": each.subject.bytes, "item": item, "state": "current",
            "authority": each.authority, "decided_on": each.decided_on, "received_on": each.received_on,
            "shown_mark": each.shown_mark,
        }
        for each in page
    ]  # fmt: skip
    write_part(batch, "records", pa.Table.from_pylist(rows, RECORD_SCHEMA))
    facts = {"record": pa.array([each.record.bytes for each in page], pa.binary(16))}
    facts |= {code: pa.array([each.fields.get(code) for each in page], pa.string()) for code in codes}
    write_part(batch, "facts", pa.table(facts))
    try:
        if not deciding.concerned(pack, batch):
            return {}
        deciding.decide(engine, pack, batch, "records")
        with deciding.decided(pack, batch, "records", Words()) as pieces:
            found = [row for piece in pieces for row in piece.to_pylist()]
    finally:
        batch.path("records").unlink()
        batch.path("facts").unlink()
    return {
        UUID(bytes=row["record"]): {
            **row, "record": UUID(bytes=row["record"]), "subject": UUID(bytes=row["subject"])
        }
        for row in found
        if any(row[f"{stem}_ground"] is not None for stem in STEMS.values())
    }  # fmt: skip
