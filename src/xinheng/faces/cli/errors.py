"""Refusals of the command line (docs/errors.md)."""

from __future__ import annotations

from typing import ClassVar

from typer.exceptions import TyperException

from xinheng.core.errors import Kind, XinhengError


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


# By the name of the parser's exception; what it found is in its own words only where they are names.
FOUND = {
    "NoSuchOption": "没有选项 {option_name}",
    "NoSuchCommand": "没有这个命令",
    "MissingParameter": "缺少 {param}",
    "BadOptionUsage": "选项 {option_name} 缺少取值",
    "BadParameter": "{param} 的取值无法使用",
    "FileError": "无法打开文件",
    "TooMany": "参数过多",
}


def wrong_usage(error: TyperException) -> WrongUsage:
    """The parser's refusal in the one shape."""
    kind: str | None = next((cls.__name__ for cls in type(error).__mro__ if cls.__name__ in FOUND), None)
    param = getattr(error, "param", None)
    names = {
        "option_name": getattr(error, "option_name", ""),
        "param": _shown(param) or getattr(error, "param_hint", None) or "参数",
    }
    said = str(error)
    if kind is None:
        kind = "NoSuchCommand" if said.startswith("No such command") else "TooMany"
    found = FOUND[kind].format(**names)
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "xinheng"
    usage = context.get_usage().removeprefix("Usage: ") if context is not None else "xinheng 命令 [选项]"
    return WrongUsage(found=found, expected=" ".join(usage.split()), todo=f"查看 {path} --help")


def _shown(param: object) -> str | None:
    options = [o for o in getattr(param, "opts", []) if o.startswith("-")]
    name = getattr(param, "metavar", None) or getattr(param, "name", None)
    return max(options, key=len) if options else name
