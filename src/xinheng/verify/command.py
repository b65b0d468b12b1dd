"""The checker's command line: a published log, a proof, or that a log only grew.

Exit codes: 0 it holds; 1 it does not; 2 it could not be read, or the call was wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from xinheng.verify.note import Checkpoint, Key, open_checkpoint, shown
from xinheng.verify.proof import LARGEST_PROOF, Proved, check_proof
from xinheng.verify.refusal import Refused, Unreadable
from xinheng.verify.tiles import check_growth, check_log, read_file, read_kept, read_note

HOLDS, DOES_NOT, CANNOT = 0, 1, 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Unreadable(f"参数有误（{message}），用 --help 查看用法", f"wrong arguments: {message}")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the checker; what it found goes to standard output. Returns the exit code, raises nothing."""
    try:
        lines = _run(_parser().parse_args(argv))
    except Unreadable as refusal:
        _say([f"无法核对：{refusal.chinese}", f"CANNOT CHECK: {refusal.english}"])
        return CANNOT
    except Refused as refusal:
        _say([f"不成立：{refusal.chinese}", f"DOES NOT HOLD: {refusal.english}"])
        return DOES_NOT
    except (OSError, ValueError) as error:  # a path that the system refuses to look at
        _say([f"无法核对：{error}", f"CANNOT CHECK: {error}"])
        return CANNOT
    except SystemExit:  # --help
        return HOLDS
    _say([*lines, "成立。HOLDS."])
    return HOLDS


def _say(lines: list[str]) -> None:
    text = "".join(f"{shown(line, 100_000)}\n" for line in lines)
    encoding = sys.stdout.encoding or "utf-8"  # a terminal may not know Chinese
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="xinheng.verify",
        description="独立核对信衡日志与证明。Check a Xinheng log or proof independently.",
    )
    trust = _Parser(add_help=False)
    trust.add_argument(
        "--key",
        action="append",
        required=True,
        metavar="名称+编号+公钥",
        help="所信任的公钥，另行取得，可给多个 · a public key you trust, obtained elsewhere; repeatable",
    )
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    log = commands.add_parser("log", parents=[trust], help="日志文件夹 · a folder of tiles, or of epochs")
    log.add_argument("folder", type=Path)
    log.add_argument(
        "--kept",
        action="append",
        default=[],
        type=Path,
        metavar="检查点",
        help="自行保存的检查点，文件或文件夹，可给多个 · checkpoints you kept; a file or folder; repeatable",
    )
    proof = commands.add_parser("proof", parents=[trust], help="证明文件 · a proof file")
    proof.add_argument("file", type=Path)
    growth = commands.add_parser("consistency", parents=[trust], help="两个检查点 · two checkpoints of a log")
    growth.add_argument("old", type=Path)
    growth.add_argument("new", type=Path)
    growth.add_argument(
        "--log", type=Path, required=True, help="该纪元的日志文件夹 · the epoch's folder of tiles"
    )
    return parser


def _run(given: argparse.Namespace) -> list[str]:
    keys = [Key.parse(text) for text in given.key]
    if given.command == "log":
        kept = read_kept(given.kept, keys)
        lines = [line for found in check_log(given.folder, keys, kept) for line in _described(found)]
        return [*lines, *([f"已对照保存的检查点 kept checkpoints: {len(kept)}"] if kept else [])]
    if given.command == "proof":
        return _proved(check_proof(read_file(given.file, LARGEST_PROOF), keys))
    old, new = (open_checkpoint(read_note(path), keys) for path in (given.old, given.new))
    check_growth(old, new, given.log)
    return [f"日志由 {old.size} 条增至 {new.size} 条，原有内容未改。", *_described(new)]


def _described(found: Checkpoint) -> list[str]:
    return [
        f"日志 log: {found.origin}，{found.size} 条 entries",
        f"根 root: {found.root.hex()}",
        f"签名 signed by: {found.signer}",
    ]


def _proved(proved: Proved) -> list[str]:
    lines = _described(proved.checkpoint)
    if proved.header is not None and proved.provenance is not None:
        lines += [
            f"记录 record: {proved.record}，位置 position {proved.position}",
            f"事件 event: {proved.header.kind}，知悉于 known {proved.header.known}",
            *(f"{name}: {value}" for name, value in proved.provenance.items() if value is not None),
            f"公开内容 public content: {proved.content}",
        ]
    return lines
