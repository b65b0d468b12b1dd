"""The tree and one agency as pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from xinheng.faces.web.views import FormError, Pair, Tag
from xinheng.office.access.model import AgencyKind, Level, Role

KINDS = {
    AgencyKind.OFFICE: "信用办",
    AgencyKind.AGENCY: "行政机关",
    AgencyKind.UTILITY: "公用事业单位",
    AgencyKind.ASSOCIATION: "协会",
}
LEVELS = {
    Level.PROVINCE: "省",
    Level.CITY: "市",
    Level.COUNTY: "县（市、区）",
    Level.ZONE: "功能区",
    Level.TOWNSHIP: "乡镇（街道）",
    Level.UNIT: "基层单位",
}
ROLES = {
    Role.CLERK: "经办人",
    Role.REVIEWER: "审核人",
    Role.ADMIN: "单位管理员",
    Role.OFFICE: "信用办",
    Role.AUDITOR: "审计",
    Role.ASSESSOR: "评估机构",
}


@dataclass(frozen=True)
class Node:
    """One body with those under it."""

    code: str
    name: str
    words: str
    href: str
    tags: tuple[Tag, ...]
    count: int  # all below
    below: tuple[Node, ...]
    open: bool = False


@dataclass(frozen=True)
class TreeView:
    roots: tuple[Node, ...]
    count: int
    order: str
    orders: tuple[tuple[str, str, bool], ...]
    day: str


@dataclass(frozen=True)
class Dated:
    """What held from when to when."""

    what: str
    span: str
    href: str | None = None
    now: bool = True


@dataclass(frozen=True)
class AccountLine:
    login: str
    name: str
    roles: str
    state: Tag | None
    may_reset: bool
    may_close: bool


@dataclass(frozen=True)
class ClientLine:
    client: str
    name: str
    scopes: str
    since: str
    state: Tag | None


@dataclass(frozen=True)
class AgencyView:
    code: str
    name: str
    pairs: tuple[Pair, ...]
    names: tuple[Dated, ...]
    places: tuple[Dated, ...]
    successions: tuple[Dated, ...]
    authorities: tuple[Dated, ...]
    permissions: tuple[Dated, ...]
    accounts: tuple[AccountLine, ...]
    clients: tuple[ClientLine, ...]
    may_see_accounts: bool
    may_administer: bool
    may_set: bool
    requires_review: bool
    figures: str
    above: tuple[tuple[str, str], ...] = ()
    ended: str | None = None


@dataclass(frozen=True)
class AccountForm:
    """Opening an account."""

    code: str
    agency: str
    login: str = ""
    name: str = ""
    roles: tuple[tuple[str, str, bool], ...] = ()
    errors: tuple[FormError, ...] = ()


@dataclass(frozen=True)
class SecretView:
    """A password or a client's secret, shown this once."""

    title: str
    code: str
    agency: str
    pairs: tuple[Pair, ...]
    hint: str


@dataclass(frozen=True)
class CloseForm:
    """Closing an account: whom its open tasks go to."""

    login: str
    name: str
    code: str
    agency: str
    open_cases: int
    successors: tuple[tuple[str, str], ...]
    errors: tuple[FormError, ...] = ()
