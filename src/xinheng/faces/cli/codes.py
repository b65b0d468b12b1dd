"""`xinheng codes`: judge codes as they come, one a line; inspect those of the register.

Judging needs no home, no driver and no engine: what the register needs is imported where it is asked for.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterator
from typing import Annotated, BinaryIO, cast

import typer

from xinheng.core.uscc import WARNINGS, Verdict, judge
from xinheng.faces.cli.errors import WrongUsage

app = typer.Typer(help="统一社会信用代码：校验、重错码检查、更正", no_args_is_help=True)

HEADER = ("code", "verdict", "reason", "suggestion")
CHUNK = 1 << 16
LONGEST = 1_000  # bytes of a line that are looked at; a code has 18
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")  # would break a line of the answer


@app.command()
def check() -> None:
    """从标准输入逐行读取代码，向标准输出写 CSV：code,verdict,reason,suggestion，一行对一行。"""
    if sys.stdin is None:  # closed by the caller
        raise WrongUsage(
            found="没有标准输入", expected="每行一个代码的标准输入", todo="如 xinheng codes check < 代码.txt"
        )
    answer(cast(BinaryIO, sys.stdin.buffer), cast(BinaryIO, sys.stdout.buffer))


@app.command()
def inspect() -> None:
    """检查主体库和退回的行：错码、重码、旧码另赋，各派给登记机关；可反复运行。"""
    from xinheng.faces.cli import codes_register

    codes_register.inspect()


@app.command()
def rate(
    on: Annotated[str | None, typer.Option("--on", metavar="日期", help="哪一日，默认今日")] = None,
) -> None:
    """重错码率：分子、分母和口径。"""
    from xinheng.faces.cli import codes_register
    from xinheng.faces.cli.agency_changes import civil_date

    codes_register.rate(civil_date(on) if on else None)


@app.command("list")
def show(
    kind: Annotated[str | None, typer.Option("--kind", metavar="类别", help="如 wrong 或 错码")] = None,
    owner: Annotated[str | None, typer.Option("--owner", metavar="代码", help="承办单位的代码")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="输出 CSV")] = False,
) -> None:
    """列出现存的重错码。"""
    from xinheng.faces.cli import codes_register

    codes_register.show(kind, owner, as_csv=as_csv)


@app.command()
def registrar(
    agency: Annotated[str | None, typer.Argument(metavar="单位", help="单位代码；不写则列出")] = None,
    prefix: Annotated[
        str | None, typer.Option("--prefix", metavar="前缀", help="代码的前一位或前两位，如 9 或 51")
    ] = None,
    division: Annotated[
        str, typer.Option("--division", metavar="区划", help="6 位区划，如 431100；不写为各地")
    ] = "",
    drop: Annotated[bool, typer.Option("--drop", help="取消登记")] = False,
) -> None:
    """登记哪个单位是哪类代码的登记机关，重错码即派给它。"""
    from xinheng.faces.cli import codes_register

    codes_register.registrar(agency, prefix, division, drop=drop)


@app.command()
def correct(
    old: Annotated[str, typer.Argument(metavar="旧代码", help="单位现用的（或曾用的）代码")],
    new: Annotated[str, typer.Argument(metavar="新代码", help="更正后的代码")],
    source: Annotated[str, typer.Option("--source", metavar="单位", help="作出更正的登记机关的代码")],
    basis: Annotated[str, typer.Option("--basis", metavar="依据", help="文书名称和文号，写入日志并公开")],
) -> None:
    """更正一个单位的代码：旧代码作为别名保留，原有记录不变。"""
    from xinheng.faces.cli import codes_register

    codes_register.correct(old, new, basis, source)


def answer(source: BinaryIO, target: BinaryIO) -> None:
    """Judge every line of `source`: one line of CSV (UTF-8) for each, empty ones too; no line is refused."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for batch in batches(source):
        for raw in batch:
            code = readable(raw)
            verdict = judge(code)
            writer.writerow((code, verdict.verdict.value, _reason(verdict), verdict.suggestion or ""))
        # as soon as the sender pauses: whoever writes a line and waits gets its answer
        target.write(text.getvalue().encode("utf-8", "replace"))
        target.flush()
        text.seek(0)
        text.truncate()
    target.write(text.getvalue().encode())
    target.flush()


def batches(source: BinaryIO) -> Iterator[list[bytes]]:
    """The lines that came in at once, without their ends; of a very long line only the beginning."""
    read = getattr(source, "read1", source.read)
    rest = b""
    while chunk := read(CHUNK):
        lines = chunk.split(b"\n")
        lines[0] = rest + lines[0]
        rest = lines.pop()[: LONGEST + 1]
        if lines:
            yield lines
    if rest:
        yield [rest]


def readable(raw: bytes) -> str:
    """A line as text, whatever its encoding: UTF-8, else GB18030, else with marks for what cannot be read."""
    raw = raw[:LONGEST].removesuffix(b"\r").removeprefix(b"\xef\xbb\xbf")
    for encoding in ("utf-8", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        text = raw.decode("utf-8", "replace")
    return CONTROL.sub("�", text)


def _reason(verdict: Verdict) -> str:
    """Why it is not valid; of a valid one, what is odd about it."""
    odd = "；".join(WARNINGS[w] for w in verdict.warnings) if verdict.valid else ""
    return verdict.reason or (f"提示：{odd}" if odd else "")
