"""`xinheng intake FILE`: take a file in, or look at what would become of it."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from xinheng.core.errors import Kind, XinhengError
from xinheng.evidence.intake.model import DROPPED, IGNORED, UNMAPPED, Outcome, Receipt, Request, RowResult
from xinheng.faces.app import Settings, open_app
from xinheng.faces.app.clock import SystemClock
from xinheng.faces.cli.errors import WrongUsage
from xinheng.faces.cli.writing import put_aside
from xinheng.law.model import Item, Severity

SOME_RETURNED = 3
SHOWN = 20  # returned rows shown to a person
STAGES = {
    "read": "读取、规整、校验",
    "compare": "与已有记录比对",
    "seal": "计算承诺与存证",
    "load": "写入",
    "append": "记入账本",
}
_TARGETS = {IGNORED: "已知，不用", DROPPED: "证件号码，不读入", UNMAPPED: "未识别，未读入"}


class PairWrongError(XinhengError):
    """An option that wants NAME=VALUE got something else."""

    code = "XH921"
    kind = Kind.INVALID
    title = "选项取值有误"


def intake(  # noqa: PLR0913, PLR0917 - one parameter an option of the command
    file: Annotated[Path, typer.Argument(metavar="文件", help="XLSX、XLS、ET、ODS、CSV、TSV 或 JSON 行文件")],
    item: Annotated[str, typer.Option("--item", metavar="事项", help="如 penalty、行政处罚")],
    source: Annotated[str | None, typer.Option("--source", metavar="代码", help="报送的信源单位")] = None,
    profile: Annotated[
        str, typer.Option("--profile", metavar="方式", help="report 或 collected（补录）")
    ] = "report",
    constant: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="数据项=值", help="所有行的该项填此值（文件中有值的除外）"),
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="表头=数据项", help="指定一列的对应关系；数据项可写 ignored"),
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", metavar="名称", help="工作簿中的工作表")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只看结果，不写入；不需要数据目录和信源单位")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，含每一行")] = False,
    pack: Annotated[str | None, typer.Option("--pack", help="试运行所用的规则包，默认 national")] = None,
    returned: Annotated[
        Path | None, typer.Option("--returned", metavar="文件", help="把退回的行写成工作簿，改后可再次报送")
    ] = None,
) -> int:
    """报送一个文件。全部通过退出码为 0，有退回的行为 3。"""
    request = Request(
        path=file,
        file_name=file.name,
        item_id=item,
        profile=profile,
        constants=_pairs(constant, "--set"),
        mapping=_pairs(mapping, "--map"),
        source=source,
        sheet=sheet,
    )
    if dry_run:
        return _preview(request, pack, returned, as_json=as_json)
    _refuse_beside(pack, "--pack", "报送用平台启用的规则包；--pack 只与 --dry-run 同用")
    return _submit(request, returned, as_json=as_json)


def _refuse_beside(given: object, option: str, todo: str) -> None:
    if given is not None:
        raise WrongUsage(found=f"这里不能用 {option}", expected="与本次运行相配的选项", todo=todo)


def _pairs(given: list[str] | None, option: str) -> dict[str, str]:
    """NAME=VALUE, split at the first `=`. Raises PairWrongError, also for a name given twice."""
    pairs: dict[str, str] = {}
    for text in given or ():
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise PairWrongError(
                found=f"{option} {text[:60]}", expected="名称=值", todo="补上等号两边", where=option
            )
        if name.strip() in pairs:
            raise PairWrongError(
                found=f"{option} 两次给出“{name.strip()[:60]}”",
                expected="每个名称只给一次",
                todo="去掉其一",
                where=option,
            )
        pairs[name.strip()] = value.strip()
    return pairs


def _preview(request: Request, pack: str | None, returned: Path | None, *, as_json: bool) -> int:
    from xinheng.evidence.intake.preview import Bench, self_checked
    from xinheng.ground.engine import Engine
    from xinheng.law.packs import load, shipped

    settings = Settings.from_environment()
    rules = load(pack or "national", [shipped(), *_own_packs(settings)])
    aside = put_aside(returned) if returned is not None else nullcontext()
    engine = Engine(settings.memory_mb, settings.threads)
    with tempfile.TemporaryDirectory(prefix="xinheng-") as folder, aside as target, _progress() as progress:
        progress("read")
        bench = Bench(engine, rules, SystemClock(), Path(folder))
        with engine, self_checked(bench, request) as (receipt, rows, workbook):
            if target is not None:
                target.write(workbook())
            return answer(receipt, rows, rules.item(request.item_id), as_json=as_json)


def _own_packs(settings: Settings) -> list[Path]:
    folder = settings.home / "packs"
    return [folder] if folder.is_dir() else []


def _submit(request: Request, returned: Path | None, *, as_json: bool) -> int:
    from xinheng.evidence.intake import service
    from xinheng.office.access import audit

    # the place for the returned rows is made sure of first: after the commit a refusal would come too late
    aside = put_aside(returned) if returned is not None else nullcontext()
    with open_app(Settings.from_environment()) as house, aside as target:
        with _progress() as progress:
            receipt = service.submit(house, request, progress)
            house.publish()
        if receipt.receipt is None:
            raise AssertionError("only a dry run has no receipt")
        with house.database.transaction() as tx:
            said = f"{receipt.receipt} {request.file_name}"
            audit.note(tx, house.clock, audit.LOCAL_OPERATOR, "submission.send", said)
        with house.database.transaction() as tx:
            if target is not None:
                target.write(service.returned_workbook(tx, house.pack, receipt.receipt))
            rows = service.rows(tx, house.pack, receipt.receipt, repeated=receipt.repeated)
            code = answer(receipt, rows, house.pack.item(request.item_id), as_json=as_json)
        if receipt.counts.persons and not receipt.repeated and not as_json:
            typer.echo(
                f"自然人的行请在24小时内取走（只取一次）：xinheng receipts persons {receipt.receipt} 文件.csv"
            )
    return code


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """A bar on standard error that names the stage; silent where nobody looks at it."""
    console = Console(stderr=True)
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task(STAGES["read"], total=None)

        def tell(stage: str) -> None:
            bar.update(task, description=STAGES.get(stage, stage))

        yield tell


def console() -> Console:
    """Standard output; as wide as it needs where it is no terminal."""
    return Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=200)


def answer(receipt: Receipt, rows: Iterable[RowResult], item: Item, *, as_json: bool) -> int:
    if as_json:
        _write_json(receipt, rows)
    else:
        _show(receipt, rows, item)
    return SOME_RETURNED if receipt.counts.returned or receipt.counts.review else 0


def _write_json(receipt: Receipt, rows: Iterable[RowResult]) -> None:
    """The receipt with every row, written piece by piece: a million rows never stand in memory."""
    head = receipt.as_json()
    del head["rows"]
    sys.stdout.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": [')
    for place, row in enumerate(rows):
        sys.stdout.write(("," if place else "") + "\n" + json.dumps(row.as_json(), ensure_ascii=False))
    sys.stdout.write("]}\n")


def _show(receipt: Receipt, rows: Iterable[RowResult], item: Item) -> None:
    out = console()
    _show_columns(out, receipt, item)
    _show_counts(out, receipt)
    waiting = (r for r in rows if r.outcome in (Outcome.RETURNED, Outcome.REVIEW))
    back = list(islice(waiting, SHOWN + 1))
    if back:
        table = Table("行", "数据项", "填写", "原因", box=None, pad_edge=False)
        for row in back[:SHOWN]:
            for check in (c for c in row.checks if c.severity is not Severity.WARN):
                name = item.field(check.field).name if check.field and item.has(check.field) else "—"
                table.add_row(
                    str(row.line), escape(name), escape(check.found or "（空）"), escape(check.message)
                )
        out.print(table)
        if len(back) > SHOWN:
            out.print("…其余见退回工作簿（--returned 文件.xlsx）或 --json")


def _show_columns(out: Console, receipt: Receipt, item: Item) -> None:
    table = Table("表头", "对应", "数据项", box=None, pad_edge=False)
    for header, target in receipt.columns.items():
        name = item.field(target).name if item.has(target) else _TARGETS.get(target, target)
        table.add_row(escape(header), target if item.has(target) else "", escape(name))
    out.print(table)


def _show_counts(out: Console, receipt: Receipt) -> None:
    counts = receipt.counts
    head = "试运行，没有写入" if receipt.receipt is None else f"回执 {receipt.receipt}"
    if receipt.repeated:
        head += "（此前已报送，以下为对照结果）"
    out.print(f"\n{head}")
    known = "未比对" if counts.known is None else str(counts.known)
    out.print(
        f"接收 {counts.accepted}  更正 {counts.corrected}  已有 {known}  退回 {counts.returned}  "
        f"待核实 {counts.review}  自然人 {counts.persons}"
    )
    out.print(
        f"迟报 {counts.late}  无法计算 {counts.undated}  隐去证件号码 {counts.masked}  "
        f"未读入证件号码 {counts.dropped}"
    )
    out.print(f"规则包 {receipt.pack}\n文件 SHA-256 {receipt.file_sha256}", soft_wrap=True)
    if receipt.position is not None:
        out.print(f"账本位置 {receipt.position}")
    for note in receipt.notes:
        out.print(f"提示：{escape(note)}")
