"""Accounts opened, closed and reset by an administrator of an agency: its own and one level down."""

from __future__ import annotations

from uuid import UUID

from xinheng.core.times import Clock, today
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import accounts, model_tree, store, store_tree
from xinheng.office.access.accounts import NewAccount
from xinheng.office.access.errors import NotAdministered
from xinheng.office.access.model import Account, Agency
from xinheng.office.access.passwords import Passwords


def administers(tx: Transaction, admin: Account, agency: UUID, clock: Clock) -> bool:
    """Whether `admin` opens, closes and resets accounts of that agency today."""
    return model_tree.administers(admin, agency, store_tree.links(tx), today(clock))


def of_agency(tx: Transaction, agency: UUID) -> list[Account]:
    """The accounts of an agency, by login, closed ones among them."""
    return store.accounts_of(tx, [agency])


def open_account(
    tx: Transaction, admin: Account, new: NewAccount, hashing: Passwords, clock: Clock
) -> tuple[Account, str]:
    """Open an account; it and its password. Raises NotAdministered, AccountRefused, SignInBusy."""
    _require(tx, admin, new.agency, clock)
    if not model_tree.may_be_given({new.role, *new.also}):
        raise NotAdministered(
            found="要给出的角色里有信用办或审计", expected="经办人、审核人、单位管理员", todo="请信用办开设"
        )
    return accounts.add_account(tx, new, hashing, clock, admin.login)


def reset(
    tx: Transaction, admin: Account, agency: Agency, login: str, hashing: Passwords, clock: Clock
) -> tuple[Account, str]:
    """A new password for an account of that agency. Raises NotAdministered, SignInBusy."""
    account = theirs(tx, admin, agency, login, clock)
    return account, accounts.reset_password(tx, account.login, hashing, clock, admin.login)


def close(tx: Transaction, admin: Account, agency: Agency, login: str, clock: Clock) -> Account:
    """Close an account of that agency; never one's own. Raises NotAdministered.

    What the account has in hand is the caller's to hand over, in the same transaction.
    """
    account = theirs(tx, admin, agency, login, clock)
    if account.account == admin.account:
        raise NotAdministered(
            found="要停用的是自己的账号", expected="别人的账号", todo="请另一位管理员或上级单位管理员停用"
        )
    accounts.disable(tx, account.login, clock, admin.login)
    return account


def theirs(tx: Transaction, admin: Account, agency: Agency, login: str, clock: Clock) -> Account:
    """The account of that agency that `admin` may close or reset. Raises NotAdministered."""
    _require(tx, admin, agency, clock)
    found = next((a for a in store.accounts_of(tx, [agency.agency]) if a.login == login), None)
    if found is None or not model_tree.may_be_given({found.role, *found.also}):
        raise NotAdministered(
            found=f"{agency.name}没有可由管理员处理的账号“{login[:40]}”",
            expected="该单位的经办人、审核人或管理员账号",
            todo="从单位页面的账号列表选择",
        )
    return found


def _require(tx: Transaction, admin: Account, agency: Agency | None, clock: Clock) -> None:
    if agency is None or not administers(tx, admin, agency.agency, clock):
        raise NotAdministered(
            found=f"账号 {admin.login} 不管理{agency.name if agency else '没有所属单位的账号'}",
            expected="本单位或下一级单位",
            todo="请该单位的管理员、其上级单位的管理员或信用办处理",
        )
