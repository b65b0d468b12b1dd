"""Submitting: from a file to evidence, wholly or not at all.

Everything heavy comes before the ledger's head is locked: reading, checking, comparing, hashing. One bulk
transaction holds the comparison, the subjects, the events, the projections and the receipt; where another
writer was first with a key, all of it is rolled back and the comparison starts anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Protocol
from uuid import UUID

from xinheng.core import canonical
from xinheng.core.errors import Kind, XinhengError
from xinheng.core.ids import new_id
from xinheng.core.times import today
from xinheng.evidence.intake import (
    drafting,
    matching,
    receipts,
    returning,
    senders,
    store,
    unchanged,
    workbook,
)
from xinheng.evidence.intake.drafting import Draft, Rules
from xinheng.evidence.intake.entering import Entered, House, Progress, enter_rows
from xinheng.evidence.intake.incoming import Incoming
from xinheng.evidence.intake.model import Receipt, Request, RowResult
from xinheng.evidence.intake.record_key import MacBlocks
from xinheng.evidence.ledger.errors import RecordMoved
from xinheng.evidence.subjects.correcting import former_codes
from xinheng.ground.keys import Keys
from xinheng.ground.store import UniqueClash
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack

ATTEMPTS = 3
Asked = tuple[bytes, str, Progress]  # digest of the request, of the file, and who is told
ROWS_SHOWN = 1_000  # a receipt of more rows comes without them; `rows` gives them all


class Store(Protocol):
    """Where transactions are opened."""

    def transaction(self) -> AbstractContextManager[Transaction]: ...
    def bulk(self) -> AbstractContextManager[Transaction]: ...


class Home(House, Protocol):
    """What a submission needs of the home; `faces.app.App` is one."""

    @property
    def database(self) -> Store: ...
    @property
    def keys(self) -> Keys: ...
    @property
    def pack(self) -> Pack: ...
    @property
    def incoming(self) -> Path: ...


class CrowdedError(XinhengError):
    """Other writers were first three times running; nothing was changed."""

    code = "XH723"
    kind = Kind.BUSY
    title = "与其他报送反复相撞"


class ReceiptAbsentError(XinhengError):
    """No receipt has this id."""

    code = "XH724"
    kind = Kind.ABSENT
    title = "没有这份回执"


def submit(home: Home, request: Request, progress: Progress = lambda stage: None) -> Receipt:
    """Take a file in, wholly or not at all, and answer with its receipt.

    A request answered before gets the first receipt again, `repeated`. Rows are in the receipt where there
    are few; `rows` gives all. Raises the refusals of reading (XH70x, XH71x), of the agency (access), of the
    ledger, and CrowdedError.
    """
    incoming = Incoming(home.incoming)
    incoming.sweep(home.clock)
    day = today(home.clock)
    against = drafting.rules(home.pack, request, day)
    with home.database.transaction() as tx:
        sender = senders.standing(tx, request, day)
        behalf = senders.behalf(tx, request, sender.agency, day)
        file = unchanged.digest(request)
        digest = request_digest(request, file, sender.agency.agency, against)
        if kept := store.by_request(tx, digest):
            return _answer(tx, kept, against, repeated=True)
        former = former_codes(tx)
    with incoming.work() as folder:
        progress("read")
        macs = MacBlocks(*home.keys.mac.blocks())
        drafted = drafting.draft(request, against, folder, home.engine, macs, former)
        senders.write_senders(drafted, sender)
        home.engine.run(folder, matching.arriving_statements(drafted.split))
        source = senders.Source(sender.agency.agency, sender.own, behalf)
        kept, repeated = _enter(home, request, drafted, source, (digest, file, progress))
        if drafted.persons and not repeated:
            incoming.offer(returning.write_persons_file(drafted.split), kept.receipt, home.clock)
    with home.database.transaction() as tx:
        return _answer(tx, kept, against, repeated=repeated)


def _enter(
    home: Home, request: Request, drafted: Draft, source: senders.Source, asked: Asked
) -> tuple[store.Kept, bool]:
    """The transaction, begun anew where another writer was first; (receipt, was it there before)."""
    digest, file, progress = asked

    def told(stage: str) -> None:
        if stage == "load":  # nothing reads the file after this, and nobody waits for us yet
            unchanged.require(request, file)
        progress(stage)

    for _ in range(ATTEMPTS):
        try:
            with home.database.bulk() as tx:
                if kept := store.by_request(tx, digest):
                    return kept, True
                receipt = new_id(home.clock)
                done = enter_rows(tx, home, drafted, source, receipt, told)
                kept = _kept(home, request, drafted, done, (receipt, digest), source)
                store.insert_receipt(tx, kept)
        except (UniqueClash, RecordMoved) as error:
            clash = error
        else:
            return kept, False
    raise CrowdedError(
        found=f"{ATTEMPTS} 次比对之后都有其他报送先写入了相同的记录",
        expected="比对之后没有其他报送改动同一记录",
        todo="稍后重新报送；本次没有写入任何内容",
        where=request.file_name,
    ) from clash


def _kept(
    home: Home,
    request: Request,
    drafted: Draft,
    done: Entered,
    ids: tuple[UUID, bytes],
    source: senders.Source,
) -> store.Kept:
    against, staged = drafted.rules, drafted.split.staged
    return store.Kept(
        receipt=ids[0],
        request=ids[1],
        position=done.position,
        known=done.appended.known.at if done.appended else home.clock.now().at,
        agency=source.agency,
        account=request.account,
        item=against.item.id,
        profile=against.profile.id,
        pack=against.pack.label,
        file_name=request.file_name,
        file_sha256=staged.file_sha256,
        first_seq=done.appended.first if done.appended else None,
        way=request.way.value,
        behalf=source.behalf,
        counts={
            "accepted": done.accepted,
            "returned": done.returned,
            "known": done.known,
            "corrected": done.corrected,
            "late": done.late,
            "persons": drafted.persons,
            "masked": drafted.masked,
            "dropped": drafted.dropped,
            "review": done.review,
            "undated": done.undated,
        },
        columns=staged.columns_json(),
        constants=_kept_constants(request, drafted),
        checks=[c.as_json() for c in drafted.checks],
        notes=list(staged.notes),
    )


def _kept_constants(request: Request, drafted: Draft) -> dict[str, str]:
    """Those that the receipt keeps: of a file with natural persons, none that says who the party is."""
    item = drafted.rules.item
    who = {item.roles[r] for r in ("party_name", "party_code", "representative") if r in item.roles}
    named = drafting.constants(request, item)
    return {n: v for n, v in named.items() if not (drafted.persons and n in who)}


def request_digest(request: Request, file: str, agency: UUID, against: Rules) -> bytes:
    """What makes two requests the same: file, item, source, mapping, constants, profile, sheet. 32 bytes."""
    value = {
        "file": file,
        "item": against.item.id,
        "profile": against.profile.id,
        "source": str(agency),
        "mapping": dict(request.mapping),
        "constants": drafting.constants(request, against.item),
        "sheet": request.sheet,
    }
    return hashlib.sha256(canonical.dumps(value).encode()).digest()


def _answer(tx: Transaction, kept: store.Kept, against: Rules, *, repeated: bool) -> Receipt:
    answer = receipts.receipt_of(kept, repeated=repeated)
    found = tuple(islice(receipts.rows(tx, kept, against.item, repeated=repeated), ROWS_SHOWN + 1))
    return replace(answer, rows=found if len(found) <= ROWS_SHOWN else ())


def kept_receipt(tx: Transaction, receipt: UUID) -> store.Kept:
    """A receipt as it is kept. Raises ReceiptAbsentError."""
    kept = store.by_id(tx, receipt)
    if kept is None:
        raise receipt_absent(receipt)
    return kept


def receipt_absent(receipt: UUID) -> ReceiptAbsentError:
    """The refusal for a receipt that is not there, or not for this asker."""
    return ReceiptAbsentError(
        found=f"回执 {receipt} 不存在", expected="平台发出的回执编号", todo="核对编号", where=str(receipt)
    )


def rows(tx: Transaction, pack: Pack, receipt: UUID, *, repeated: bool = False) -> Iterator[RowResult]:
    """Every row of a receipt, ascending by line. Raises ReceiptAbsentError, UnknownItemError."""
    kept = kept_receipt(tx, receipt)
    return receipts.rows(tx, kept, pack.item(kept.item), repeated=repeated)


def listed(tx: Transaction, agency: UUID | None = None, limit: int = 50, offset: int = 0) -> list[store.Kept]:
    """Receipts, newest first: of one agency, or of all."""
    return store.listed(tx, agency, limit, offset)


def returned_workbook(tx: Transaction, pack: Pack, receipt: UUID) -> bytes:
    """The returned rows of a receipt as an XLSX file to correct and send again. Raises ReceiptAbsentError."""
    kept = kept_receipt(tx, receipt)
    return workbook.build(kept.columns, kept.constants, pack.item(kept.item), store.returned(tx, receipt))


def sums_by_agency(tx: Transaction) -> Mapping[UUID, store.AgencySums]:
    """What each agency has sent so far, by its receipts."""
    return store.sums_by_agency(tx)
