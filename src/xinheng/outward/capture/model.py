"""What a source description says, and what a draft is: values only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit
from uuid import UUID

NAME = re.compile(r"[0-9a-z][0-9a-z-]{1,39}")
AGENT = "xinheng-capture/1"
MOST_BYTES = 2 << 20
MOST_SECONDS = 30
LEAST_INTERVAL, USUAL_INTERVAL = 1, 5  # seconds between two requests
MOST_PAGES = 200
MOST_TEXT = 20_000  # characters of a field


class Place(StrEnum):
    """On which page a field stands."""

    LIST = "list"
    DETAIL = "detail"


@dataclass(frozen=True)
class FieldRule:
    """Where the text of a field is found: under a selector, or beside a label."""

    code: str
    place: Place
    select: str | None = None
    label: str | None = None
    attribute: str | None = None  # instead of the text
    match: re.Pattern[str] | None = None  # of the text, its first group or all of it

    @property
    def said(self) -> str:
        """How messages name it."""
        return f"标签“{self.label}”" if self.label else f"选择器 {self.select or '（整行）'}"


@dataclass(frozen=True)
class Paging:
    """How the list goes on."""

    next: str | None = None  # selector of the link to the next page
    number: str | None = None  # address with {page}
    first: int = 2  # number of the second page
    most: int = 20  # pages in one run


@dataclass(frozen=True)
class Source:
    """One public list of an agency, and how it is read."""

    item: str
    start: str
    contact: str  # who answers for the fetcher; part of the User-Agent
    rows: str
    fields: tuple[FieldRule, ...]
    link: str | None = None  # inside a row, to the page of the decision; None: the list says it all
    encoding: str | None = None
    interval: int = USUAL_INTERVAL
    paging: Paging = Paging()
    constants: Mapping[str, str] = field(default_factory=dict)
    most_bytes: int = MOST_BYTES
    most_seconds: int = MOST_SECONDS

    @property
    def host(self) -> str:
        """The one host (and port) that is asked."""
        return urlsplit(self.start).netloc.lower()

    @property
    def agent(self) -> str:
        """As whom the fetcher introduces itself."""
        return f"{AGENT} (+{self.contact})"

    def is_here(self, url: str) -> bool:
        """Whether an address is of this source's own site, in the same scheme or a safer one."""
        this, that = urlsplit(self.start), urlsplit(url)
        return that.netloc.lower() == this.netloc.lower() and that.scheme in {this.scheme, "https"}


class State(StrEnum):
    """What became of a draft."""

    WAITING = "waiting"  # 待确认
    CONFIRMED = "confirmed"  # 已确认报送
    DISCARDED = "discarded"  # 已放弃


@dataclass(frozen=True)
class Capture:
    """抓取: a source description of one agency, registered by the office."""

    capture: UUID
    agency: UUID
    name: str
    item: str
    description: str
    created: datetime
    removed: datetime | None = None
    completed: datetime | None = None
    etag: str | None = None
    modified: str | None = None
    last_run: datetime | None = None
    last_code: str | None = None
    last_said: str | None = None
    last_counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """抓取草稿: one row of a page about an organisation, until the agency decides on it."""

    draft: UUID
    capture: UUID
    digest: bytes
    fields: Mapping[str, str]
    advice: tuple[str, ...]
    source: str
    page_sha256: str
    fetched: datetime
    state: State = State.WAITING
    edited: bool = False
    decided: datetime | None = None
    decided_by: str | None = None
    submission: UUID | None = None
    line: int | None = None
