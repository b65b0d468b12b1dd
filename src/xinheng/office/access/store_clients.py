"""The tables of API clients, their tokens and the settings of agencies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from xinheng.ground.store.transaction import Row, Transaction
from xinheng.office.access import store
from xinheng.office.access.model_clients import Client, ClientSession, Scope, scopes_text

# S608 below: SQL is composed from our own constants; values are always parameters
_CLIENT = "client, agency, name, scopes, created, disabled, former_until"
_COLUMNS = len(_CLIENT.split(", "))


def _scopes(text: str) -> frozenset[Scope]:
    return frozenset(Scope(name) for name in text.split())


def _client(row: Row) -> Client:
    client, agency, name, scopes, created, disabled, former_until = row
    return Client(client, agency, name, _scopes(scopes), created, disabled, former_until)


def insert_client(tx: Transaction, client: Client, secret: bytes) -> None:
    tx.execute(
        """insert into clients (client, agency, name, scopes, secret, created)
           values (%(client)s, %(agency)s, %(name)s, %(scopes)s, %(secret)s, %(created)s)""",
        vars(client) | {"scopes": scopes_text(client.scopes), "secret": secret},
    )


def client_by_id(tx: Transaction, client: str) -> tuple[Client, bytes, bytes | None] | None:
    """The client, the hash of its secret, the hash of the one before (if there is one)."""
    rows = tx.fetch(
        f"select {_CLIENT}, secret, former from clients where client = %(client)s",  # noqa: S608
        {"client": client},
    )
    return (_client(rows[0][:_COLUMNS]), rows[0][-2], rows[0][-1]) if rows else None


def clients_of(tx: Transaction, agency: UUID | None) -> list[Client]:
    """Of one agency, or of all; oldest first."""
    rows = tx.fetch(
        f"""select {_CLIENT} from clients
            where %(agency)s::uuid is null or agency = %(agency)s::uuid order by created, client""",  # noqa: S608
        {"agency": agency},
    )
    return [_client(row) for row in rows]


def set_secret(tx: Transaction, client: str, secret: bytes, former_until: datetime) -> None:
    """A new secret; the one before stays good until then."""
    tx.execute(
        """update clients set former = secret, former_until = %(until)s, secret = %(secret)s
           where client = %(client)s""",
        {"client": client, "secret": secret, "until": former_until},
    )


def set_disabled(tx: Transaction, client: str, at: datetime) -> None:
    tx.execute(
        "update clients set disabled = coalesce(disabled, %(at)s) where client = %(client)s",
        {"client": client, "at": at},
    )


# -- tokens ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NewToken:
    """A token as it is kept."""

    token: bytes
    client: str
    scopes: str
    created: datetime
    expires: datetime


def insert_token(tx: Transaction, new: NewToken) -> None:
    tx.execute(
        """insert into client_tokens (token, client, scopes, created, expires)
           values (%(token)s, %(client)s, %(scopes)s, %(created)s, %(expires)s)""",
        vars(new),
    )


def delete_tokens_of(tx: Transaction, client: str) -> None:
    tx.execute("delete from client_tokens where client = %(client)s", {"client": client})


def delete_expired_tokens(tx: Transaction, now: datetime) -> None:
    tx.execute("delete from client_tokens where expires <= %(now)s", {"now": now})


def session(tx: Transaction, token: bytes, now: datetime, day: date) -> ClientSession | None:
    """Who stands behind a hashed bearer: client not disabled, agency there on that day."""
    client = ", ".join(f"c.{column}" for column in _CLIENT.split(", "))
    agency = ", ".join(f"g.{column}" for column in store.AGENCY.split(", "))
    rows = tx.fetch(
        f"""select t.scopes, t.expires, {client}, {agency}
            from client_tokens t join clients c using (client) join agencies g on g.agency = c.agency
            where t.token = %(token)s and t.expires > %(now)s and c.disabled is null
              and g.from_on <= %(day)s and (g.to_on is null or g.to_on > %(day)s)""",  # noqa: S608
        {"token": token, "now": now, "day": day},
    )
    if not rows:
        return None
    scopes, expires, *rest = rows[0]
    return ClientSession(
        _client(tuple(rest[:_COLUMNS])), store.agency_of(tuple(rest[_COLUMNS:])), _scopes(scopes), expires
    )


# -- settings ----------------------------------------------------------------------------------------


def requires_review(tx: Transaction, agency: UUID) -> bool:
    rows = tx.fetch(
        "select requires_review from agency_settings where agency = %(agency)s", {"agency": agency}
    )
    return bool(rows and rows[0][0])


def set_requires_review(tx: Transaction, agency: UUID, required: bool) -> None:
    tx.execute(
        """insert into agency_settings (agency, requires_review) values (%(agency)s, %(required)s)
           on conflict (agency) do update set requires_review = excluded.requires_review""",
        {"agency": agency, "required": required},
    )
