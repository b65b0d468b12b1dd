"""The desk's pages as values."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from xinheng.faces.web.desk.navigation import Group
from xinheng.faces.web.views import Figure, FormError, Pages, Pair, Tag, Turn


@dataclass(frozen=True)
class Who:
    """The signed-in account as pages show it, with its form token."""

    name: str
    role_text: str
    agency: str | None
    csrf: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class SignInForm:
    csrf: str
    login: str = ""
    next: str = "/desk"
    errors: tuple[FormError, ...] = ()


@dataclass(frozen=True)
class ReceiptLine:
    """A receipt in a table; counts as text, since a dry count may be unknown."""

    receipt: UUID
    when: str
    agency: str
    file_name: str
    item_name: str
    profile: str
    accepted: str
    corrected: str
    known: str
    returned: str
    late: str
    way: str = ""
    behalf: str = ""  # who entered it for the agency


@dataclass(frozen=True)
class Choice:
    """A filter above a list; one without options is typed as a month."""

    name: str
    text: str
    options: tuple[tuple[str, str], ...]
    chosen: str = ""


@dataclass(frozen=True)
class DeskView:
    title: str
    subtitle: str = ""
    figures: tuple[Figure, ...] = ()
    receipts: tuple[ReceiptLine, ...] = ()
    with_agency: bool = False
    may_send: bool = False
    pages: Pages | None = None
    filters: tuple[Choice, ...] = ()
    filtered: bool = False


@dataclass(frozen=True)
class UploadForm:
    items: tuple[tuple[str, str, str], ...]
    item: str
    limit: str
    profile: str = "report"
    constants: str = ""
    behalf: str = ""
    behalves: tuple[tuple[str, str], ...] = ()  # code and name of those it may be handed in for
    may: bool = True
    file_error: str | None = None
    errors: tuple[FormError, ...] = ()


@dataclass(frozen=True)
class ColumnLine:
    header: str
    tag: Tag
    field: str | None
    sample: str
    override: str = ""
    fixed: bool = False  # identity numbers: dropped whatever the sender says


@dataclass(frozen=True)
class CheckLine:
    id: str
    field: str | None
    found: str | None
    message: str
    expected: str
    severity: Tag | None = None


@dataclass(frozen=True)
class ReasonRow:
    line: int
    checks: tuple[CheckLine, ...]


@dataclass(frozen=True)
class SampleRow:
    """A row as it would be taken."""

    line: int
    title: str
    tags: tuple[Tag, ...]
    pairs: tuple[Pair, ...]
    checks: tuple[CheckLine, ...] = ()


@dataclass(frozen=True)
class PreviewView:
    token: str
    file: tuple[Pair, ...]
    figures: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()
    returned: tuple[ReasonRow, ...] = ()
    columns: tuple[ColumnLine, ...] = ()
    columns_text: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    constants: str = ""
    samples: tuple[SampleRow, ...] = ()
    sendable: bool = False
    errors: tuple[FormError, ...] = ()

    @property
    def sampled(self) -> bool:
        """Whether any column shows what its first rows hold."""
        return any(column.sample for column in self.columns)


@dataclass(frozen=True)
class ReceiptView:
    receipt: UUID
    when: str
    figures: tuple[Figure, ...]
    pairs: tuple[Pair, ...]
    columns: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()
    returned_count: int = 0
    persons_count: int = 0
    person_lines: str = ""
    hand_on: bool = False
    repeated: bool = False
    fresh: bool = False
    form: str | None = None  # the form in which what came back is mended
    state: Tag | None = None  # green where nothing is left to do


@dataclass(frozen=True)
class ReasonSum:
    id: str
    message: str  # of the first such row
    field: str
    count: int


@dataclass(frozen=True)
class ReturnedView:
    receipt: UUID
    count: int
    rows: tuple[ReasonRow, ...]
    summary: tuple[ReasonSum, ...] = ()
    pages: Pages | None = None


@dataclass(frozen=True)
class AgencyLine:
    name: str
    submissions: str
    accepted: str
    returned: str
    share: str | None  # returned of all rows, in words
    permille: int
    late: str
    last: str | None
    silent: Tag | None = None
    collected: str = "0"  # 补录, in no rate


@dataclass(frozen=True)
class ReviewLine:
    tag: Tag
    one: str
    other: str
    opened: str


@dataclass(frozen=True)
class OfficeView:
    subtitle: str
    figures: tuple[Figure, ...]
    agencies: tuple[AgencyLine, ...]
    reviews: tuple[ReviewLine, ...]
    log: tuple[Pair, ...]
    decides: bool = True  # whether what waits for a decision is this account's to see
    more_reviews: int = 0


@dataclass(frozen=True)
class AuditLine:
    when: str
    actor: str
    action: str
    detail: str


@dataclass(frozen=True)
class AuditView:
    entries: tuple[AuditLine, ...]
    turn: Turn | None = None
