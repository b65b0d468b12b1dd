"""Checking what is typed by the very intake that will take it: one row, looked through and dropped."""

from __future__ import annotations

from dataclasses import dataclass

from xinheng.core.errors import Kind, XinhengError
from xinheng.evidence.intake import preview as dry
from xinheng.evidence.intake.incoming import Incoming
from xinheng.evidence.intake.model import CheckResult, Outcome
from xinheng.evidence.intake.model import Request as Submission
from xinheng.faces.web.context import Web
from xinheng.law.model import Severity

FILE = "form.jsonl"


@dataclass(frozen=True)
class Checked:
    """What the intake says of the row. `refusal`: the file as a whole was not taken."""

    outcome: Outcome | None = None
    checks: tuple[CheckResult, ...] = ()
    late: bool = False
    sample: dry.Sample | None = None
    refusal: XinhengError | None = None

    @property
    def returned(self) -> bool:
        return self.outcome is Outcome.RETURNED or any(c.severity is Severity.RETURN for c in self.checks)

    @property
    def person(self) -> bool:
        return self.outcome is Outcome.PERSON


def check(web: Web, item: str, profile: str, content: bytes) -> Checked:
    """Look the row through. Raises what is no fault of the row (CrowdedDeskError, the engine's refusals)."""
    bench = dry.Bench(web.app.engine, web.app.pack, web.app.clock, web.app.incoming)
    with Incoming(web.app.incoming).work() as folder:
        path = folder / FILE
        path.touch(mode=0o600)
        path.write_bytes(content)
        try:
            with web.turns.turn(), dry.looked_through(bench, Submission(path, FILE, item, profile)) as look:
                row = next(look.rows, None)
                late = look.receipt.counts.late > 0
                sample = look.samples[0] if look.samples else None
        except XinhengError as refusal:
            if refusal.kind is not Kind.INVALID:
                raise
            return Checked(refusal=refusal)
    if row is None:
        return Checked()
    return Checked(row.outcome, row.checks, late, sample)
