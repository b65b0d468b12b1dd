"""One submission inside its transaction: compare, enter the organisations, seal, append, keep the receipt."""
# ruff: noqa: S608 - engine SQL of our own constants and the checked fields and rules of a pack

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq

from xinheng.core.cells import sql_text
from xinheng.core.ids import new_id
from xinheng.core.times import Clock
from xinheng.evidence.intake import acts, held, matching, returned_cases, returning, revoking, store
from xinheng.evidence.intake.drafting import Draft
from xinheng.evidence.intake.due import due_dates
from xinheng.evidence.intake.matching import Decisions
from xinheng.evidence.intake.model import Outcome
from xinheng.evidence.intake.seal import Sealing
from xinheng.evidence.intake.seal_statements import LINES, Sender, codes_statement
from xinheng.evidence.intake.sealed import Sealed
from xinheng.evidence.intake.senders import Source
from xinheng.evidence.ledger import comparison
from xinheng.evidence.ledger import service as ledger
from xinheng.evidence.ledger import store as ledger_store
from xinheng.evidence.ledger.model import Appended
from xinheng.evidence.ledger.projection import Projector
from xinheng.evidence.subjects import entry
from xinheng.evidence.subjects.model import CANDIDATE_SCHEMA
from xinheng.ground.engine import Engine
from xinheng.ground.store.transaction import Transaction
from xinheng.office.cases.model import PLATFORM

CANDIDATES = "candidates.parquet"
PIECE = 50_000
Progress = Callable[[str], None]
"""Told the stage that begins: read, compare, seal, load, append."""


class House(Protocol):
    """What entering needs of the home."""

    @property
    def engine(self) -> Engine: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def projectors(self) -> Sequence[Projector]: ...


@dataclass(frozen=True)
class Entered:
    """What one submission did."""

    accepted: int
    corrected: int
    known: int
    returned: int
    review: int
    late: int
    undated: int
    appended: Appended | None
    position: int


def decide(tx: Transaction, engine: Engine, draft: Draft, source: Source) -> Decisions:
    """What becomes of every candidate; raises nothing for what a row says."""
    decisions = Decisions()
    if draft.rules.profile.counted:
        for line in matching.by_sender(draft.folder):
            decisions.refused[line] = (held.SENDER, None)
    matching.within_file(draft.folder, decisions)
    matching.with_held(tx, engine, draft.split, decisions, source.own)
    decisions.settle_again()
    return decisions


def enter_rows(
    tx: Transaction, house: House, draft: Draft, source: Source, receipt: UUID, progress: Progress
) -> Entered:
    """Everything but the receipt. Raises UniqueClash and RecordMoved where another writer was first."""
    progress("compare")
    decisions = decide(tx, house.engine, draft, source)
    lines = matching.new_lines(draft.folder, decisions)
    folder, this = draft.folder, draft.split
    acts.write_lines(folder, lines)
    organisations = _organisations(tx, house, draft, source)
    acts.write_acts(folder, lines, organisations.subjects, decisions.corrected, house.clock)
    progress("seal")
    there = returned_cases.write_open(tx, folder, source.own)
    back = _back(draft, decisions)
    pack = draft.rules.pack
    read = pack.publicity.fields(this.item.id)
    sender = Sender(source.agency, receipt, pack.label, draft.rules.profile.id, this.day, read)
    due = due_dates(this.item, pack.calendar, draft.decided)
    taken: list[Sealed] = []
    appended = None
    projectors = house.projectors

    def then(piece: Sealed) -> None:
        for projector in projectors:
            projector.compute(piece)

    with Sealing(house.engine, this, sender, lines, due).pieces(back, then) as pieces:
        progress("load")
        entry.load(tx, organisations)
        covered = organisations.covers
        del organisations  # of a million new ones some 400 MB, and rows are still to be loaded
        pa.default_memory_pool().release_unused()
        opening = returned_cases.Opening(draft.rules.pack, this, source.agency, receipt, house.clock)
        _load_back(tx, house, opening, decisions, there)
        if decisions.corrected:
            met = [UUID(bytes=record) for record, _ in decisions.corrected.values()]
            revoking.corrected(tx, met, source.own, PLATFORM, house.clock)
        review = _load_rows(tx, house, draft, decisions, source.agency, receipt)
        if decisions.rekeyed:
            comparison.retire_keys(tx, decisions.rekeyed)
        if len(lines):
            progress("append")
            appended = ledger.append_pieces(tx, _noted(pieces, covered, taken), house.clock, projectors)
    counted = draft.rules.profile.counted
    return Entered(
        accepted=len(lines) - len(decisions.corrected),
        corrected=len(decisions.corrected),
        known=len(decisions.known) + len(decisions.again),
        returned=draft.rows - draft.persons - draft.candidates + len(decisions.refused) - review,
        review=review,
        late=sum(piece.late for piece in taken) if counted else 0,
        undated=sum(piece.undated for piece in taken) if counted else 0,
        appended=appended,
        position=appended.size if appended else ledger_store.read_head(tx).size,
    )


def _noted(pieces: Iterable[Sealed], covered: bool, taken: list[Sealed]) -> Iterator[Sealed]:
    for piece in pieces:
        taken.append(replace(piece, covered=covered))
        yield taken[-1]


def _organisations(tx: Transaction, house: House, draft: Draft, source: Source) -> entry.Entering:
    """The subjects of the rows that become events, chosen; those that are new are not entered yet."""
    item, folder = draft.split.item, draft.folder
    roles = {role: f'"{item.roles[role]}"' for role in ("party_code", "party_name")}
    person = item.role("representative")
    representative = f'any_value("{person}")' if person else "CAST(NULL AS VARCHAR)"
    house.engine.run(
        folder,
        [
            f"COPY (SELECT code, name, representative FROM (SELECT {roles['party_code']} AS code, "
            f"{roles['party_name']} AS name, {representative} AS representative, min(line) AS first "
            f"FROM ({draft.split.rows_sql()}) "
            f"JOIN read_parquet({sql_text(str(folder / LINES))}) a USING (line) "
            f"GROUP BY 1, 2) ORDER BY code, first) TO {sql_text(str(folder / CANDIDATES))} (FORMAT parquet)",
            codes_statement(draft.split),
        ],
    )
    candidates = pq.read_table(folder / CANDIDATES).cast(CANDIDATE_SCHEMA)
    return entry.decide(tx, candidates, house.clock, source.agency, item.id)


def _back(draft: Draft, decisions: Decisions) -> list[str]:
    """What writes the files of the rows that go back. Nothing reads the upload after these statements."""
    refused = [(line, reason, record) for line, (reason, record) in decisions.refused.items()]
    count = returning.write_refused(draft.folder, refused)
    marked = [] if draft.rules.profile.counted else matching.by_sender(draft.folder)
    returning.write_strangers(draft.folder, marked)
    return returning.statements(draft.split, count)


def _load_back(
    tx: Transaction,
    house: House,
    opening: returned_cases.Opening,
    decisions: Decisions,
    there: returned_cases.Open,
) -> None:
    """Load the rows that go back, with their cases, and settle the cases that this submission answers."""
    folder = opening.split.staged.folder
    back, again = returned_cases.assign(tx, opening, there)
    store.load_returned(tx, returning.returned_reader(folder, opening.receipt, back))
    if there:
        returned_cases.settle(tx, house.engine, opening, decisions.refused, again)


def _load_rows(
    tx: Transaction, house: House, draft: Draft, decisions: Decisions, agency: UUID, receipt: UUID
) -> int:
    """Load what the receipt says of its lines; the number of rows that wait for a review."""
    folder = draft.folder
    if draft.persons:
        store.load_lines(tx, returning.person_lines(folder, receipt))
        store.load_numbers(tx, returning.used_numbers(folder, agency, draft.split.item.id))
    others = returning.other_lines(folder, receipt, _outcomes(draft, decisions), decisions.refused)
    store.load_lines(tx, others)
    waiting = list(returning.reviewed(folder))
    if waiting:
        opened = house.clock.now().at
        rows = [
            {
                "review": new_id(house.clock).bytes,
                "record": decisions.refused[line][1],
                "receipt": receipt.bytes,
                "line": line,
                "source": agency.bytes,
                "cells": cells,
                "opened": opened,
            }
            for line, cells in waiting
        ]
        store.load_reviews(tx, pa.Table.from_pylist(rows, store.REVIEWS_SCHEMA).to_reader())
    return len(waiting)


def _outcomes(draft: Draft, decisions: Decisions) -> dict[int, returning.Fate]:
    """Outcome, record and reason of the candidates that are neither new nor handed back."""
    outcomes: dict[int, returning.Fate] = {
        line: (Outcome.KNOWN, record, None) for line, record in decisions.known.items()
    }
    for line, (record, _) in decisions.corrected.items():
        outcomes[line] = (Outcome.CORRECTED, record, None)
    for line, (reason, refused) in decisions.refused.items():
        if reason in held.REVIEWED:
            outcomes[line] = (Outcome.REVIEW, refused, reason)
    new = acts.records_of(draft.folder, set(decisions.again.values())) if decisions.again else {}
    for line, first in decisions.again.items():
        met = outcomes[first][1] if first in outcomes else new[first]
        outcomes[line] = (Outcome.KNOWN, met, None)
    return outcomes
