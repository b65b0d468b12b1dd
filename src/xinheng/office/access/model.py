"""Agencies, accounts and sessions as values; who may send for whom (decision 10)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

# From when an agency counts that is entered without a date: earlier than any decision that may arrive.
FROM_THE_BEGINNING = date(1949, 10, 1)


class AgencyKind(StrEnum):
    """What sort of body it is."""

    OFFICE = "office"  # 信用办
    AGENCY = "agency"  # 行政机关
    UTILITY = "utility"  # 公用事业单位
    ASSOCIATION = "association"  # 协会


class Level(StrEnum):
    """Where in the tree it stands."""

    PROVINCE = "province"  # 省
    CITY = "city"  # 市
    COUNTY = "county"  # 县（市、区）
    ZONE = "zone"  # 功能区
    TOWNSHIP = "township"  # 乡镇（街道）
    UNIT = "unit"  # 基层单位


class Role(StrEnum):
    """What an account may do."""

    CLERK = "clerk"  # 信源单位经办人: 录入、报送
    REVIEWER = "reviewer"  # 审核人
    ADMIN = "admin"  # 单位管理员: 本单位和下一级单位的账号
    OFFICE = "office"  # 信用办
    AUDITOR = "auditor"  # 审计
    ASSESSOR = "assessor"  # 第三方评估机构: 只见派给它的评估


@dataclass(frozen=True)
class Agency:
    """信源单位: one body that sends records. Ids stay; names, superiors and successors are dated."""

    agency: UUID
    code: str
    name: str
    kind: AgencyKind
    level: Level
    division: str | None
    from_on: date
    to_on: date | None

    def exists(self, on: date) -> bool:
        """Whether it existed on that day (half-open)."""
        return self.from_on <= on and (self.to_on is None or on < self.to_on)


@dataclass(frozen=True)
class DatedName:
    """A name and the days on which it held: from the first to before `to_on`."""

    name: str
    from_on: date
    to_on: date | None

    def holds(self, on: date | None) -> bool:
        """Whether it held on that day; without a day, whether it ever did."""
        return on is None or (self.from_on <= on and (self.to_on is None or on < self.to_on))


@dataclass(frozen=True)
class Standing:
    """All that decides for whom an agency sends."""

    agency: Agency
    own: tuple[UUID, ...]  # itself and, nearest first, those it succeeds
    codes: tuple[str, ...]  # theirs
    names: tuple[DatedName, ...]  # its own over time, and those of its predecessors
    authorities: tuple[DatedName, ...]  # those it is entered for, besides itself

    def may_send(self, authority: str | None, on: date | None = None, code: str | None = None) -> bool:
        """Whether it sends records that `authority` decided on that day: itself, or one it is entered for.

        `code` is the authority's own code where the record gives one. Nothing named: it speaks for itself.
        """
        if not authority and not code:
            return True
        if code and code in self.codes:
            return True
        return bool(authority) and self._named(authority or "", on, self.names + self.authorities)

    def decided(self, authority: str | None, on: date | None = None) -> bool:
        """Whether it is (or succeeds) the deciding authority itself: only that one corrects or withdraws."""
        return bool(authority) and self._named(authority or "", on, self.names)

    @staticmethod
    def _named(authority: str, on: date | None, names: tuple[DatedName, ...]) -> bool:
        folded = fold_name(authority)
        return any(fold_name(n.name) == folded and n.holds(on) for n in names)


def fold_name(name: str) -> str:
    """A body's name without the accidents of typing: widths (NFKC) and blanks."""
    return "".join(unicodedata.normalize("NFKC", name).split())


@dataclass(frozen=True)
class Account:
    """One person's way in. The password is not part of it."""

    account: UUID
    login: str
    name: str
    role: Role
    agency: UUID | None
    created: datetime
    disabled: datetime | None
    also: frozenset[Role] = frozenset()  # roles besides the first

    def holds(self, role: Role) -> bool:
        """Whether it has this role, first or not."""
        return role is self.role or role in self.also


@dataclass(frozen=True)
class Session:
    """A signed-in account; `csrf` is the token its forms carry.

    `reach`: of a credit office that stands below another one, itself and all below it; None for all others.
    """

    account: Account
    agency: Agency | None
    csrf: str
    expires: datetime
    reach: frozenset[UUID] | None = None


@dataclass(frozen=True)
class AuditEntry:
    """Who did what, when. `actor` is a login, or 命令行 for the local operator."""

    entry: int
    at: datetime
    account: UUID | None
    actor: str
    action: str
    detail: str
