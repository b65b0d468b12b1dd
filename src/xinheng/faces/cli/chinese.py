"""Help in Chinese: the words that the parser's library says in English and offers no setting for."""

from __future__ import annotations

from typing import Any

from typer import rich_utils

PANELS = {
    "ARGUMENTS_PANEL_TITLE": "参数",
    "OPTIONS_PANEL_TITLE": "选项",
    "COMMANDS_PANEL_TITLE": "命令",
    "REQUIRED_LONG_STRING": "[必填]",
    "DEFAULT_STRING": "[默认 {}]",
}
USAGE = "用法："
HELP = "显示本说明"
# What a value is, where an option has no name of its own for it. A flag takes none.
TYPES = {
    "<str>": "文字",
    "<list[str]>": "文字",
    "<path>": "路径",
    "<list[Path]>": "路径",
    "<int>": "整数",
    "<int range>": "整数",
    "<UUID>": "编号",
    "<bool>": "",
}


def translate(command: Any) -> None:
    """Let a command, and every command below it, speak Chinese in its help and usage line."""
    for title, chinese in PANELS.items():
        setattr(rich_utils, title, chinese)
    _translate(command, _context(command.context_class))


def _context(base: type[Any]) -> type[Any]:
    """The library's context, whose usage lines begin in Chinese."""
    formatter = base.formatter_class

    def write_usage(self: Any, prog: str, args: str = "", prefix: str | None = None) -> None:
        formatter.write_usage(self, prog, args, USAGE if prefix is None else prefix)

    spoken = type("Formatter", (formatter,), {"write_usage": write_usage})
    return type("Context", (base,), {"formatter_class": spoken})


def _translate(command: Any, context: type[Any]) -> None:
    command.context_class = context
    command.options_metavar = "[选项]"
    if hasattr(command, "subcommand_metavar"):
        command.subcommand_metavar = "命令 …"
    own = command.get_help_option(context(command, help_option_names=["-h", "--help"]))
    own.help = HELP
    for param in (*command.params, own):
        _name_type(param)
    for below in getattr(command, "commands", {}).values():
        _translate(below, context)


def _name_type(param: Any) -> None:
    said = param.display_type_rich

    def display_type_rich(ctx: Any) -> str | None:
        found: str | None = said(ctx)
        return found if found is None else TYPES.get(found, found)

    param.display_type_rich = display_type_rich
