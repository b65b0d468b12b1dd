"""A real server and a real browser over the small town.

Chromium comes from the machine (`chromium` on the path); where there is none the browser tests skip and say
so, and in CI (`CI` set) that is a failure. Whatever the browser complains of fails the test: violations of
the content security policy, errors of scripts, answers of 500 and above.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.e2e.town import Town, town

from xinheng.faces.app import App
from xinheng.faces.web.server import server as web_server
from xinheng.ground.store import Server

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
WIDTHS = (1280, 390)  # nothing may be wider, whichever the window's own is
HEIGHT = 900
# A window with script, and a narrow one without: what was seen at both widths need not be walked twice.
WINDOWS = pytest.mark.parametrize(
    ("width", "script"),
    [pytest.param(1280, True, id="script"), pytest.param(390, False, id="no-script")],
)
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/usr/share/fonts</dir><cachedir>{cache}</cachedir>
<alias><family>sans-serif</family><prefer><family>Noto Sans CJK SC</family></prefer></alias>
<alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias></fontconfig>
"""


def chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    found = chromium()
    if found is None:
        reason = "no chromium on the path: the browser tests need Debian's package chromium"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("fonts")
    fonts = folder / "fonts.conf"
    fonts.write_text(FONTS.format(cache=folder), encoding="utf-8")
    with sync_playwright() as playwright:
        options = {**os.environ, "FONTCONFIG_FILE": str(fonts)}
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []
        opened = playwright.chromium.launch(executable_path=found, args=flags, env=options)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Iterator[Town]:
    """The town, for all browser tests together."""
    with town(tmp_path_factory.mktemp("e2e"), server) as built:
        yield built


@pytest.fixture(scope="session")
def address(place: Town) -> Iterator[str]:
    """The address of the running server."""
    with serving(place.app) as found:
        yield found


@contextmanager
def serving(app: App) -> Iterator[str]:
    """A server over this house while the block lasts; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = web_server(app, "127.0.0.1", port)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join(30)


SEEN: set[tuple[object, ...]] = set()  # documents in which nobody stumbles
TOKEN = re.compile('(name="csrf" value=")[^"]*')  # another in every window


@dataclass
class Visitor:
    """A browser window that remembers what the browser complained of."""

    page: Page
    address: str
    width: int
    script: bool = True
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a page and look at it: barriers, overflow."""
        self.page.goto(self.address + path)
        self.look()

    def look(self) -> None:
        """Whatever a reader would stumble over fails the test: barriers, and what is wider than a window.

        The very same document in such a window is looked at once a session: the page for signing in, mostly.
        """
        self.page.wait_for_load_state("load")  # a click may return while the next page has no content yet
        own = self.page.viewport_size
        text = TOKEN.sub(r"\1", self.page.content())
        document = (text, self.width, own and own["height"], self.script)
        if document in SEEN:
            return
        for width in (*(w for w in WIDTHS if w != self.width), self.width):  # its own last: it stays so
            self.page.set_viewport_size({"width": width, "height": own["height"] if own else HEIGHT})
            assert self.page.evaluate("document.documentElement.scrollWidth") <= width, (self.page.url, width)
        if self.page.evaluate("typeof axe") == "undefined":
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate(
            "axe.run({resultTypes: ['violations']}).then(r => r.violations.map("
            "v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 200)).join(' | ')))"
        )
        assert found == [], self.page.url
        SEEN.add(document)

    def sign_in(self, login: str, password: str) -> None:
        self.go("/desk")
        self.page.fill("#login", login)
        self.page.fill("#password", password)
        self.page.click("main button:has-text('登录')")
        self.page.wait_for_url("**/desk")


Visiting = Callable[..., Visitor]


@pytest.fixture
def windows(browser: Browser) -> Iterator[Visiting]:
    """`windows(address, width=390, script=False)`: a window of its own; complaints of any of them fail the
    test."""
    contexts: list[BrowserContext] = []
    visitors: list[Visitor] = []

    def open_window(address: str, width: int = 1280, *, script: bool = True) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHT},
            java_script_enabled=script,
            locale="zh-CN",
            accept_downloads=True,
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        visitor = Visitor(context.new_page(), address, width, script)
        visitors.append(visitor)
        _listen(visitor)
        return visitor

    yield open_window
    for context in contexts:
        context.close()
    assert [c for visitor in visitors for c in visitor.complaints] == []


@pytest.fixture
def visit(windows: Visiting, address: str) -> Visiting:
    """`visit(width=390, script=False)`: a window onto the town."""
    return partial(windows, address)


def _listen(visitor: Visitor) -> None:
    def told(message) -> None:
        expected = "Failed to load resource" in message.text  # answers are judged by their status
        if message.type in ("error", "warning") and not expected:
            visitor.complaints.append(f"{visitor.page.url}: {message.text}")

    def answered(response) -> None:
        if response.status >= 500:
            visitor.complaints.append(f"{response.url} answered {response.status}")

    visitor.page.on("console", told)
    visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
    visitor.page.on("response", answered)
    visitor.page.on("requestfailed", lambda request: _failed(visitor, request))


def _failed(visitor: Visitor, request) -> None:
    if request.failure != "net::ERR_ABORTED":  # a download, or a page left before it was whole
        visitor.complaints.append(f"{request.url}: {request.failure}")


@contextmanager
def downloaded(page: Page) -> Iterator[list[Path]]:
    """The file that is downloaded inside the block."""
    got: list[Path] = []
    with page.expect_download() as waiting:
        yield got
    got.append(Path(waiting.value.path()))
