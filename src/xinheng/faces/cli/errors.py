"""Refusals of the command line (docs/errors.md)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from typer.exceptions import TyperException

from xinheng.core.errors import Kind, XinhengError
from xinheng.core.identity import mask
from xinheng.core.reasons import REASONS, said_in_chinese
from xinheng.faces.cli.chinese import USAGE


class WrongUsage(XinhengError):
    """The command line itself cannot be read."""

    code: ClassVar[str] = "XH905"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "命令用法有误"


class CommandFailed(XinhengError):
    """Something unexpected happened: a defect. Its traceback is kept where XINHENG_DEBUG asks for it."""

    code: ClassVar[str] = "XH906"
    kind: ClassVar[Kind] = Kind.NOT_READY
    title: ClassVar[str] = "命令意外中止"

    def __init__(self, name: str, log: str | None) -> None:
        super().__init__(
            found=f"程序内部错误 {name}",
            expected="命令正常结束；没有完成的操作已撤回",
            todo=f"请把 {log} 交给维护者"
            if log
            else "设置 XINHENG_DEBUG=1 重试，并把数据目录中的 debug.log 交给维护者",
            where=log,
        )


class PathUnusable(XinhengError):
    """A file or device named on the command line, or where the program writes, cannot be read or written."""

    code: ClassVar[str] = "XH907"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "文件或设备无法读写"

    def __init__(self, error: OSError) -> None:
        super().__init__(
            found=said_in_chinese(error),
            expected="可以读写的文件或文件夹",
            todo="核对路径、权限和磁盘空间后重试",
            where=None if error.filename is None else str(error.filename)[:300],
        )

    @classmethod
    def says(cls, error: OSError) -> bool:
        """Whether this is about a path or a device, and no defect."""
        return error.errno in REASONS


# By the name of the parser's exception; what it found is in its own words only where they are names.
FOUND = {
    "NoSuchOption": "没有选项 {option_name}",
    "NoSuchCommand": "没有命令“{quoted}”",
    "MissingParameter": "缺少 {param}",
    "BadOptionUsage": "选项 {option_name} 缺少取值",
    "BadParameter": "{param} 的取值无法使用",
    "FileError": "无法打开文件",
    "TooMany": "多出参数“{quoted}”",
}


def wrong_usage(error: TyperException, rooms: Sequence[str]) -> WrongUsage:
    """The parser's refusal in the one shape. `rooms` are the commands there are at the top."""
    kind: str | None = next((cls.__name__ for cls in type(error).__mro__ if cls.__name__ in FOUND), None)
    param = getattr(error, "param", None)
    said = str(error)
    if kind is None:
        kind = "NoSuchCommand" if said.startswith("No such command") else "TooMany"
    quoted = re.search(r"'([^']*)'|[(]([^()]*)[)]\W*$", said)
    names = {
        "option_name": getattr(error, "option_name", ""),
        "param": _shown(param) or getattr(error, "param_hint", None) or "参数",
        "quoted": mask((quoted[1] or quoted[2] or "")[:60])[0] if quoted else "",
    }
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "xinheng"
    expected = _commands(context, rooms) if kind == "NoSuchCommand" else _values(kind, param)
    return WrongUsage(
        found=FOUND[kind].format(**names), expected=expected or _usage(context), todo=f"查看 {path} --help"
    )


def _usage(context: Any) -> str:
    if context is None:
        return "xinheng 命令 [选项]"
    return " ".join(context.get_usage().removeprefix(USAGE).split())


def _commands(context: Any, rooms: Sequence[str]) -> str:
    below = context is not None and context.parent is not None
    return "、".join(context.command.commands if below else rooms)


def _values(kind: str, param: Any) -> str | None:
    """What an option takes, where that can be listed."""
    described = getattr(param, "type_descriptor", None)
    if kind != "BadParameter" or described is None:
        return None
    if described.choices:
        return "、".join(str(getattr(c, "value", c)) for c in described.choices)
    if described.annotation is UUID:
        return "形如 01890a5d-ac96-774b-bcce-b302099a8057 的编号"
    if described.is_ranged:
        return f"{param.min} 至 {param.max} 的整数"
    return None


def _shown(param: object) -> str | None:
    options = [o for o in getattr(param, "opts", []) if o.startswith("-")]
    name = getattr(param, "metavar", None) or getattr(param, "name", None)
    return max(options, key=len) if options else name
