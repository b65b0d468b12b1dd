"""What an upper platform is to us: somewhere to send batches, answers to fetch, a list to compare with.

Adapters: `folder` (a shared folder, or one reached by SFTP) and `upper_api` (another instance of this
platform). Both may lose, repeat, reorder and delay: whoever calls them counts on nothing but ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from xinheng.outward.reconciliation.model import Act, Batch, Held, Outcome


@dataclass(frozen=True)
class Line:
    """One version of one record. `fields`: of one to be taken; `on`, `reason`: of one to be withdrawn."""

    version: UUID
    record: UUID
    seq: int
    there: str | None
    fields: Mapping[str, str] = field(default_factory=dict)
    on: date | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Outgoing:
    """A batch with its lines, as they go out; made anew from the ledger for each sending."""

    batch: UUID
    number: int
    item: str
    act: Act
    made: datetime
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Said:
    """What the partner says of one version. `reasons`: Chinese, of what came back."""

    version: UUID
    outcome: Outcome
    there: str | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sent:
    """A batch was handed over. `ref`: what the partner calls it; `said`: what it answered at once."""

    ref: str | None = None
    said: tuple[Said, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What the partner says of some versions. `ref`: what to call it when it was applied."""

    ref: str
    said: tuple[Said, ...]


@dataclass(frozen=True)
class Broken:
    """Something of the partner's that cannot be used as it is: half-written, damaged. `batch`: what it is
    about, where that can be read."""

    ref: str
    why: str
    batch: UUID | None = None


@dataclass(frozen=True)
class Refused:
    """A batch that the partner, asked for it later, does not take as a whole."""

    batch: UUID
    why: str


@dataclass(frozen=True)
class Waiting:
    """A batch that is not wholly answered, with its versions in order."""

    batch: Batch
    versions: tuple[UUID, ...]


@dataclass(frozen=True)
class Snapshot:
    """The partner's list of what it holds from us, as it was `at`. `rows` may be walked once."""

    ref: str
    at: datetime
    rows: Iterator[Held]


class Partner(Protocol):
    """An upper platform, connected. Every method raises PartnerAway where it cannot be reached, and
    PartnerRefused where it says something that makes no sense."""

    def send(self, outgoing: Outgoing) -> Sent:
        """Hand a batch over, wholly or not at all.

        The same batch may be handed over again. Raises PartnerRefused where it is not taken as a whole.
        """
        ...

    def answers(self, waiting: Sequence[Waiting]) -> Iterator[Answer | Broken | Refused]:
        """What the partner answered, of these batches or of any."""
        ...

    def applied(self, ref: str) -> None:
        """An answer or a list was used and is kept: the partner's side may forget it."""
        ...

    def snapshot(self, *, due: bool) -> Snapshot | Broken | None:
        """The newest list; None where there is none. `due`: one is to be asked for, where it has to be."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
