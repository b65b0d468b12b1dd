"""代码更正: another code for an organisation. The old one stays as an alias, records keep their words.

What a record said, who sent it and every proof stay as they are: they bind the organisation's internal id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from xinheng.core.times import Clock, today
from xinheng.core.uscc import division_of, judge, kind_of, normalise
from xinheng.evidence.ledger import service as ledger
from xinheng.evidence.ledger import wording
from xinheng.evidence.ledger.batches import Single
from xinheng.evidence.ledger.model import Appended, EventKind, Provenance
from xinheng.evidence.ledger.projection import Projector
from xinheng.evidence.subjects import alias_store as store
from xinheng.evidence.subjects.code_errors import CodeNotValid, CodeTaken, OrganisationUnknown, SameCode
from xinheng.evidence.subjects.model import UNKNOWN_KIND
from xinheng.ground.store.transaction import Transaction
from xinheng.office.cases.model import Actor


@dataclass(frozen=True)
class Books:
    """What an event of the ledger needs: the label of the active pack, and the projectors of the house."""

    pack: str
    projectors: Sequence[Projector] = ()


@dataclass(frozen=True)
class Corrected:
    """A correction that was entered: which code became an alias, and where the log says so."""

    subject: UUID
    old_code: str
    new_code: str
    event: UUID
    appended: Appended


@dataclass(frozen=True)
class FormerCodes:
    """What intake must know of corrected codes. Small: only organisations whose code was corrected."""

    keys: tuple[tuple[str, str], ...] = ()  # code -> the code in the keys of its organisation's records
    aliases: frozenset[str] = frozenset()  # codes that nobody bears any more, but are known


NONE_CORRECTED = FormerCodes()


def correct_code(
    tx: Transaction, subject: UUID, new_code: str, basis: str, actor: Actor, clock: Clock, books: Books
) -> Corrected:
    """Give an organisation its right code, from today on, by an event of the ledger.

    `basis`: the document of the registration authority (Chinese, public). Who may is the caller's to decide.
    Publish after the commit. Raises OrganisationUnknown, CodeNotValid, SameCode, CodeTaken, WordsRefused,
    NotWritable, and UniqueClash where another writer entered the code meanwhile.
    """
    why = wording.require(basis, "依据")
    code = normalise(new_code)
    held = store.locked(tx, subject)
    if held is None:
        raise OrganisationUnknown(str(subject))
    old, _ = held
    verdict = judge(code)
    if not verdict.valid:
        raise CodeNotValid(verdict, new_code)
    if code == old:
        raise SameCode(code)
    bearer = store.bearer(tx, code)
    if bearer is not None and bearer[0] != subject:
        raise CodeTaken(code, bearer[1])
    day = today(clock)
    store.change_code(
        tx, subject, (old, code), (kind_of(code) or UNKNOWN_KIND, division_of(code)), clock.now().at
    )
    single = Single(
        EventKind.CODE_CORRECTED,
        Provenance(books.pack, None, subject, actor.agency, day),
        public={"old_code": old, "new_code": code, "basis": why},
    )
    event, appended = ledger.append_one(tx, single, clock, books.projectors)
    store.note_change(tx, old, day, why, event)
    return Corrected(subject, old, code, event, appended)


def former_codes(tx: Transaction) -> FormerCodes:
    """What intake must know of corrected codes."""
    return FormerCodes(tuple(store.keys(tx)), frozenset(store.aliases(tx)))
