"""`xinheng codes check`: unified social credit codes, one a line, judged as they come."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterator
from typing import BinaryIO, cast

import typer

from xinheng.core.uscc import WARNINGS, Verdict, judge
from xinheng.faces.cli.errors import WrongUsage

app = typer.Typer(help="统一社会信用代码：校验", no_args_is_help=True)

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
