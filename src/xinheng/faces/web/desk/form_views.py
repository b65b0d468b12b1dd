"""The pages of form entry as values."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from xinheng.faces.web.desk.form_model import Group
from xinheng.faces.web.desk.views import CheckLine, SampleRow
from xinheng.faces.web.views import FormError, Tag


@dataclass(frozen=True)
class ItemLine:
    id: str
    name: str
    edition: str
    provider: str
    may_enter: bool = True


@dataclass(frozen=True)
class DraftLine:
    """A draft in a list. `lapses`: the day on which it is removed where nobody touches it."""

    id: UUID
    item: str
    item_name: str
    title: str
    age: str
    lapses: str
    for_whom: str = ""
    note: str = ""  # why a colleague sent it back


@dataclass(frozen=True)
class ItemsView:
    items: tuple[ItemLine, ...]
    drafts: int = 0


@dataclass(frozen=True)
class Behalf:
    """An agency that the account may enter for. `code` empty: its own."""

    code: str
    name: str


@dataclass(frozen=True)
class FormView:
    """The form with what is typed. `key` makes two clicks one; `said`: title, tone, text of what happened."""

    item: str
    item_name: str
    edition: str
    groups: tuple[Group, ...]
    key: str
    draft: UUID | None = None
    profile: str = "report"
    behalf: str = ""
    behalves: tuple[Behalf, ...] = ()
    confirmed: bool = False
    said: tuple[str, str, str] | None = None  # title, tone, text
    errors: tuple[FormError, ...] = ()
    remarks: tuple[CheckLine, ...] = ()  # of the row as a whole
    sample: SampleRow | None = None  # as it would be taken, after a check that found nothing wrong
    saved: str = ""  # when the draft was kept last


@dataclass(frozen=True)
class CopyLine:
    record: UUID
    document: str
    party: str
    authority: str
    decided_on: str


@dataclass(frozen=True)
class CopyView:
    item: str
    item_name: str
    asked: str
    lines: tuple[CopyLine, ...]
    more: bool = False


@dataclass(frozen=True)
class ReviewLine:
    """A submission in a list."""

    id: UUID
    when: str
    state: Tag
    way: str
    item_name: str
    file_name: str
    who: str
    for_whom: str = ""
    receipt: UUID | None = None
