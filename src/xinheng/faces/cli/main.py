"""The command line's frame: which commands there are, one shape for errors, exit codes by kind.

Every command group is a module of this package, listed in `ROOMS` by name; it has `app` (a Typer with
subcommands: `xinheng db backup`) or one function of the command's name (`xinheng intake FILE`). Only the
module that is asked for is imported; help imports them all.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any, NoReturn, cast

import typer
from typer.exceptions import TyperException

from xinheng.core.errors import Kind, XinhengError
from xinheng.faces.cli.chinese import translate
from xinheng.faces.cli.errors import CommandFailed, PathUnusable, wrong_usage
from xinheng.faces.cli.writing import flush, give_up_output

# In the order of help. A room that is not built yet is left out.
ROOMS = (
    "init",
    "agency",
    "feed",
    "account",
    "client",
    "intake",
    "receipts",
    "record",
    "cases",
    "numbers",
    "exchange",
    "capture",
    "codes",
    "notices",
    "watch",
    "suspicions",
    "upward",
    "letters",
    "bulletin",
    "appraisal",
    "plans",
    "policy",
    "log",
    "db",
    "serve",
    "worker",
    "callback",
    "demo",
    "version",
)
MODULES = {"init": "home", "version": "home"}  # whose module is not their name; `home` has both as functions

EXIT_CODES = {
    Kind.INVALID: 3,
    Kind.ABSENT: 4,
    Kind.CONFLICT: 5,
    Kind.FORBIDDEN: 6,
    Kind.NOT_READY: 7,
    Kind.BUSY: 8,
}
UNEXPECTED, USAGE, INTERRUPTED, TERMINATED = 1, 2, 130, 143


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; the exit code. Whatever happens, a user sees one shape of error, no traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    # what rooms note for whoever runs a server is no answer to a command; `serve` sets up its own
    logging.getLogger("xinheng").addHandler(logging.NullHandler())
    previous = signal.signal(signal.SIGTERM, _terminated)  # so that what was opened is closed
    try:
        code = _run(given)
        flush()  # here, where what goes wrong is still answered for
        return code
    except XinhengError as error:
        return _refuse(error, EXIT_CODES[error.kind])
    except TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # help was shown instead
            return USAGE
        return _refuse(wrong_usage(error, ROOMS), USAGE)
    except (KeyboardInterrupt, typer.Abort):
        _say("已中断。没有完成的操作已全部撤回。")
        return INTERRUPTED
    except BrokenPipeError:  # whoever read along has read enough
        give_up_output()
        return UNEXPECTED
    except OSError as error:
        log = _keep_trace()
        give_up_output()
        if PathUnusable.says(error):
            refused = PathUnusable(error)
            return _refuse(refused, EXIT_CODES[refused.kind])
        return _refuse(CommandFailed(type(error).__name__, log), UNEXPECTED)
    except Exception as error:  # noqa: BLE001 - the last fence: a user sees no traceback
        return _refuse(CommandFailed(type(error).__name__, _keep_trace()), UNEXPECTED)
    finally:
        signal.signal(signal.SIGTERM, previous)


def _run(arguments: list[str]) -> int:
    command = typer.main.get_command(build(arguments))
    translate(command)
    result = command.main(arguments, prog_name="xinheng", standalone_mode=False)
    return result if isinstance(result, int) else 0


def build(arguments: Sequence[str]) -> typer.Typer:
    """The commands: the one that is asked for, or all of them."""
    app = typer.Typer(
        help="信衡：公共信用信息平台",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_frame)  # with a callback, a single command keeps its name
    for name in _wanted(arguments):
        _add(app, name)
    return app


def _wanted(arguments: Sequence[str]) -> Sequence[str]:
    """The command that is named; all of them for help; a few, where there is none of that name."""
    first = arguments[0] if arguments else "--help"
    if first in ROOMS:
        return [first]
    return ROOMS if first.startswith("-") else ["init", "version"]


def _frame() -> None:
    """信衡：公共信用信息平台"""  # noqa: D400, RUF100 - shown as help


def _add(app: typer.Typer, name: str) -> None:
    path = f"xinheng.faces.cli.{MODULES.get(name, name)}"
    if importlib.util.find_spec(path) is None:
        return
    module = importlib.import_module(path)
    group = getattr(module, "app", None)
    if isinstance(group, typer.Typer):
        app.add_typer(group, name=name)
        return
    app.command(name)(cast(Callable[..., Any], getattr(module, name)))


def _refuse(error: XinhengError, code: int) -> int:
    _say(str(error))
    return code


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _keep_trace() -> str | None:
    """With XINHENG_DEBUG, the traceback goes to the home's debug log; its path, else None."""
    # late: importing the wiring brings drivers and engines, which `codes` and `version` do without
    from xinheng.faces.app.home import Home
    from xinheng.faces.app.settings import Settings

    try:
        settings = Settings.from_environment()
        if not settings.debug or not settings.home.is_dir():
            return None
        path = Home(settings.home).debug_log
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as log:
            log.write(traceback.format_exc() + "\n")
    except (XinhengError, OSError):
        return None
    return str(path)


def _terminated(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(TERMINATED)
