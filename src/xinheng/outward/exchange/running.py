"""Running an exchange: claim, read, take in, answer; every step can be killed and is done again.

    claiming   the batch has its name here; then its rows are marked in the agency's table (their commit)
    written    rows read and kept in a private file; digest, range and row ids noted here (our commit)
    entered    through the intake, which knows the same file again; the receipt noted here (our commit)
    done       receipt and results in the agency's tables, in one transaction there (their commit);
               then noted here, and the file goes

Between any two commits the next run finds the state of the first and repeats the step: marking the same rows,
writing the same file, submitting the same content, finding the receipt there already.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import Engine

from xinheng.core.errors import XinhengError
from xinheng.core.ids import new_id
from xinheng.core.networks import Network
from xinheng.evidence.intake import service as intake
from xinheng.evidence.intake.model import Request, Way
from xinheng.evidence.intake.store import Kept
from xinheng.law.model import Item
from xinheng.office.access import service as access
from xinheng.outward.exchange import address, answering, outbox, store, writing
from xinheng.outward.exchange.errors import TablesWrong
from xinheng.outward.exchange.link import linked
from xinheng.outward.exchange.model import Batch, Exchange, State

LATENESS = ("late", "undated")
OUTCOMES = ("accepted", "corrected", "known", "returned", "review", "persons")


class Home(intake.Home, Protocol):
    """What an exchange needs of the home; `faces.app.App` is one."""

    def publish(self) -> Any: ...


Told = Callable[[Batch], None]
"""Told of a batch at each of its states."""


@dataclass(frozen=True)
class Ran:
    """What one run did."""

    batches: tuple[Batch, ...]

    @property
    def rows(self) -> int:
        return sum(b.taken for b in self.batches)


@dataclass(frozen=True)
class _Run:
    """One exchange while it runs."""

    home: Home
    exchange: Exchange
    item: Item
    engine: Engine
    box: outbox.Outbox
    told: Told

    def save(self, batch: Batch) -> Batch:
        with self.home.database.transaction() as tx:
            store.save(tx, batch)
        self.told(batch)
        return batch


def run(
    home: Home,
    exchange: Exchange,
    listed: Sequence[Network],
    *,
    once: bool = False,
    told: Told = lambda batch: None,
) -> Ran:
    """End the open batch, then take batches until no row waits (`once`: one batch at most).

    How it ended is noted with the exchange. Raises ExchangeBusy, and whatever a step refuses: the batch stays
    as it is and the next run goes on with it.
    """
    with writing.alone(home.incoming, exchange):
        try:
            done = _run(home, exchange, listed, once, told)
        except XinhengError as refusal:
            _ended(home, exchange, refusal)
            raise
        _ended(home, exchange, None)
    return Ran(tuple(done))


def _ended(home: Home, exchange: Exchange, refusal: XinhengError | None) -> None:
    with home.database.transaction() as tx:
        said = None if refusal is None else str(refusal)[:500]
        store.set_ended(tx, exchange.exchange, home.clock.now().at, refusal.code if refusal else None, said)


def _run(home: Home, exchange: Exchange, listed: Sequence[Network], once: bool, told: Told) -> list[Batch]:
    item = home.pack.item(exchange.item)
    done: list[Batch] = []
    with linked(address.kept(home.keys.folder, exchange.exchange), listed) as engine:
        with engine.connect() as link:
            outbox.check_answers(link)
            box = outbox.found(link, exchange.outbox, item)
        this = _Run(home, exchange, item, engine, box, told)
        with home.database.transaction() as tx:
            batch = store.open_batch(tx, exchange.exchange)
        while batch := batch or _next(this):
            if (ended := _advance(this, batch)) is not None:
                done.append(ended)
            if once:
                break
            batch = None
    return done


def _next(this: _Run) -> Batch | None:
    """A new batch where any row waits."""
    with this.engine.connect() as link:
        if not outbox.waiting(link, this.box, 1):
            return None
    clock = this.home.clock
    with this.home.database.transaction() as tx:
        return store.insert_batch(tx, new_id(clock), this.exchange.exchange, clock.now().at)


def _advance(this: _Run, batch: Batch) -> Batch | None:
    """Bring a batch to its end from wherever it is; None where it had no row."""
    this.told(batch)
    if batch.state is State.CLAIMING:
        _claim(this, batch)
        taken = _write(this, batch)
        if taken is None:
            with this.home.database.transaction() as tx:
                store.drop_batch(tx, batch.batch)
            return None
        batch = taken
    if batch.state is State.WRITTEN:
        batch = _enter(this, batch)
    return _answer(this, batch)


def _claim(this: _Run, batch: Batch) -> None:
    """Mark the rows of the batch, unless they carry its mark already."""
    with this.engine.begin() as link:
        if not outbox.is_marked(link, this.box, batch.batch):
            ids = outbox.waiting(link, this.box, this.exchange.batch_rows)
            if ids and not outbox.mark(link, this.box, ids, batch.batch):
                raise TablesWrong(
                    found="取走的标记没有写上",
                    expected=f"平台的账号可以改写 {this.box.taken} 列，没有触发器把它清空",
                    todo="对照 docs/exchange.md 的授权语句",
                    where=this.box.name,
                )


def _write(this: _Run, batch: Batch) -> Batch | None:
    """Read the claimed rows into the batch's file, and note what it is; None where there is no row."""
    path = writing.file_of(this.home.incoming, batch.batch)
    with this.engine.connect() as link:
        written = writing.write(path, this.box.headers, outbox.claimed(link, this.box, batch.batch))
    if not written.rows:
        path.unlink(missing_ok=True)
        return None
    noted = replace(
        batch,
        state=State.WRITTEN,
        taken=len(written.rows),
        refused=written.refused,
        first_row=written.rows[0].row_id[:190],
        last_row=written.rows[-1].row_id[:190],
        sha256=written.sha256,
    )
    with this.home.database.transaction() as tx:
        store.load_rows(tx, batch.batch, written.rows)
        store.save(tx, noted)
    this.told(noted)
    return noted


def _enter(this: _Run, batch: Batch) -> Batch:
    """Take the batch's file in. Known again by its digest, it is never taken in twice."""
    path = writing.file_of(this.home.incoming, batch.batch)
    if not writing.is_whole(path, batch.sha256):
        # the file was lost with its disk: the rows still carry their mark; what went in is known again
        rebuilt = _write(this, batch)
        if rebuilt is None:
            with this.home.database.transaction() as tx:
                store.drop_rows(tx, batch.batch)
            return this.save(replace(batch, state=State.ENTERED, taken=0, refused=0))
        batch = rebuilt
    if batch.taken == batch.refused:
        return this.save(replace(batch, state=State.ENTERED))
    home, exchange = this.home, this.exchange
    with home.database.transaction() as tx:
        source = access.by_ids(tx, [exchange.agency])[exchange.agency].code
    request = Request(
        path=path,
        file_name=batch.file_name,
        item_id=exchange.item,
        profile=exchange.profile,
        source=source,
        way=Way.TABLE,
    )
    receipt = intake.submit(home, request)
    home.publish()
    return this.save(replace(batch, state=State.ENTERED, receipt=receipt.receipt))


def _answer(this: _Run, batch: Batch) -> Batch:
    """Write receipt and results into the agency's tables, then close the batch."""
    names = {f.code: f.name for f in this.item.fields}
    with this.home.database.transaction() as tx:
        kept = intake.kept_receipt(tx, batch.receipt) if batch.receipt else None
        # after a restart the intake knew the file again: the receipt is this batch's own all the same
        repeated = kept is not None and kept.file_name != batch.file_name
        found = intake.rows(tx, this.home.pack, kept.receipt, repeated=repeated) if kept else iter(())
        counted = replace(batch, counts=_counts(kept, repeated))
        said = answering.answers(store.rows(tx, batch.batch), found, kept, names)
        with this.engine.begin() as link:
            answering.write(link, answering.head(this.exchange, counted, kept, this.home.clock), said)
    done = replace(counted, state=State.DONE, finished=this.home.clock.now().at)
    with this.home.database.transaction() as tx:
        store.save(tx, done)
        store.drop_rows(tx, batch.batch)
    writing.file_of(this.home.incoming, batch.batch).unlink(missing_ok=True)
    this.told(done)
    return done


def _counts(kept: Kept | None, repeated: bool) -> dict[str, int]:
    """Rows by outcome; where another way had brought the very same content, all of it is known."""
    if kept is None:
        return {}
    counts = {name: kept.counts.get(name) or 0 for name in (*OUTCOMES, *LATENESS)}
    if repeated:
        counts["known"] += counts["accepted"] + counts["corrected"]
        counts |= dict.fromkeys(("accepted", "corrected", *LATENESS), 0)
    return counts
