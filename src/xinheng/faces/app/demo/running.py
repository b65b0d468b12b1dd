"""Starting the demo: whose home, on which address, with which accounts shown."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from xinheng.faces.app.demo import accounts, ways, work_plan
from xinheng.faces.app.demo.accounts import DemoAccount
from xinheng.faces.app.demo.errors import NotLoopback, PortTaken
from xinheng.faces.app.demo.install import NOTICE, DemoHome, Say, prepare
from xinheng.faces.app.demo.places import CITY
from xinheng.faces.app.demo.ways import DemoClient
from xinheng.faces.app.settings import Settings
from xinheng.faces.app.wiring import App, open_app

LOOPBACKS: Final = ("127.0.0.1", "::1", "localhost")
HOME: Final = "xinheng-demo"


@dataclass(frozen=True)
class Running:
    """A demo that is ready to be served."""

    app: App
    accounts: tuple[DemoAccount, ...]
    samples: Path
    client: DemoClient


def demo_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings; where no home is named, one beside the usual home: a demo never lands in a real one."""
    given = os.environ if environment is None else environment
    settings = Settings.from_environment(given)
    named = given.get("XINHENG_HOME", "").strip()
    home = settings.home if named else settings.home.with_name(HOME)
    # no system of an agency is there: nothing to read by the clock
    timing = replace(settings.timing, exchange=None, capture=None)
    settings = replace(settings, timing=timing)
    return replace(settings, home=home, site_name=f"信衡 · {CITY}", site_notice=NOTICE)


def check_address(settings: Settings) -> None:
    """Raise NotLoopback or PortTaken before anything is built."""
    if settings.bind not in LOOPBACKS:
        raise NotLoopback(settings.bind)
    family = socket.AF_INET6 if ":" in settings.bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.bind, settings.port))
        except OSError as error:
            raise PortTaken(settings.port) from error


@contextmanager
def running(settings: Settings, say: Say) -> Iterator[Running]:
    """The demo, built where it is not, and open for serving. Raises NotADemoHome, DemoRunning and others."""
    check_address(settings)
    home = DemoHome(settings.home)
    home.claim()
    with home.alone():
        prepare(settings, say)
        say("打开平台", 0, 0)
        with open_app(settings, serving=True) as app:
            shown = accounts.ensure(app, home.folder)
            work_plan.ensure(app)
            client = ways.ensure(app, home.folder)
            yield Running(app, tuple(shown), home.samples, client)
