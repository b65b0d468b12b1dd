"""Accounts of the demo: one for each role, with passwords that are random in each home (decision 30).

A real home keeps no password. The demo must show them at every start, so it keeps them in one file of its own
folder, readable by the application's account alone.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xinheng.faces.app.demo.places import BY_KEY
from xinheng.office.access import accounts
from xinheng.office.access import service as access
from xinheng.office.access.accounts import NewAccount
from xinheng.office.access.model import Role

if TYPE_CHECKING:
    from xinheng.faces.app.wiring import App

FILE: Final = "accounts.json"
ACTOR: Final = "演示"
ROLES: Final = (
    ("office", "市信用办（演示）", Role.OFFICE, "office"),
    ("market", "市市场监管局经办人（演示）", Role.CLERK, "market"),
    ("environment", "市生态环境局经办人（演示）", Role.CLERK, "environment"),
    ("county", "澜江县市场监管局经办人（演示）", Role.CLERK, "county-market"),
    ("county-office", "澜江县信用办（演示）", Role.OFFICE, "county"),
    ("town", "清溪镇经办人（演示）", Role.CLERK, "town"),
    ("auditor", "审计人员（演示）", Role.AUDITOR, None),
)


@dataclass(frozen=True)
class DemoAccount:
    """What is shown at the start."""

    login: str
    password: str
    name: str
    role: str


def ensure(app: App, folder: Path) -> list[DemoAccount]:
    """The demo's accounts; missing ones are made, and where the file is lost their passwords are new."""
    known = {one.login: one for one in _read(folder / FILE)}
    shown = []
    with app.database.transaction() as tx:
        there = {one.login for one in accounts.listed(tx)}
        for login, name, role, key in ROLES:
            if login in there and login in known:
                shown.append(known[login])
                continue
            if login in there:
                password = accounts.reset_password(tx, login, app.passwords, app.clock, ACTOR)
            else:
                agency = access.by_code(tx, BY_KEY[key].code) if key else None
                new = NewAccount(login, name, role, agency)
                _, password = accounts.add_account(tx, new, app.passwords, app.clock, ACTOR)
            shown.append(DemoAccount(login, password, name, role.value))
        # written before the commit: a killed start may leave a file of accounts that are not there, and the
        # next one makes them anew; the other way round nobody would know the passwords
        _write(folder / FILE, shown)
    return shown


def _read(path: Path) -> list[DemoAccount]:
    try:
        return [DemoAccount(**one) for one in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []


def _write(path: Path, shown: list[DemoAccount]) -> None:
    text = json.dumps([asdict(one) for one in shown], ensure_ascii=False, indent=1)
    aside = path.with_suffix(".new")
    aside.unlink(missing_ok=True)
    with os.fdopen(
        os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text + "\n")
    aside.replace(path)
