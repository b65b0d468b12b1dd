"""Making, issuing and verifying monthly bulletins. Nothing here commits.

Which pack a month is computed under is the caller's to find (`faces.app.activation`): the one that was active
when the month ended, for a month that was issued the one it was issued under.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from xinheng.core.times import SHANGHAI, Clock
from xinheng.evidence.completeness.model import first_of, next_month
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.office.access import audit
from xinheng.office.access.model import Agency
from xinheng.outward.documents import canonical, docx, pdf, xlsx
from xinheng.outward.documents.model import Document
from xinheng.outward.reports import bulletin, scope, store
from xinheng.outward.reports.errors import AlreadyIssued, Differs, NotIssued, NotYet
from xinheng.outward.reports.gathering import Facts, gather
from xinheng.outward.reports.scope import Scope
from xinheng.outward.reports.store import Issued

WRITERS: Final[Mapping[str, Callable[[Document], bytes]]] = {
    "json": canonical.write,
    "xlsx": xlsx.write,
    "docx": docx.write,
    "pdf": pdf.write,
}


@dataclass(frozen=True)
class Made:
    """A month's bulletin: its facts, the document, and the files that are written from it."""

    facts: Facts
    document: Document

    @property
    def name(self) -> str:
        """What its files are called, without ending: `bulletin-2026-10-XYB`."""
        head = self.facts.scope.head_code
        return f"bulletin-{self.facts.scope.month:%Y-%m}" + (f"-{head}" if head else "")

    def file(self, form: str) -> bytes:
        """One of WRITERS."""
        return WRITERS[form](self.document)

    def files(self) -> dict[str, bytes]:
        """Every file by its name."""
        return {f"{self.name}.{form}": self.file(form) for form in WRITERS}


def scope_of(
    tx: Transaction,
    pack: Pack,
    head: Agency | None,
    month: date,
    clock: Clock,
    issuer: str,
    cutoff: date | None = None,
) -> Scope:
    """For whom and until when: as it was issued, else as the tree says now.

    `cutoff`: the first civil day that no longer counts; without one, after CUTOFF_DAYS working days.
    `issuer` signs where there is no head. Raises NotYet, NoCutoff.
    """
    there = store.issued(tx, head.code if head else "", first_of(month))
    if there is not None:
        return scope.from_json(there.tree)
    instant = scope.starts(cutoff) if cutoff else scope.cutoff_of(pack, month)
    if clock.now().at < instant or instant < scope.starts(next_month(month)):
        raise NotYet(f"{month:%Y-%m}", f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}")
    return scope.fixed(tx, pack, head, month, instant, issuer)


def make(tx: Transaction, pack: Pack, given: Scope) -> Made:
    """Compute a month's bulletin."""
    facts = gather(tx, pack, given)
    return Made(facts, bulletin.document(facts))


def issue(tx: Transaction, made: Made, clock: Clock, actor: str) -> Issued:
    """印发: keep what it was computed from and the digests of its files. Raises AlreadyIssued."""
    given = made.facts.scope
    kept = Issued(
        head=given.head_code,
        month=given.month,
        issued=clock.now().at,
        actor=actor,
        cutoff=given.cutoff,
        pack=made.facts.pack.digest,
        position=made.facts.position,
        tree=scope.as_json(given),
        digests=_digests(made),
    )
    if not store.insert(tx, kept):
        there = issued(tx, given.head_code, given.month)
        raise AlreadyIssued(f"{given.month:%Y-%m}", _moment(there.issued))
    audit.note(tx, clock, actor, "bulletin.issue", f"{given.month:%Y-%m} {given.head_code or '全平台'}")
    return kept


def _digests(made: Made) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in made.files().items()}


def _moment(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def issued(tx: Transaction, head: str, month: date) -> Issued:
    """What was issued for a head (code; '' for the whole place) and month. Raises NotIssued."""
    there = store.issued(tx, head, first_of(month))
    if there is None:
        raise NotIssued(f"{month:%Y-%m}")
    return there


def found(tx: Transaction, head: str, month: date) -> Issued | None:
    """The same, or None."""
    return store.issued(tx, head, first_of(month))


def listed(tx: Transaction, head: str | None = None) -> list[Issued]:
    """What was issued, of one head or of all, the newest month first."""
    return store.all_issued(tx, head)


def verify(there: Issued, made: Made) -> Mapping[str, str]:
    """Compare what was made again with what was issued; the digests by file name. Raises Differs."""
    now = _digests(made)
    wrong = sorted(name for name in there.digests if now.get(name) != there.digests[name])
    if wrong:
        raise Differs(f"{there.month:%Y-%m}", "、".join(wrong))
    return now
