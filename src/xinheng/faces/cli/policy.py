"""`xinheng policy`: check packs, show an item as it stands on a day, write the reference pages."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from xinheng.core.errors import XinhengError
from xinheng.core.times import today
from xinheng.evidence.intake.blank_workbook import blank
from xinheng.faces.app.clock import SystemClock
from xinheng.faces.app.home import Home
from xinheng.faces.app.settings import Settings
from xinheng.faces.cli.errors import WrongUsage
from xinheng.faces.cli.screen import console, listing
from xinheng.faces.cli.writing import put_aside
from xinheng.law.difference import Change, differences
from xinheng.law.health import Gap, examine
from xinheng.law.packs import CHECKED, Pack, load, shipped
from xinheng.law.reference import page
from xinheng.law.words import DISCLOSURES, KINDS, PROVIDERS, SEVERITIES, SOURCES, marked

app = typer.Typer(help="规则包：检查、查看、生成说明", no_args_is_help=True)

PAGES = Path("docs/policy")
REFUSED = 3  # as for every refusal of what was given (see main.EXIT_CODES)
_CHANGES = {Change.ADDED: "新增", Change.REMOVED: "删除", Change.CHANGED: "变更"}
PackName = Annotated[str, typer.Option("--pack", metavar="名称", help="规则包名称")]
_MARKS = (("归集", "collected"), ("公示", "shown"), ("上报", "reported"))
_GAPS = {
    Gap.ITEM: "缺少事项",
    Gap.FIELD: "缺少数据项",
    Gap.PRESENCE: "应为必填",
    Gap.ENDED: "标准失效",
    Gap.FREQUENCY: "频次待核实",
    Gap.MARK: "标记未定",
    Gap.TERM: "没有时限",
    Gap.UNREAD: "依据待核实",
    Gap.TARGET: "目标届满",
}
Folders = Annotated[
    list[Path] | None,
    typer.Option("--folder", help="另加的规则包目录，可多次；同名的包以后者为准", exists=True),
]


def names(roots: list[Path]) -> list[str]:
    """The packs in these folders, by name."""
    return sorted({head.parent.name for root in roots for head in root.glob("*/pack.yaml")})


def _roots(folders: list[Path] | None) -> list[Path]:
    """The shipped packs, those of the home where there is one, and the folders named."""
    own = Home(Settings.from_environment().home).packs
    return [shipped(), *([own] if own.is_dir() else []), *(folders or [])]


@app.command()
def check(
    name: Annotated[
        list[str] | None, typer.Argument(metavar="名称", help="规则包名称；不写则检查全部")
    ] = None,
    folder: Folders = None,
) -> None:
    """逐个加载规则包，运行其中全部示例；有一处不合即以 3 退出。"""
    out, err = Console(), Console(stderr=True)
    failed = False
    for one in name or names(_roots(folder)):
        try:
            pack = load(one, _roots(folder), verify=True)
        except XinhengError as error:
            failed = True
            err.print(str(error), markup=False, highlight=False, soft_wrap=True)
            continue
        out.print(f"合格  {pack.label}\n      {_counts(pack)}", markup=False, highlight=False, soft_wrap=True)
    if failed:
        raise typer.Exit(REFUSED)


def _counts(pack: Pack) -> str:
    checks = [rule for item in pack.items.values() for rule in item.checks]
    marks = [rule for item in pack.items.values() for rule in item.mark_rules]
    examples = sum(len(r.examples) for r in checks) + sum(len(r.examples) for r in marks)
    rules = len(checks) + len(marks)
    return f"{len(pack.items)} 个事项，{rules} 条规则，{examples} 个示例，{len(pack.targets)} 个目标"


@app.command()
def show(
    item: Annotated[str, typer.Argument(metavar="事项", help="事项编号或名称，如 penalty、行政处罚")],
    on: Annotated[str, typer.Option("--on", metavar="日期", help="如 2026-11-20")],
    pack: PackName = "national",
    folder: Folders = None,
) -> None:
    """按某日有效的规定显示一个目录事项。"""
    day = _day(on)
    loaded = load(pack, _roots(folder))
    found = loaded.item(item, day)
    out = console()
    out.print(f"{found.name}（{found.id}） {found.edition}，{day} 有效", markup=False)
    out.print(f"依据：{loaded.cite(found.basis)}", markup=False)
    out.print(f"责任单位：{found.provider}（{PROVIDERS[found.provider_kind]}）", markup=False)
    out.print(
        f"类别：{KINDS[found.kind]}；来源：{SOURCES[found.source]}；公开属性：{DISCLOSURES[found.disclosure]}"
    )
    if found.frequency:
        out.print(f"频次：{found.frequency.text}", markup=False)
    out.print(f"保存：{found.retention}", markup=False)
    marks = "；".join(f"{word}：{marked(found, name)}" for word, name in _MARKS)
    out.print(f"{marks}{'；涉密事项，不得报送' if found.secret else ''}", markup=False)
    if found.note:
        out.print(f"说明：{found.note}", markup=False)
    out.print("\n数据项")
    fields = listing("代码", "名称", "填报", "公开属性")
    for whole in found.fields:
        if field := whole.on(day):
            said = (
                "不采集" if field.dropped else "必填" if field.required else "应填" if field.expected else ""
            )
            fields.add_row(field.code, escape(field.name), said, DISCLOSURES[field.disclosure])
    out.print(fields)
    for term in found.timeliness:
        if term.span.covers(day):
            out.print(
                f"{term.channel}：{term.working_days} 个工作日，{loaded.cite(term.basis)}", markup=False
            )
    out.print("\n校验")
    checks = listing("校验", "结果", "说明", "依据")
    for rule in found.checks_on(day):
        said = rule.message.replace("{found}", "…")  # what a row says stands there
        checks.add_row(rule.id, SEVERITIES[rule.severity], escape(said), escape(loaded.cite(rule.basis)))
    out.print(checks)


@app.command()
def diff(
    old: Annotated[str, typer.Argument(metavar="旧", help="规则包名称")],
    new: Annotated[str, typer.Argument(metavar="新", help="规则包名称")],
    folder: Folders = None,
) -> None:
    """比较两个规则包的目录：事项、数据项、校验、时限。"""
    found = differences(load(old, _roots(folder)), load(new, _roots(folder)))
    out = console()
    for each in found:
        out.print(
            f"{_CHANGES[each.change]}  {each.item}  {each.kind} {each.id}", markup=False, soft_wrap=True
        )
        for word, text in (("　　旧：", each.before), ("　　新：", each.after)):
            if text is not None:
                out.print(word + text, markup=False, soft_wrap=True)
    out.print(f"共 {len(found)} 处不同", markup=False)


@app.command()
def health(
    name: Annotated[str, typer.Argument(metavar="名称", help="规则包名称")] = "national",
    against: Annotated[
        list[str] | None,
        typer.Option("--against", metavar="名称", help="对照的规则包，可多次；不写则对照全国与上级"),
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="日期", help="如 2026-11-20；不写则为今日")
    ] = None,
    own: Annotated[bool, typer.Option("--own/--missing", help="也列出自身的待核实事项")] = False,
    folder: Folders = None,
) -> None:
    """体检：对照全国、省级目录，列出缺少的事项与数据项及其条款；有缺少的以 3 退出。"""
    pack = load(name, _roots(folder))
    shipped_only = [shipped()]  # the parents as they are published, not as a home overlays them
    parents = [one for one in pack.chain[:-1] if one in names(shipped_only)] or [pack.chain[0]]
    others = (
        [load(one, _roots(folder)) for one in against]
        if against
        else [load(p, shipped_only) for p in parents]
    )
    found = examine(pack, others, _day(on) if on else today(SystemClock()))
    out = console()
    out.print(f"{pack.label}\n对照：{'、'.join(found.against)}\n{found.on}", markup=False, soft_wrap=True)
    missing = found.missing
    out.print(
        f"缺少事项 {len(found.of(Gap.ITEM))} 个，数据项 {len(found.of(Gap.FIELD))} 个；自身待核实、已届满 "
        f"{len(found.findings) - len(missing)} 处{'' if own else '（加 --own 列出）'}",
        markup=False,
    )
    table = listing("种类", "内容", "依据")
    for one in found.findings if own else missing:
        table.add_row(_GAPS[one.gap], escape(one.said), escape(one.clause))
    if table.row_count:
        out.print(table)
    if missing:
        raise typer.Exit(REFUSED)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUsage(
            found=f"--on 的取值“{text}”不是日期", expected="存在的日期，写作 YYYY-MM-DD", todo="改写后重试"
        ) from None


@app.command()
def reference(
    out: Annotated[Path, typer.Option("--out", help="写入的目录")] = PAGES,
    folder: Folders = None,
) -> None:
    """为每个规则包生成一页说明（Markdown），并记下示例全部成立的规则包摘要（checked.json）。"""
    out.mkdir(parents=True, exist_ok=True)
    roots = [shipped(), *(folder or [])]  # what a home overlays is not described here
    packs = [load(name, roots, verify=True) for name in names(roots)]
    for pack in packs:
        (out / f"{pack.name}.md").write_text(page(pack), encoding="utf-8")
        Console().print(f"已写 {out / f'{pack.name}.md'}", markup=False, soft_wrap=True)
    checked = shipped() / CHECKED if not folder and out == PAGES else out / CHECKED
    digests = json.dumps({pack.name: pack.digest for pack in packs}, indent=1)
    checked.write_text(digests + "\n", encoding="utf-8")
    Console().print(f"已写 {checked}", markup=False, soft_wrap=True)


@app.command()
def template(
    item: Annotated[str, typer.Argument(metavar="事项", help="事项编号或名称，如 penalty、行政处罚")],
    out: Annotated[Path, typer.Option("--out", metavar="文件", help="写入的 XLSX 文件")],
    pack: PackName = "national",
    folder: Folders = None,
) -> None:
    """写出一个目录事项的空表：表头、各列说明、下拉的代码表和一行示例，填好即可报送。"""
    found = load(pack, _roots(folder)).item(item)
    with put_aside(out) as target:
        target.write(blank(found))
    console().print(f"已写 {out}：{found.name}（{found.edition}）", markup=False, soft_wrap=True)
