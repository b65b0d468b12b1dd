"""As the upper side of the folder exchange: take a sender's files in, write receipts and a list.

A version is decided once. The same one again is answered as it was; one older than what was decided changes
nothing: so a sender may repeat, and files may arrive in any order. What goes in is an intake like any other,
with its receipt; a process killed in between finds the same content known.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import UUID

from xinheng.core import canonical
from xinheng.core.errors import XinhengError
from xinheng.core.times import Known, today
from xinheng.evidence.intake import own_columns
from xinheng.evidence.intake import service as intake
from xinheng.evidence.intake.model import Outcome as Fate
from xinheng.evidence.intake.model import Request, RowResult
from xinheng.evidence.ledger.errors import RecordAbsent
from xinheng.office.access import service as access
from xinheng.office.access.model import Agency
from xinheng.outward.reconciliation import formats, heard_store, holding, store
from xinheng.outward.reconciliation.errors import PartnerBusy
from xinheng.outward.reconciliation.folder import DATA, RECEIPT, SNAPSHOT
from xinheng.outward.reconciliation.formats import INBOX, MANIFEST, OUTBOX, Manifest, Unreadable
from xinheng.outward.reconciliation.heard_store import Heard
from xinheng.outward.reconciliation.model import Act, Held, Outcome
from xinheng.outward.reconciliation.partner import Broken, Line, Said
from xinheng.outward.reconciliation.places import Place

PAGE: Final = 1_000
PERSON: Final = "该行是自然人数据，不接收"
REVIEW: Final = "已收件，转人工核实"
NO_REASON: Final = "校核不通过"


class Home(intake.Home, Protocol):
    """What taking in needs of the home; `faces.app.App` is one."""

    def publish(self) -> Any: ...


@dataclass
class Answered:
    """What one pass did."""

    files: int = 0
    taken: int = 0
    returned: int = 0
    listed: int = 0  # records in the list
    broken: list[Broken] = field(default_factory=list)


def answer(home: Home, place: Place, sender: str) -> Answered:
    """Take every whole file of the outbox in, answer each, and write the list of what is held.

    Raises AgencyUnknown, PartnerBusy, FolderUnusable, PartnerAway; a file that is half-written or not ours is
    left alone and named.
    """
    done = Answered()
    with home.database.transaction() as lock:
        agency = access.by_code(lock, sender)
        if not store.alone(lock, agency.agency):
            raise PartnerBusy(
                found="另一个进程正在处理这个单位的交换目录",
                expected="同一时间只有一个",
                todo="等它结束后再运行",
                where=sender,
            )
        for name in place.names(OUTBOX):
            if name.endswith(DATA + MANIFEST):
                _file(home, place, agency, name, done)
        home.publish()
        _list(home, place, agency, done)
    return done


def _file(home: Home, place: Place, agency: Agency, name: str, done: Answered) -> None:
    content = place.read(OUTBOX, name)
    if content is None:
        return
    try:
        of = formats.manifest(content)
        if of.file + MANIFEST != name or of.batch is None or of.item is None:
            raise Unreadable("清单与文件名不符，或没有写批次和事项")
        data = place.read(OUTBOX, of.file)
        if data is None:
            raise Unreadable("清单写明的文件不在")
        lines = [formats.line_of(row) for row in formats.lines(data, of)]
    except Unreadable as wrong:
        done.broken.append(Broken(name, str(wrong)))
        return
    try:
        said = decide(home, agency, of, lines)
    except XinhengError as refusal:
        if refusal.kind in holding.PASSING:
            raise
        # of the file as a whole: an item that is not in the catalogue, a sheet that cannot be read
        said = [_back(line, f"整批未受理：{refusal}") for line in lines]
    done.files += 1
    done.taken += sum(s.outcome is Outcome.TAKEN for s in said)
    done.returned += sum(s.outcome is Outcome.RETURNED for s in said)
    receipt, rows = formats.written(formats.said_row(s) for s in said)
    there = f"{of.batch}.{RECEIPT}{DATA}"
    described = formats.described(
        RECEIPT, there, receipt, rows, home.clock.now().at, (of.batch, of.number or 0, of.item)
    )
    place.write(INBOX, there, receipt)
    place.write(INBOX, there + MANIFEST, described.as_json())
    place.remove(OUTBOX, name)
    place.remove(OUTBOX, of.file)


def decide(home: Home, agency: Agency, of: Manifest, lines: Sequence[Line]) -> list[Said]:
    """What becomes of each line, in their order. Raises what the intake refuses as a whole."""
    with home.database.transaction() as tx:
        heard = heard_store.by_records(tx, agency.agency, [line.record for line in lines])
    new = [line for line in lines if line.record not in heard or heard[line.record].seq < line.seq]
    decided: dict[UUID, Said] = {}
    if new and of.kind == formats.KINDS[Act.RECORD]:
        decided = _take_in(home, agency, of, new, heard)
    elif new:
        decided = {line.version: _withdraw(home, agency, line, heard) for line in new}
    _keep(home, agency, new, decided)
    return [decided.get(line.version) or _repeated(line, heard[line.record]) for line in lines]


def _repeated(line: Line, before: Heard) -> Said:
    """The answer that was given; for an older version than was decided, that it is overtaken."""
    there = str(before.there) if before.there else None
    if before.version != line.version:
        return Said(line.version, Outcome.TAKEN, there)
    return Said(line.version, Outcome(before.outcome), there, tuple(json.loads(before.reasons)))


def _keep(home: Home, agency: Agency, new: Sequence[Line], decided: dict[UUID, Said]) -> None:
    kept = [
        Heard(
            line.record,
            line.seq,
            line.version,
            UUID(said.there) if said.there else None,
            said.outcome.value,
            canonical.dumps(list(said.reasons)),
        )
        for line in new
        if (said := decided[line.version]).outcome is not Outcome.RECEIVED
    ]
    with home.database.transaction() as tx:
        heard_store.save(tx, agency.agency, kept)


def _take_in(
    home: Home, agency: Agency, of: Manifest, new: Sequence[Line], heard: dict[UUID, Heard]
) -> dict[UUID, Said]:
    """Through the intake, as one file; by line in the order of the batch."""
    path = _folder(home.incoming) / f"{of.batch}{DATA}"
    names = {line.record: _name(line, heard) for line in new}
    rows = [{**line.fields, own_columns.RECORD: names[line.record]} for line in new]
    headers = list(dict.fromkeys(name for row in rows for name in row))
    rows[0] = {name: rows[0].get(name, "") for name in headers}
    path.write_bytes(formats.written(rows)[0])
    path.chmod(0o600)
    try:
        request = Request(path=path, file_name=path.name, item_id=of.item or "", source=agency.code)
        receipt = intake.submit(home, request)
        with home.database.transaction() as tx:
            if receipt.receipt is None:
                raise RuntimeError("a submission has a receipt")
            found = list(intake.rows(tx, home.pack, receipt.receipt, repeated=receipt.repeated))
    finally:
        path.unlink(missing_ok=True)
    if len(found) != len(new):
        raise RuntimeError(f"{len(new)} rows went in, {len(found)} were answered")
    return {line.version: _said(line, row) for line, row in zip(new, found, strict=True)}


def _name(line: Line, heard: dict[UUID, Heard]) -> str:
    there = heard[line.record].there if line.record in heard else None
    return str(there) if there else (line.there or "")


def _folder(incoming: Path) -> Path:
    """The private folder, made where it is missing; what is in it goes within the same call."""
    folder = incoming / "upward"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    return folder


def _said(line: Line, row: RowResult) -> Said:
    there = str(row.record) if row.record else None
    if row.outcome in (Fate.ACCEPTED, Fate.CORRECTED, Fate.KNOWN):
        return Said(line.version, Outcome.TAKEN, there)
    if row.outcome is Fate.REVIEW:
        return Said(line.version, Outcome.RECEIVED, None, (REVIEW,))
    if row.outcome is Fate.PERSON:
        return _back(line, PERSON)
    reasons = tuple(f"{c.message}（应为：{c.expected}）" for c in row.checks if c.severity == "return")
    return Said(line.version, Outcome.RETURNED, None, reasons or (NO_REASON,))


def _back(line: Line, why: str) -> Said:
    return Said(line.version, Outcome.RETURNED, None, (why,))


def _withdraw(home: Home, agency: Agency, line: Line, heard: dict[UUID, Heard]) -> Said:
    name = _name(line, heard)
    if not name:
        return Said(line.version, Outcome.TAKEN)  # it was never here
    try:
        asked = holding.ToWithdraw(UUID(name), line.on, line.reason or "报送单位撤回")
        with home.database.transaction() as tx:
            holding.withdraw(tx, home.pack, agency, asked, home.clock, home.projectors)
    except RecordAbsent:
        return Said(line.version, Outcome.TAKEN)
    except XinhengError as refusal:
        if refusal.kind in holding.PASSING:
            raise
        return _back(line, str(refusal.found))
    return Said(line.version, Outcome.TAKEN, name)


def _list(home: Home, place: Place, agency: Agency, done: Answered) -> None:
    """Everything that is held of the sender's, in one file; the list before it goes."""
    at, after, day = home.clock.now().at, None, today(home.clock)
    rows: list[dict[str, Any]] = []
    with home.database.transaction() as tx:
        senders = holding.sources(tx, agency)
    while True:
        with home.database.transaction() as tx:
            page = holding.holdings(tx, senders, day, PAGE, after)
            if not page:
                break
            names = heard_store.names(tx, agency.agency, [h.record for h in page])
        after = page[-1].record
        rows.extend(formats.held_row(_held(h, names.get(h.record))) for h in page)
    content, count = formats.written(rows)
    stamp = Known(at).isoformat().replace(":", "").replace(".", "")
    name = f"{stamp}.{SNAPSHOT}{DATA}"
    for other in place.names(INBOX):
        if f".{SNAPSHOT}{DATA}" in other and not other.startswith(name):
            place.remove(INBOX, other)
    place.write(INBOX, name, content)
    place.write(INBOX, name + MANIFEST, formats.described(SNAPSHOT, name, content, count, at).as_json())
    done.listed = count


def _held(held: holding.Holding, record: UUID | None) -> Held:
    return Held(str(held.record), held.item, held.state == "current", held.shown, held.digest, record)
