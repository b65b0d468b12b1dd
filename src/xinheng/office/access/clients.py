"""Programs that act for an agency: OAuth 2.0 client credentials (RFC 6749 section 4.4, RFC 6750).

A secret is 256 random bits, shown once; only its SHA-256 is kept. A slow hash, as passwords need it, would
add nothing against a guesser and would let a flood of token requests eat the processors.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from xinheng.core.identity import mask
from xinheng.core.times import Clock, today
from xinheng.core.wording import fault
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import accounts, audit, store, store_clients
from xinheng.office.access.errors import (
    ClientParticularsRefused,
    ClientUnknown,
    InvalidClient,
    InvalidScope,
)
from xinheng.office.access.model import Agency
from xinheng.office.access.model_clients import (
    LONGEST_OVERLAP,
    OVERLAP,
    TOKEN_LIFE,
    Client,
    ClientSession,
    Scope,
    Token,
    granted,
    scopes_text,
)

NAME_LENGTH = 60
SECRET_LENGTH = 200  # longer ones are not hashed
CLIENT_ID = re.compile(r"xc-[0-9a-f]{16}")


def add_client(
    tx: Transaction, agency: Agency, name: str, scopes: Iterable[Scope], clock: Clock, actor: str
) -> tuple[Client, str]:
    """Enter a program of an agency; it and its secret, which is nowhere kept.

    Raises ClientParticularsRefused.
    """
    wrong = fault(name, 1, NAME_LENGTH)
    if wrong is not None:
        raise _refused(f"名称{wrong}", f"1 至 {NAME_LENGTH} 个字的一行文字，不含证件号码")
    allowed = frozenset(scopes)
    if not allowed:
        raise _refused("没有任何权限", f"{'、'.join(s.value for s in Scope)} 中的至少一项")
    day = today(clock)
    if not agency.exists(day):
        raise _refused(f"{agency.name}在 {day} 不存在", "当日存在的单位")
    client = Client(
        "xc-" + secrets.token_hex(8), agency.agency, name.strip(), allowed, clock.now().at, None, None
    )
    secret = secrets.token_urlsafe(32)
    store_clients.insert_client(tx, client, _hashed(secret))
    audit.note(tx, clock, actor, "client.add", f"{client.client} {agency.code} {name} {scopes_text(allowed)}")
    return client, secret


def _refused(found: str, expected: str) -> ClientParticularsRefused:
    return ClientParticularsRefused(found=found, expected=expected, todo="修改后重试")


def by_id(tx: Transaction, client_id: str) -> Client:
    """The client with this id. Raises ClientUnknown."""
    found = store_clients.client_by_id(tx, client_id) if CLIENT_ID.fullmatch(client_id) else None
    if found is None:
        raise ClientUnknown(mask(client_id)[0])
    return found[0]


def listed(tx: Transaction, agency: UUID | None = None) -> list[Client]:
    """The clients of an agency, or all; oldest first, disabled ones among them."""
    return store_clients.clients_of(tx, agency)


def rotate_secret(
    tx: Transaction, client_id: str, clock: Clock, actor: str, overlap: timedelta = OVERLAP
) -> str:
    """A new secret. The old one stays good for `overlap`; with none, it and all tokens end at once.

    Raises ClientUnknown; ClientParticularsRefused for an overlap below zero or above 30 days, or a client
    that is disabled.
    """
    client = by_id(tx, client_id)
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise _refused(f"重叠期 {overlap}", f"0 至 {LONGEST_OVERLAP.days} 天")
    if client.disabled is not None:
        raise _refused(f"{client.client} 已停用", "仍在使用的客户端")
    secret = secrets.token_urlsafe(32)
    until = clock.now().at + overlap
    store_clients.set_secret(tx, client.client, _hashed(secret), until)
    if not overlap:
        store_clients.delete_tokens_of(tx, client.client)
    hours = int(overlap.total_seconds()) // 3600
    audit.note(tx, clock, actor, "client.rotate", f"{client.client}，旧密钥再用 {hours} 小时")
    return secret


def disable_client(tx: Transaction, client_id: str, clock: Clock, actor: str) -> None:
    """Close a client and its tokens for good. Raises ClientUnknown."""
    client = by_id(tx, client_id)
    store_clients.set_disabled(tx, client.client, clock.now().at)
    store_clients.delete_tokens_of(tx, client.client)
    audit.note(tx, clock, actor, "client.disable", client.client)


# -- tokens ------------------------------------------------------------------------------------------


def token(
    tx: Transaction, client_id: str, secret: str, scope: str | None, clock: Clock, address: str = "?"
) -> Token:
    """A bearer for an hour (RFC 6749 section 4.4). `scope`: blanks between; None or '': all it may.

    Raises InvalidClient (unknown, disabled or wrong secret: never said which), InvalidScope, TooManyAttempts.
    A refusal rolls this transaction back: call `failed` in another one after InvalidClient, or the failure
    does not count. `App.client_token` does both.
    """
    client_id = client_id[:60]
    accounts.refuse_crowd(tx, _failing(client_id), address, clock)
    kept = store_clients.client_by_id(tx, client_id) if CLIENT_ID.fullmatch(client_id) else None
    now = clock.now().at
    if kept is None or kept[0].disabled is not None or not _right(secret, kept, clock):
        raise InvalidClient
    client = kept[0]
    agency = store.agencies_by_id(tx, [client.agency])[client.agency]
    if not agency.exists(today(clock)):
        raise InvalidClient
    scopes = granted(scope, client.scopes)
    if scopes is None:
        raise InvalidScope(scopes_text(client.scopes))
    bearer = secrets.token_urlsafe(32)
    expires = now + TOKEN_LIFE
    store_clients.delete_expired_tokens(tx, now)
    store_clients.insert_token(
        tx, store_clients.NewToken(_hashed(bearer), client.client, scopes_text(scopes), now, expires)
    )
    audit.note(tx, clock, client.client, "client.token", scopes_text(scopes))
    return Token(bearer, scopes, expires, int(TOKEN_LIFE.total_seconds()))


def _right(secret: str, kept: tuple[Client, bytes, bytes | None], clock: Clock) -> bool:
    client, current, former = kept
    given = _hashed(secret[: SECRET_LENGTH + 1])
    if hmac.compare_digest(given, current):
        return True
    if former is None or client.former_until is None or client.former_until <= clock.now().at:
        return False
    return hmac.compare_digest(given, former)


def failed(tx: Transaction, client_id: str, clock: Clock, address: str = "?") -> None:
    """Count a refused token request: five of one address with one client, and it waits."""
    accounts.count_failure(tx, _failing(client_id[:60]), address, clock)


def authenticate(tx: Transaction, bearer: str, clock: Clock) -> ClientSession | None:
    """Who asks with this bearer (RFC 6750); None: unknown, expired, disabled, or its agency is no more."""
    return store_clients.session(tx, _hashed(bearer[: SECRET_LENGTH + 1]), clock.now().at, today(clock))


def _hashed(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _failing(client_id: str) -> str:
    """Clients and people share the counting of failures; a colon stands in no login."""
    return f"client:{client_id}"
