"""`xinheng appraisal`: scorecards computed and made again; samples drawn; sheets handed out and taken in."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape

from xinheng.faces.app import App, Settings, open_app
from xinheng.faces.app.activation import archived
from xinheng.faces.cli.agency_changes import civil_date
from xinheng.faces.cli.screen import console, listing
from xinheng.faces.cli.writing import put_aside
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.office.access import audit
from xinheng.office.access import service as access
from xinheng.office.access.model import AgencyKind
from xinheng.outward.appraisal import appeals, assessing, counting, service
from xinheng.outward.appraisal.assessing import NewAssessment
from xinheng.outward.appraisal.model import NAMES, Run, State
from xinheng.outward.appraisal.model_assessment import STATES
from xinheng.outward.appraisal.service import NewRun

app = typer.Typer(help="考核与第三方评估：计算、重算、抽样、导出、导入", no_args_is_help=True)
RunId = Annotated[UUID, typer.Argument(metavar="考核", help="考核的编号，见 xinheng appraisal list")]
AssessmentId = Annotated[UUID, typer.Argument(metavar="评估", help="评估的编号，见 xinheng appraisal list")]


@app.command()
def run(
    card: Annotated[str, typer.Argument(metavar="考核表", help="规则包中的考核表，如 model-unit")],
    first: Annotated[str, typer.Option("--from", metavar="日期", help="期间的第一天")],
    last: Annotated[str, typer.Option("--to", metavar="日期", help="期间的最后一天")],
    head: Annotated[
        str | None, typer.Option("--head", metavar="代码", help="哪个信用办的单位；默认全域")
    ] = None,
) -> None:
    """按考核表计算一次，列出名次。"""
    start, end = civil_date(first), civil_date(last)
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        office = access.by_code(tx, head) if head else None
        new = NewRun(card, start, date.fromordinal(end.toordinal() + 1), office)
        made = service.compute(tx, house.pack, new, counting.Counting(tx), house.clock, audit.LOCAL_OPERATOR)
        _ranks(tx, house.pack, made)
    typer.echo(f"考核 {made.run}\n计算结果摘要 {made.digest}")


@app.command()
def verify(run: RunId) -> None:
    """按当时的规则包和截止时刻重算一次考核，逐字节比较。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        made = service.by_id(tx, run)
        found = service.verify(tx, _pack_of(house, tx, made), run, counting.Counting(tx))
    typer.echo(f"一致：{found.digest}")
    if found.outcome:
        typer.echo(f"定稿一致：{found.outcome}")
    if found.kept:
        typer.echo(f"其中 {found.kept} 个数只能按留存的取用（公开比例说的是计算当日）")


@app.command("list")
def show() -> None:
    """列出考核和评估。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        runs = service.listed(tx, list(State), 100)
        assessments = assessing.listed(tx, None, None, 100)
    table = listing("编号", "种类", "名称", "期间", "状态")
    for one in runs:
        period = f"{one.frame.from_on}—{one.frame.to_on}"
        table.add_row(*map(escape, (str(one.run), "考核", one.frame.scorecard, period, NAMES[one.state])))
    for each in assessments:
        period = f"{each.from_on}—{each.to_on}"
        table.add_row(*map(escape, (str(each.assessment), "评估", each.name, period, STATES[each.state])))
    console().print(table)


@app.command()
def commit(  # noqa: PLR0913, PLR0917 - what is fixed before the seed
    name: Annotated[str, typer.Argument(metavar="名称", help="评估的名称")],
    items: Annotated[list[str], typer.Option("--item", metavar="事项", help="目录事项，可多次")],
    first: Annotated[str, typer.Option("--from", metavar="日期", help="决定日期自")],
    last: Annotated[str, typer.Option("--to", metavar="日期", help="决定日期至")],
    seed_rule: Annotated[str, typer.Option("--seed-rule", metavar="来历", help="将用哪一个公开的数作种子")],
    seed_on: Annotated[str, typer.Option("--seed-on", metavar="日期", help="种子产生的日子，晚于今天")],
    sources: Annotated[
        list[str] | None, typer.Option("--source", metavar="代码", help="单位，可多次；默认全部")
    ] = None,
    least: Annotated[int, typer.Option("--least", help="每个单位每个事项至少抽多少条")] = 5,
    percent: Annotated[int, typer.Option("--percent", help="或抽百分之多少，取多的")] = 5,
) -> None:
    """固定一次评估的抽样框，并公布摘要。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        chosen = [access.by_code(tx, code) for code in sources or ()]
        bodies = chosen or [a for _, a in access.tree(tx) if a.kind is not AgencyKind.OFFICE]
        new = NewAssessment(
            name=name,
            bodies=bodies,
            items=[house.pack.item(item).id for item in items],
            from_on=civil_date(first),
            to_on=date.fromordinal(civil_date(last).toordinal() + 1),
            least=least,
            percent=percent,
            seed_rule=seed_rule,
            seed_on=civil_date(seed_on),
        )
        made = assessing.commit(tx, house.pack, new, house.clock, audit.LOCAL_OPERATOR)
    typer.echo(f"评估 {made.assessment}\n抽样框 {made.size} 条，摘要 {made.digest}")


@app.command()
def draw(
    assessment: AssessmentId,
    seed: Annotated[str, typer.Option("--seed", metavar="种子", help="照公布的原样")],
    source: Annotated[str, typer.Option("--source", metavar="出处", help="在哪里可以查到")],
) -> None:
    """到了种子产生的日子，抽样；只抽一次。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        assessing.draw(tx, assessment, seed, source, house.clock, audit.LOCAL_OPERATOR)
        drawn = len(assessing.lines(tx, assessment))
    typer.echo(f"已抽出 {drawn} 条")


@app.command()
def export(
    assessment: AssessmentId,
    folder: Annotated[Path, typer.Option("--out", metavar="目录", help="写到这里")] = Path(),
) -> None:
    """写出抽样框、样本和样本表；定稿后还有结果。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        one = assessing.by_id(tx, assessment)
        files = {"frame.json": assessing.frame(tx, assessment)}
        if one.drawn:
            files["sample.json"] = assessing.sample(tx, assessment)
            files["sheet.csv"] = assessing.sheet(tx, house.pack, assessment)
        if one.finished:
            files["report.json"] = assessing.report(tx, assessment)
    for name, content in files.items():
        with put_aside(folder / name) as target:
            target.write(content)
        typer.echo(f"已写 {folder / name}")


@app.command("import")
def take_in(
    assessment: AssessmentId,
    file: Annotated[Path, typer.Argument(metavar="文件", help="填好的样本表，或查到而库中没有的决定")],
    finds: Annotated[bool, typer.Option("--finds", help="文件是查到而库中没有的决定")] = False,
) -> None:
    """导入评估结果；整份收下，或者指出每一处错误。"""
    content = file.read_bytes()
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        clock, actor = house.clock, audit.LOCAL_OPERATOR
        if finds:
            count = appeals.take_finds(tx, house.pack, assessment, content, clock, actor)
            typer.echo(f"登记 {count} 件，已转疑似瞒报")
        else:
            typer.echo(f"导入 {assessing.take_in(tx, house.pack, assessment, content, clock, actor)} 条结论")


def _pack_of(house: App, tx: Transaction, made: Run) -> Pack:
    digest = made.frame.pack.rpartition(":")[2]
    return house.pack if house.pack.digest == digest else archived(tx, digest)


def _ranks(tx: Transaction, pack: Pack, made: Run) -> None:
    found = service.opened(tx, pack, made)
    names = access.by_ids(tx, [card.agency for card in found.cards])
    table = listing("名次", "单位", "合计")
    for card in found.cards:
        total = "不计分" if card.total.total is None else f"{card.total.total:f}"
        table.add_row(*map(escape, (str(card.rank or "—"), names[card.agency].name, total)))
    console().print(table)
