"""`xinheng notices`: try a channel, see what was not delivered, try it again."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape

from xinheng.core.times import SHANGHAI
from xinheng.faces.app import Settings, open_app
from xinheng.faces.cli.errors import WrongUsage
from xinheng.faces.cli.screen import console, listing
from xinheng.faces.jobs.telling import trial
from xinheng.law.notices import Channel
from xinheng.office.access import audit
from xinheng.office.access import service as access
from xinheng.office.notices import service as notices
from xinheng.office.notices.model import CHANNELS, FATES, Fate, named

app = typer.Typer(help="消息：测试渠道、查看和重发没有送出的", no_args_is_help=True)
FAILED = 5  # exit code where the other side did not take it
MOST = 10_000


@app.command()
def test(
    channel: Annotated[Channel, typer.Argument(metavar="渠道", help="mail、sms 或 webhook")],
    address: Annotated[str, typer.Argument(metavar="地址", help="邮箱、手机号码或网址")],
) -> int:
    """发一条测试消息，说明对方的答复；不进发送记录。"""
    with open_app(Settings.from_environment()) as house:
        taken, answer = trial(house, channel, address)
    typer.echo(f"{CHANNELS[channel]}：{'已送出' if taken else '没有送出'}（{answer}）")
    return 0 if taken else FAILED


@app.command("list")
def show(
    source: Annotated[str | None, typer.Option("--source", metavar="代码", help="只看这个单位的")] = None,
    state: Annotated[Fate | None, typer.Option("--state", help="默认只列不再重试的")] = Fate.DEAD,
    everything: Annotated[bool, typer.Option("--all", help="不论状态")] = False,
    count: Annotated[int, typer.Option("--count", min=1, max=MOST, help="最多几条")] = 50,
) -> None:
    """发送记录：默认只列没有送出、不再重试的。"""
    settings = Settings.from_environment()
    with open_app(settings) as house, house.database.transaction() as tx:
        agencies = [access.by_code(tx, source).agency] if source else None
        found = notices.deliveries(tx, agencies, None if everything else state, count)
        known = access.by_ids(tx, {d.agency for d, _ in found})
    table = listing("编号", "时间", "单位", "渠道", "状态", "次数", "答复", "消息")
    for d, title in found:
        at = f"{(d.tried_at or d.created).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        code = known[d.agency].code if d.agency in known else "—"
        cells = (str(d.delivery), at, code, CHANNELS[d.channel], FATES[d.state], str(d.attempts))
        table.add_row(*map(escape, (*cells, d.answer or "", named(title, settings.site_name))))
    out = console()
    out.print(table)
    out.print(f"共 {len(found)} 条")


@app.command()
def retry(
    number: Annotated[UUID | None, typer.Argument(metavar="编号", help="一条发送记录的编号")] = None,
    everything: Annotated[bool, typer.Option("--all", help="全部没有送出的")] = False,
) -> None:
    """把没有送出、不再重试的重新排队，由 serve 或 worker 发送。"""
    if (number is None) is not everything:
        raise WrongUsage(
            found="编号和 --all 都给了，或都没给", expected="编号，或 --all", todo="二者取一后重试"
        )
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        wanted = [d.delivery for d, _ in notices.deliveries(tx, None, Fate.DEAD, MOST)] if everything else []
        if number is not None:
            wanted = [number]
        for one in wanted:
            notices.retry(tx, one)
        audit.note(tx, house.clock, audit.LOCAL_OPERATOR, "notices.retry", f"{len(wanted)} 条")
    typer.echo(f"重新排队 {len(wanted)} 条")
