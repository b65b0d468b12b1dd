"""`xinheng account`: accounts of the desk."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from xinheng.faces.app import Settings, open_app
from xinheng.faces.cli.screen import console, listing
from xinheng.office.access import accounts, audit, service
from xinheng.office.access.accounts import NewAccount
from xinheng.office.access.model import Account, Role

app = typer.Typer(help="账号：开设、列出、重置密码、停用", no_args_is_help=True)

ROLES = {
    Role.CLERK: "经办人",
    Role.REVIEWER: "审核人",
    Role.ADMIN: "单位管理员",
    Role.OFFICE: "信用办",
    Role.AUDITOR: "审计",
    Role.ASSESSOR: "评估机构",
}
Login = Annotated[str, typer.Argument(metavar="账号", help="登录用的账号")]


@app.command()
def add(
    login: Login,
    role: Annotated[
        Role,
        typer.Option(
            "--role",
            help="角色：clerk 经办人，reviewer 审核人，admin 单位管理员，office 信用办，auditor 审计，"
            "assessor 评估机构",
        ),
    ],
    agency: Annotated[
        str | None, typer.Option("--agency", metavar="代码", help="所属单位；经办人必填")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="名称", help="页面上显示的名称")] = None,
    also: Annotated[
        list[Role] | None, typer.Option("--also", metavar="角色", help="兼任的角色，可多次")
    ] = None,
) -> None:
    """开设账号，并显示一次生成的密码。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        unit = service.by_code(tx, agency) if agency else None
        new = NewAccount(login, name or login, role, unit, frozenset(also or ()))
        account, password = accounts.add_account(tx, new, house.passwords, house.clock, audit.LOCAL_OPERATOR)
    typer.echo(f"账号 {account.login}（{_roles(account)}{'，' + unit.name if unit else ''}）")
    _show_password(password)


@app.command("list")
def show() -> None:
    """列出全部账号。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        listed = accounts.listed(tx)
        agencies = service.by_ids(tx, [a.agency for a in listed if a.agency])
    table = listing("账号", "名称", "角色", "单位", "状态")
    for account in listed:
        unit = agencies[account.agency].name if account.agency else ""
        state = "停用" if account.disabled else ""
        table.add_row(*map(escape, (account.login, account.name, _roles(account), unit, state)))
    console().print(table)


@app.command()
def password(login: Login) -> None:
    """重置密码，并显示一次新密码；该账号的登录全部失效。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        fresh = accounts.reset_password(tx, login, house.passwords, house.clock, audit.LOCAL_OPERATOR)
    _show_password(fresh)


@app.command()
def disable(login: Login) -> None:
    """停用账号；该账号的登录全部失效。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        accounts.disable(tx, login, house.clock, audit.LOCAL_OPERATOR)
    typer.echo(f"账号 {login} 已停用")


def _roles(account: Account) -> str:
    return "、".join([ROLES[account.role], *(ROLES[r] for r in Role if r in account.also)])


def _show_password(password: str) -> None:
    typer.echo(f"密码 {password}")
    typer.echo("密码只显示这一次，请交给本人。", err=True)
