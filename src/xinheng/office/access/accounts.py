"""Accounts and sessions: opening, signing in, signing out.

Signing in takes three steps, so that no transaction is open while a password is checked:
`challenge` (may this address try?), `Passwords.verify`, `settle` (a session, or a failure that counts).
Failures count for an address and a login together: a stranger elsewhere cannot lock an account.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from uuid import UUID

from xinheng.core.identity import mask
from xinheng.core.ids import new_id
from xinheng.core.times import Clock, today
from xinheng.core.wording import fault
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit, passwords, store, store_tree
from xinheng.office.access.errors import AccountRefused, AccountUnknown, TooManyAttempts
from xinheng.office.access.model import Account, Agency, Role, Session
from xinheng.office.access.model_tree import By, scope
from xinheng.office.access.passwords import Passwords

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
SESSION_HOURS = 12
WINDOW = timedelta(minutes=15)
FAILURES_OF_PAIR = 5  # of one address with one login
FAILURES_OF_ADDRESS = 30  # an office behind one address has many people
NAME_LENGTH = 60
OF_AGENCIES = frozenset({Role.CLERK, Role.REVIEWER, Role.ADMIN})  # who acts for an agency belongs to it
PASSWORD_LENGTH = 200  # longer ones are not hashed


@dataclass(frozen=True)
class NewAccount:
    """What is known of an account when it is opened. Whoever acts for an agency belongs to one."""

    login: str
    name: str
    role: Role
    agency: Agency | None = None
    also: frozenset[Role] = frozenset()  # roles besides the first: clerk, reviewer, admin


def add_account(
    tx: Transaction, new: NewAccount, hashing: Passwords, clock: Clock, actor: str
) -> tuple[Account, str]:
    """Open an account; it and its generated password, which is nowhere kept. Raises AccountRefused."""
    if not LOGIN.fullmatch(new.login):
        raise _refused(f"账号“{mask(new.login)[0][:60]}”", "2 至 40 位小写字母、数字、点、横线")
    if mask(new.login)[1]:
        raise _refused("账号像是身份证号码", "不含证件号码的账号")
    wrong = fault(new.name, 1, NAME_LENGTH)
    if wrong is not None:
        raise _refused(f"显示的名称{wrong}", f"1 至 {NAME_LENGTH} 个字的一行文字，不含证件号码")
    also = new.also - {new.role}
    if not also <= OF_AGENCIES:
        raise _refused("信用办或审计作为兼任角色", "兼任经办人、审核人或单位管理员")
    if OF_AGENCIES & {new.role, *also} and new.agency is None:
        raise _refused("经办人、审核人或管理员账号没有所属单位", "用 --agency 指定已登记的单位")
    if new.role is Role.ASSESSOR and (new.agency is not None or also):
        raise _refused("评估机构的账号有所属单位或兼任角色", "不属于任何单位、不兼任的账号")
    if store.account_by_login(tx, new.login) is not None:
        raise _refused(f"账号 {new.login} 已存在", "未使用过的账号")
    password = passwords.generate()
    account = Account(
        new_id(clock),
        new.login,
        new.name,
        new.role,
        new.agency.agency if new.agency else None,
        clock.now().at,
        None,
        also,
    )
    store.insert_account(tx, account, hashing.hash(password))
    roles = " ".join([new.role, *sorted(also)])
    audit.note(tx, clock, actor, "account.add", f"{new.login} {roles}")
    return account, password


def _refused(found: str, expected: str) -> AccountRefused:
    return AccountRefused(found=found, expected=expected, todo="修改后重试")


def by_login(tx: Transaction, login: str) -> Account:
    """The account with this login. Raises AccountUnknown."""
    found = store.account_by_login(tx, login)
    if found is None:
        raise AccountUnknown(login)
    return found[0]


def listed(tx: Transaction) -> list[Account]:
    """All accounts, by login."""
    return store.all_accounts(tx)


def of_agency(tx: Transaction, agency: UUID) -> list[Account]:
    """The accounts of one agency, by login."""
    return store.accounts_of(tx, [agency])


def names(tx: Transaction, ids: Collection[UUID]) -> dict[UUID, str]:
    """What these accounts are called."""
    return store.account_names(tx, ids) if ids else {}


def reset_password(tx: Transaction, login: str, hashing: Passwords, clock: Clock, actor: str) -> str:
    """A new generated password; every session of the account ends. Raises AccountUnknown."""
    account = by_login(tx, login)
    password = passwords.generate()
    store.set_password(tx, account.account, hashing.hash(password))
    store.delete_sessions_of(tx, account.account)
    audit.note(tx, clock, actor, "account.password", login)
    return password


def disable(tx: Transaction, login: str, clock: Clock, actor: str) -> None:
    """Close an account and all its sessions. Raises AccountUnknown."""
    account = by_login(tx, login)
    store.set_disabled(tx, account.account, clock.now().at)
    store.delete_sessions_of(tx, account.account)
    audit.note(tx, clock, actor, "account.disable", login)


# -- signing in --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Challenge:
    """An attempt that may be made: against which hash (None: no such account, or disabled)."""

    login: str
    address: str
    account: Account | None
    password: str | None


@dataclass(frozen=True)
class Opened:
    """A new session. `token` goes into the cookie and is nowhere kept."""

    token: str
    csrf: str
    account: Account
    expires: datetime


def challenge(tx: Transaction, login: str, address: str, clock: Clock) -> Challenge:
    """Whether this address may try this login now. Raises TooManyAttempts."""
    login = login.strip().lower()[:100]
    refuse_crowd(tx, login, address, clock)
    address = _network(address)
    found = store.account_by_login(tx, login) if LOGIN.fullmatch(login) else None
    if found is None or found[0].disabled is not None:
        return Challenge(login, address, None, None)
    return Challenge(login, address, *found)


def refuse_crowd(tx: Transaction, login: str, address: str, clock: Clock) -> None:
    """Whether this address may try this login, or this client, now. Raises TooManyAttempts."""
    pair, whole = store.failures(tx, _folded(login), _network(address), clock.now().at - WINDOW)
    if pair >= FAILURES_OF_PAIR or whole >= FAILURES_OF_ADDRESS:
        raise TooManyAttempts(int(WINDOW.total_seconds()) // 60)


def count_failure(tx: Transaction, login: str, address: str, clock: Clock) -> None:
    """Count a failure of this address with this login, or this client."""
    now = clock.now().at
    store.delete_expired(tx, now, now - WINDOW)
    store.insert_failure(tx, _folded(login), _network(address), now)


def settle(tx: Transaction, tried: Challenge, right: bool, clock: Clock) -> Opened | None:
    """Open a session where the password was right; else note the failure and return None.

    Commit in either case: raise SignInRefused only afterwards, or the failure does not count.
    """
    now = clock.now().at
    store.delete_expired(tx, now, now - WINDOW)
    if not right or tried.account is None:
        store.insert_failure(tx, _folded(tried.login), tried.address, now)
        return None
    store.delete_failures(tx, _folded(tried.login), tried.address)
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    expires = now + timedelta(hours=SESSION_HOURS)
    store.insert_session(tx, _hashed(token), tried.account.account, csrf, (now, expires))
    audit.note(tx, clock, tried.account.login, "session.open", tried.address, tried.account.account)
    return Opened(token, csrf, tried.account, expires)


def session(tx: Transaction, token: str, clock: Clock) -> Session | None:
    """The open session of this cookie, or None: unknown, ended, or its account disabled."""
    found = store.session(tx, _hashed(token), clock.now().at)
    if found is None or found.agency is None or found.account.role is not Role.OFFICE:
        return found
    own, on = found.agency.agency, today(clock)
    if not store_tree.stands_below_office(tx, own, on):
        return found
    return replace(found, reach=scope(store_tree.links(tx), own, By.PLACE, on))


def sign_out(tx: Transaction, token: str) -> None:
    """End the session of this cookie, if there is one."""
    store.delete_session(tx, _hashed(token))


def end_all_sessions(tx: Transaction) -> None:
    """End every session: after a restore, for instance, the old ones would be open again."""
    store.delete_all_sessions(tx)


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _folded(login: str) -> bytes:
    """What is kept of a login that failed: people type passwords into the wrong field."""
    return hashlib.sha256(login.encode("utf-8", "surrogatepass")).digest()


def _network(address: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 one: one sender has all of it."""
    try:
        parsed = ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return "?"
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return parsed.exploded[:19]
    return str(parsed)
