"""Running a capture: list pages, pages of decisions, drafts. What was kept stays when a run breaks off.

Newest first is how lists are made: once a run came to its end, a later one stops at the first page that
brings nothing new. Rows about natural persons are told by the intake's own preview before anything is kept;
of them only the number stays.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from xinheng.core import canonical
from xinheng.core.errors import XinhengError
from xinheng.core.ids import new_ids
from xinheng.core.networks import Network
from xinheng.evidence.intake import service as intake
from xinheng.evidence.intake.incoming import Incoming
from xinheng.evidence.intake.model import Outcome, Request, Way
from xinheng.evidence.intake.preview import Bench, previewed
from xinheng.outward.capture import describing, fetching, reading, store
from xinheng.outward.capture.errors import CaptureBusy, LayoutChanged, LeftHost, PageUnavailable
from xinheng.outward.capture.fetching import Fetcher, Page, Waiter
from xinheng.outward.capture.model import Capture, Draft, Source
from xinheng.outward.capture.reading import Found

ADVICE = 20  # messages kept with a draft


@dataclass
class Tally:
    """What a run met. `notes` are Chinese sentences for whoever keeps the description."""

    pages: int = 0
    asked: int = 0  # requests in all, robots.txt counted
    rows: int = 0
    drafts: int = 0
    persons: int = 0
    known: int = 0  # read before, or the same as a draft that there was
    unreadable: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        names = ("pages", "asked", "rows", "drafts", "persons", "known", "unreadable")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class _Read:
    """One row wholly read: its fields, the page it was read from."""

    fields: Mapping[str, str]
    url: str
    page_sha256: str
    mark: bytes | None = None  # of the decision's own page


@dataclass(frozen=True)
class _Run:
    home: intake.Home
    capture: Capture
    source: Source
    fetcher: Fetcher
    tally: Tally


def run(home: intake.Home, capture: Capture, listed: Sequence[Network], waiter: Waiter) -> Tally:
    """Read what is new and keep it as drafts. How it ended is noted with the capture.

    Raises CaptureBusy, DescriptionWrong (of a pack that changed), and the refusals of fetching; LayoutChanged
    where the list selector finds nothing, naming it.
    """
    tally = Tally()
    with _alone(home.incoming, capture):
        try:
            source = describing.read(capture.description.encode(), capture.name, home.pack)
            with fetching.asking(source, listed, waiter) as fetcher:
                try:
                    _lists(_Run(home, capture, source, fetcher, tally))
                finally:
                    tally.asked = fetcher.asked
        except XinhengError as refusal:
            _ended(home, capture, tally, refusal)
            raise
        _ended(home, capture, tally, None)
    return tally


def _ended(home: intake.Home, capture: Capture, tally: Tally, refusal: XinhengError | None) -> None:
    said = "；".join(tally.notes) or None if refusal is None else str(refusal)
    with home.database.transaction() as tx:
        code = refusal.code if refusal else None
        at = home.clock.now().at
        store.set_ended(tx, capture.capture, at, code, said[:500] if said else None, tally.counts())


@contextmanager
def _alone(incoming: Path, capture: Capture) -> Iterator[None]:
    Incoming(incoming).prepare()
    lock = os.open(incoming / f"capture-{capture.capture}.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise CaptureBusy(
            found="另一个进程正在运行这项抓取",
            expected="同一项抓取一次只运行一个",
            todo="等它结束后再运行",
            where=capture.name,
        ) from None
    finally:
        os.close(lock)


def _lists(this: _Run) -> None:
    """The list pages, first to last, as far as they bring anything new."""
    before = this.capture
    known = {}
    if before.completed is not None:
        given = {"if-none-match": before.etag, "if-modified-since": before.modified}
        known = {name: value for name, value in given.items() if value}
    url: str | None = this.source.start
    first: Page | None = None
    while url is not None:
        page = this.fetcher.get(url, known if first is None else None)
        this.tally.pages += 1
        if page.unchanged:
            this.tally.notes.append("列表页自上次以来没有变化")
            break
        fresh = _page(this, page)
        first = first or page
        if not fresh and before.completed is not None:
            break
        url = reading.next_page(page.text, page.url, this.source, this.tally.pages)
    this.tally.notes.extend(
        f"{count} 行没有取到 {code}（{next(f.said for f in this.source.fields if f.code == code)}）"
        for code, count in this.tally.missing.items()
    )
    with this.home.database.transaction() as tx:
        etag, modified = (first.etag, first.modified) if first else (before.etag, before.modified)
        store.set_completed(tx, before.capture, this.home.clock.now().at, etag, modified)


def _page(this: _Run, page: Page) -> int:
    """One list page: how many rows of it were not read before."""
    found = reading.rows(page.text, page.url, this.source)
    if not found:
        if this.tally.pages > 1:
            return 0
        count = reading.matched(page.text, this.source)
        what = "其中没有一项取到内容" if count else "页面可能改版"
        raise LayoutChanged(
            found=f"选择器 {this.source.rows} 匹配到 {count} 行，{what}",
            expected="列表页上至少有一行决定",
            todo="用浏览器打开列表页，核对并修改说明中的选择器",
            where=this.capture.name,
        )
    this.tally.rows += len(found)
    marks = {f.link: hashlib.sha256(f.link.encode()).digest() for f in found if f.link}
    with this.home.database.transaction() as tx:
        seen = store.seen(tx, this.capture.capture, marks.values())
    new = [f for f in found if f.link is None or marks[f.link] not in seen]
    this.tally.known += len(found) - len(new)
    read = [r for r in (_decision(this, f, page, marks.get(f.link or "")) for f in new) if r is not None]
    return _keep(this, read)


def _decision(this: _Run, found: Found, page: Page, mark: bytes | None) -> _Read | None:
    """A row with what its own page says; None where that cannot be read this time."""
    fields, url, digest = dict(found.fields), page.url, page.sha256
    if found.link is not None:
        try:
            own = this.fetcher.get(found.link)
        except (PageUnavailable, LeftHost) as refusal:  # one page; the others are there all the same
            this.tally.unreadable += 1
            note = f"有页面没有读到：{refusal.found}"
            if note not in this.tally.notes:
                this.tally.notes.append(note)
            return None
        fields |= reading.detail(own.text, this.source)
        url, digest = own.url, own.sha256
    for rule in this.source.fields:
        if rule.code not in fields:
            this.tally.missing[rule.code] += 1
    return _Read({**this.source.constants, **fields}, url, digest, mark)


def _keep(this: _Run, read: list[_Read]) -> int:
    """Keep rows about organisations as drafts, and all their pages as seen; how many were new."""
    if not read:
        return 0
    advice = list(_advised(this, read))
    clock, fresh = this.home.clock, 0
    ids = new_ids(clock, len(read))  # ascending: drafts are shown in the order of the page
    with this.home.database.transaction() as tx:
        store.see(tx, this.capture.capture, [r.mark for r in read if r.mark is not None])
        for place, (row, (outcome, said)) in enumerate(zip(read, advice, strict=True)):
            if outcome is Outcome.PERSON:
                this.tally.persons += 1
                continue
            digest = hashlib.sha256(canonical.dumps(dict(row.fields)).encode()).digest()
            new = Draft(
                draft=UUID(bytes=ids[16 * place : 16 * place + 16]),
                capture=this.capture.capture,
                digest=digest,
                fields=row.fields,
                advice=said,
                source=row.url[:2_000],
                page_sha256=row.page_sha256,
                fetched=clock.now().at,
            )
            fresh += store.insert_draft(tx, new)
    this.tally.drafts += fresh
    this.tally.known += len(read) - fresh - sum(o is Outcome.PERSON for o, _ in advice)
    return fresh


def _advised(this: _Run, read: list[_Read]) -> Iterator[tuple[Outcome, tuple[str, ...]]]:
    """What the intake would say of each row; it alone decides what is about a natural person."""
    home, item = this.home, this.home.pack.item(this.capture.item)
    names = {f.code: f.name for f in item.fields}
    with Incoming(home.incoming).work() as folder:
        path = folder / "drafts.jsonl"
        write(path, [r.fields for r in read])
        bench = Bench(home.engine, home.pack, home.clock, home.incoming)
        request = Request(path, path.name, item.id, way=Way.CAPTURE)
        with previewed(bench, request) as (_, rows):
            for row in rows:
                said = (f"{names.get(c.field or '', '整行')}：{c.message}" for c in row.checks)
                yield row.outcome, tuple(dict.fromkeys(said))[:ADVICE]


def write(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """Rows as JSON lines, for the owner alone."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(lines(rows))


def lines(rows: Sequence[Mapping[str, str]]) -> bytes:
    """Rows as JSON lines."""
    return "".join(json.dumps(dict(r), ensure_ascii=False, sort_keys=True) + "\n" for r in rows).encode()
