"""Programs that act for an agency, as values: what a client may do, how long its token lasts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from xinheng.office.access.model import Agency

TOKEN_LIFE = timedelta(hours=1)
OVERLAP = timedelta(hours=24)  # after a rotation the old secret stays good this long, unless told otherwise
LONGEST_OVERLAP = timedelta(days=30)


class Scope(StrEnum):
    """What a token is good for."""

    WRITE = "submissions:write"  # hand in
    READ = "submissions:read"  # ask for states, receipts and returned rows


@dataclass(frozen=True)
class Client:
    """API 客户端: one program of one agency. Its secret is kept hashed and is no part of it."""

    client: str  # client_id
    agency: UUID
    name: str
    scopes: frozenset[Scope]
    created: datetime
    disabled: datetime | None
    former_until: datetime | None  # until when the secret before the last rotation is good as well


@dataclass(frozen=True)
class Token:
    """An issued bearer, shown once: the answer of RFC 6749 section 5.1."""

    bearer: str
    scopes: frozenset[Scope]
    expires: datetime
    seconds: int  # `expires_in`


@dataclass(frozen=True)
class ClientSession:
    """Who asks with a bearer: the program, its agency, and what this token is good for."""

    client: Client
    agency: Agency
    scopes: frozenset[Scope]
    expires: datetime

    def may(self, scope: Scope) -> bool:
        """Whether this token is good for that."""
        return scope in self.scopes


def scopes_text(scopes: Iterable[Scope]) -> str:
    """As RFC 6749 section 3.3 writes them: blanks between; in a fixed order."""
    return " ".join(sorted(s.value for s in scopes))


def granted(asked: str | None, allowed: frozenset[Scope]) -> frozenset[Scope] | None:
    """What a token gets: what was asked for, or without a wish all that is allowed; None: more than that."""
    wanted = (asked or "").split(" ")
    names = {name for name in wanted if name}
    if not names:
        return allowed
    known = {scope.value: scope for scope in Scope}
    if not names <= known.keys():
        return None
    scopes = frozenset(known[name] for name in names)
    return scopes if scopes <= allowed else None
