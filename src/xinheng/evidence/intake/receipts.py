"""Receipts and their rows, from what is kept: the same at once, tomorrow, or for a repeated file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from itertools import groupby, islice
from typing import Any

from xinheng.core.amounts import derive
from xinheng.core.times import SHANGHAI
from xinheng.evidence.intake import checks, held, returning, store
from xinheng.evidence.intake.model import (
    CheckCount,
    CheckResult,
    Counts,
    DerivedSums,
    Outcome,
    Receipt,
    RowResult,
)
from xinheng.evidence.ledger import receipt_rows
from xinheng.ground.store.transaction import Row, Transaction
from xinheng.law.model import Item, Severity

PAGE = 1_000
_REPEATED = (Outcome.ACCEPTED, Outcome.CORRECTED)


def receipt_of(kept: store.Kept, *, repeated: bool = False) -> Receipt:
    """A kept receipt without its rows. `repeated`: nothing is accepted now, what was accepted is known."""
    counts = Counts(**kept.counts)
    if repeated:
        known = (counts.known or 0) + counts.accepted + counts.corrected
        counts = Counts(
            0, counts.returned, known, 0, 0, counts.persons, counts.masked, counts.dropped, counts.review, 0
        )
    return Receipt(
        receipt=kept.receipt,
        file_sha256=kept.file_sha256,
        pack=kept.pack,
        profile=kept.profile,
        position=kept.position,
        counts=counts,
        columns=kept.columns,
        repeated=repeated,
        notes=tuple(kept.notes),
        checks=tuple(CheckCount(**{**c, "severity": Severity(c["severity"])}) for c in kept.checks),
    )


def rows(tx: Transaction, kept: store.Kept, item: Item, *, repeated: bool = False) -> Iterator[RowResult]:
    """Every row of a receipt, ascending by line. `item`: as the pack at hand has it."""
    reader = _Reader(kept, item, repeated)
    sources = (
        (("said", row) for row in _said(tx, kept)),
        (("back", row) for row in store.returned(tx, kept.receipt)),
        (("line", row) for row in _with_content(tx, store.lines(tx, kept.receipt))),
    )
    for _, entries in groupby(merge(*sources, key=lambda entry: entry[1][0]), key=lambda entry: entry[1][0]):
        yield reader.row(dict(entries))


def _said(tx: Transaction, kept: store.Kept) -> Iterator[Row]:
    if kept.first_seq is None:
        return iter(())
    return receipt_rows.said(tx, kept.first_seq, kept.counts["accepted"] + kept.counts["corrected"])


def _with_content(tx: Transaction, lines: Iterator[Row]) -> Iterator[Row]:
    """The kept lines with what their record says now, for those that met one."""
    while page := list(islice(lines, PAGE)):
        known = [row[2] for row in page if row[2] is not None and row[1] == Outcome.KNOWN]
        texts = receipt_rows.current(tx, known) if known else {}
        for row in page:
            yield (*row, texts.get(row[2], (None, None, None)))


@dataclass(frozen=True)
class _Reader:
    """Turns what is kept of one line into its result."""

    kept: store.Kept
    item: Item
    repeated: bool

    def row(self, entry: dict[str, Row]) -> RowResult:
        if "back" in entry:
            line, cells, found, _ = entry["back"]
            return RowResult(line, Outcome.RETURNED, None, returning.results(found), self._from_cells(cells))
        if "said" in entry:
            line, record, kind, *texts = entry["said"]
            outcome = Outcome.ACCEPTED if kind == "recorded" else Outcome.CORRECTED
            marks = entry["line"][3] if "line" in entry else None
            fields = content(texts)
            shown = Outcome.KNOWN if self.repeated and outcome in _REPEATED else outcome
            return RowResult(line, shown, record, self._marks(marks, fields), self._derived(fields))
        line, outcome, record, marks, texts = entry["line"]
        fields = content(texts)
        return RowResult(line, Outcome(outcome), record, self._marks(marks, fields), self._derived(fields))

    def _derived(self, fields: Mapping[str, str]) -> DerivedSums | None:
        return derived(fields.get(self.item.role("content") or ""))

    def _from_cells(self, cells: str) -> DerivedSums | None:
        wanted = self.item.role("content") or ""
        given = json.loads(cells)
        texts = [given[h] for h, target in self.kept.columns.items() if target == wanted and given.get(h)]
        return derived("；".join(texts) or self.kept.constants.get(wanted))

    def _marks(self, ids: str | None, fields: Mapping[str, str]) -> tuple[CheckResult, ...]:
        if not ids:
            return ()
        day = self.kept.known.astimezone(SHANGHAI).date()
        rules = {rule.id: rule for rule in checks.rules(self.item, self.kept.profile, day)}
        return tuple(_mark(name, rules, fields) for name in ids.split(" "))


def _mark(name: str, rules: Mapping[str, checks.Rule], fields: Mapping[str, str]) -> CheckResult:
    if name in held.REASONS:
        return held.mark(name)
    if rule := rules.get(name):
        return rule.result(fields.get(rule.field) if rule.field else None)
    return CheckResult(name, None, Severity.WARN, None, "见当时的规则包", f"当时的规则包规则 {name}")


def content(texts: list[str | None]) -> dict[str, Any]:
    """What an event says, all disclosure classes together: field code -> text."""
    fields: dict[str, Any] = {}
    for text in texts:
        if text:
            fields.update(json.loads(text))
    return fields


def derived(text: str | None) -> DerivedSums | None:
    """The sums that the penalty text names, offered with the words they came from; None without a text."""
    if not text:
        return None
    found = derive(text)
    return DerivedSums(_plain(found.fine_yuan), _plain(found.confiscation_yuan), found.source)


def _plain(value: object) -> str | None:
    return None if value is None else f"{value:.2f}"
