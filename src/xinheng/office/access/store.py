"""The tables of access and their SQL; nobody else touches them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from xinheng.ground.store.transaction import Row, Transaction
from xinheng.office.access.model import (
    Account,
    Agency,
    AgencyKind,
    AuditEntry,
    DatedName,
    Level,
    Role,
    Session,
)

AGENCY = "agency, code, name, kind, level, division, from_on, to_on"
_ACCOUNT = "account, login, name, role, agency, created, disabled, also"
_ACCOUNT_COLUMNS = len(_ACCOUNT.split(", "))


def agency_of(row: Row) -> Agency:
    agency, code, name, kind, level, division, from_on, to_on = row
    return Agency(agency, code, name, AgencyKind(kind), Level(level), division, from_on, to_on)


def _account(row: Row) -> Account:
    account, login, name, role, agency, created, disabled, also = row
    others = frozenset(Role(other) for other in also.split())
    return Account(account, login, name, Role(role), agency, created, disabled, others)


# -- agencies ----------------------------------------------------------------------------------------


def insert_agency(tx: Transaction, agency: Agency) -> None:
    tx.execute(
        f"""insert into agencies ({AGENCY})
            values (%(agency)s, %(code)s, %(name)s, %(kind)s, %(level)s, %(division)s, %(from_on)s,
                    %(to_on)s)""",
        vars(agency) | {"kind": agency.kind.value, "level": agency.level.value},
    )


def end_agency(tx: Transaction, agency: UUID, to_on: date) -> None:
    """The first day on which it no longer exists, for itself and its name; an earlier end stays."""
    tx.execute(
        "update agencies set to_on = %(to)s where agency = %(agency)s and to_on is null",
        {"agency": agency, "to": to_on},
    )
    end_name(tx, agency, to_on)


def set_agency_name(tx: Transaction, agency: UUID, name: str) -> None:
    tx.execute(
        "update agencies set name = %(name)s where agency = %(agency)s", {"agency": agency, "name": name}
    )


def insert_name(tx: Transaction, agency: UUID, name: DatedName) -> None:
    tx.execute(
        """insert into agency_names (agency, name, from_on, to_on)
           values (%(agency)s, %(name)s, %(from_on)s, %(to_on)s)""",
        vars(name) | {"agency": agency},
    )


def end_name(tx: Transaction, agency: UUID, to_on: date) -> None:
    tx.execute(
        "update agency_names set to_on = %(to)s where agency = %(agency)s and to_on is null",
        {"agency": agency, "to": to_on},
    )


def insert_authority(tx: Transaction, agency: UUID, name: DatedName) -> bool:
    """False where it is entered already from that day."""
    return bool(
        tx.execute(
            """insert into agency_authorities (agency, authority, from_on, to_on)
               values (%(agency)s, %(name)s, %(from_on)s, %(to_on)s) on conflict do nothing""",
            vars(name) | {"agency": agency},
        )
    )


def agency_by_code(tx: Transaction, code: str) -> Agency | None:
    rows = tx.fetch(f"select {AGENCY} from agencies where code = %(code)s", {"code": code})
    return agency_of(rows[0]) if rows else None


def agencies_by_id(tx: Transaction, ids: Iterable[UUID]) -> dict[UUID, Agency]:
    rows = tx.fetch(f"select {AGENCY} from agencies where agency = any(%(ids)s::uuid[])", {"ids": list(ids)})
    return {row[0]: agency_of(row) for row in rows}


def all_agencies(tx: Transaction) -> list[Agency]:
    """By code."""
    return [agency_of(row) for row in tx.fetch(f"select {AGENCY} from agencies order by code")]


def names_of(tx: Transaction, agencies: Iterable[UUID]) -> tuple[DatedName, ...]:
    rows = tx.fetch(
        """select name, from_on, to_on from agency_names
           where agency = any(%(ids)s::uuid[]) order by from_on, name""",
        {"ids": list(agencies)},
    )
    return tuple(DatedName(*row) for row in rows)


def names_on(tx: Transaction, on: date) -> dict[UUID, str]:
    """Agency -> its name that day."""
    rows = tx.fetch(
        """select agency, name from agency_names
           where from_on <= %(on)s and (to_on is null or %(on)s < to_on) order by agency, from_on, name""",
        {"on": on},
    )
    return {row[0]: row[1] for row in rows}


def authorities_of(tx: Transaction, agency: UUID) -> tuple[DatedName, ...]:
    rows = tx.fetch(
        """select authority, from_on, to_on from agency_authorities
           where agency = %(agency)s order by authority, from_on""",
        {"agency": agency},
    )
    return tuple(DatedName(*row) for row in rows)


# -- accounts and sessions ---------------------------------------------------------------------------


def insert_account(tx: Transaction, account: Account, password: str) -> None:
    tx.execute(
        f"""insert into accounts ({_ACCOUNT}, password)
            values (%(account)s, %(login)s, %(name)s, %(role)s, %(agency)s, %(created)s, %(disabled)s,
                    %(also)s, %(password)s)""",
        vars(account)
        | {"role": account.role.value, "also": " ".join(sorted(account.also)), "password": password},
    )


def account_by_login(tx: Transaction, login: str) -> tuple[Account, str] | None:
    """The account and its password hash."""
    rows = tx.fetch(f"select {_ACCOUNT}, password from accounts where login = %(login)s", {"login": login})
    return (_account(rows[0][:-1]), rows[0][-1]) if rows else None


def all_accounts(tx: Transaction) -> list[Account]:
    """By login."""
    return [_account(row) for row in tx.fetch(f"select {_ACCOUNT} from accounts order by login")]


def account_names(tx: Transaction, ids: Iterable[UUID]) -> dict[UUID, str]:
    rows = tx.fetch(
        "select account, name from accounts where account = any(%(ids)s::uuid[])", {"ids": list(ids)}
    )
    return {row[0]: row[1] for row in rows}


def accounts_of(tx: Transaction, agencies: Iterable[UUID]) -> list[Account]:
    """Of these agencies, by login."""
    rows = tx.fetch(
        f"select {_ACCOUNT} from accounts where agency = any(%(ids)s::uuid[]) order by login",
        {"ids": list(agencies)},
    )
    return [_account(row) for row in rows]


def set_password(tx: Transaction, account: UUID, password: str) -> None:
    tx.execute(
        "update accounts set password = %(password)s where account = %(account)s",
        {"account": account, "password": password},
    )


def set_disabled(tx: Transaction, account: UUID, disabled: datetime | None) -> None:
    tx.execute(
        "update accounts set disabled = %(disabled)s where account = %(account)s",
        {"account": account, "disabled": disabled},
    )


def insert_session(
    tx: Transaction, token: bytes, account: UUID, csrf: str, times: tuple[datetime, datetime]
) -> None:
    tx.execute(
        """insert into sessions (token, account, csrf, created, expires)
           values (%(token)s, %(account)s, %(csrf)s, %(created)s, %(expires)s)""",
        {"token": token, "account": account, "csrf": csrf, "created": times[0], "expires": times[1]},
    )


def session(tx: Transaction, token: bytes, now: datetime) -> Session | None:
    """The session that is open under this hashed token, of an account that is not disabled."""
    account = ", ".join(f"a.{column}" for column in _ACCOUNT.split(", "))
    agency = ", ".join(f"g.{column}" for column in AGENCY.split(", "))
    rows = tx.fetch(
        f"""select s.csrf, s.expires, {account}, {agency}
            from sessions s join accounts a using (account) left join agencies g on g.agency = a.agency
            where s.token = %(token)s and s.expires > %(now)s and a.disabled is null""",
        {"token": token, "now": now},
    )
    if not rows:
        return None
    csrf, expires, *rest = rows[0]
    agency_row = tuple(rest[_ACCOUNT_COLUMNS:])
    return Session(
        _account(tuple(rest[:_ACCOUNT_COLUMNS])),
        agency_of(agency_row) if agency_row[0] is not None else None,
        csrf,
        expires,
    )


def delete_session(tx: Transaction, token: bytes) -> None:
    tx.execute("delete from sessions where token = %(token)s", {"token": token})


def delete_all_sessions(tx: Transaction) -> None:
    tx.execute("delete from sessions")


def delete_sessions_of(tx: Transaction, account: UUID) -> None:
    tx.execute("delete from sessions where account = %(account)s", {"account": account})


def delete_expired(tx: Transaction, now: datetime, failures_before: datetime) -> None:
    """Sessions that have ended, and failures that no longer count."""
    tx.execute("delete from sessions where expires <= %(now)s", {"now": now})
    tx.execute("delete from sign_in_failures where at < %(before)s", {"before": failures_before})


# -- failed sign-ins ---------------------------------------------------------------------------------


def failures(tx: Transaction, login: bytes, address: str, since: datetime) -> tuple[int, int]:
    """How often this address failed since then: (with this login, altogether)."""
    ((pair, whole),) = tx.fetch(
        """select count(*) filter (where login = %(login)s), count(*)
           from sign_in_failures where address = %(address)s and at > %(since)s""",
        {"login": login, "address": address, "since": since},
    )
    return pair, whole


def insert_failure(tx: Transaction, login: bytes, address: str, at: datetime) -> None:
    tx.execute(
        "insert into sign_in_failures (at, login, address) values (%(at)s, %(login)s, %(address)s)",
        {"at": at, "login": login, "address": address},
    )


def delete_failures(tx: Transaction, login: bytes, address: str) -> None:
    tx.execute(
        "delete from sign_in_failures where login = %(login)s and address = %(address)s",
        {"login": login, "address": address},
    )


# -- audit and platform ------------------------------------------------------------------------------


def insert_audit(tx: Transaction, at: datetime, account: UUID | None, said: tuple[str, str, str]) -> None:
    """`said`: actor, action, detail."""
    tx.execute(
        """insert into audit_log (at, account, actor, action, detail)
           values (%(at)s, %(account)s, %(actor)s, %(action)s, %(detail)s)""",
        {"at": at, "account": account, "actor": said[0], "action": said[1], "detail": said[2]},
    )


def audit_entries(tx: Transaction, before: int | None, count: int) -> list[AuditEntry]:
    rows = tx.fetch(
        """select entry, at, account, actor, action, detail from audit_log
           where %(before)s::bigint is null or entry < %(before)s::bigint
           order by entry desc limit %(count)s""",
        {"before": before, "count": count},
    )
    return [AuditEntry(*row) for row in rows]


def fact(tx: Transaction, name: str) -> str | None:
    rows = tx.fetch("select value from platform where name = %(name)s", {"name": name})
    return rows[0][0] if rows else None


def set_fact(tx: Transaction, name: str, value: str) -> None:
    tx.execute(
        """insert into platform (name, value) values (%(name)s, %(value)s)
           on conflict (name) do update set value = excluded.value""",
        {"name": name, "value": value},
    )
