"""Asking a site for pages: one at a time, slowly, as it allows, and no further than its own host.

The host's name is resolved once a run and judged (decision 28); every request goes to that address. Redirects
are followed on the same host only. 429 and 5xx are answered with a pause, then with the end of the run.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urljoin, urlsplit

import httpx

from xinheng.core.networks import Network
from xinheng.outward.capture import robots
from xinheng.outward.capture.describing import ENCODINGS
from xinheng.outward.capture.errors import AskedToStop, LeftHost, PageUnavailable, RobotsForbid
from xinheng.outward.capture.model import Source
from xinheng.outward.capture.robots import Robots
from xinheng.outward.targets import resolve

TRIES = 3
HOPS = 3
LONGEST_PAUSE = 300  # seconds; who asks for more is left alone until the next run
KINDS = ("text/html", "application/xhtml+xml", "text/plain")
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,20})", re.IGNORECASE)


class Waiter(Protocol):
    """Time as the fetcher sees it: seconds that only ever grow, and waiting."""

    def elapsed(self) -> float: ...
    def sleep(self, seconds: float) -> None: ...


@dataclass(frozen=True)
class Page:
    """A page as it came. `text` is empty where `unchanged` (304)."""

    url: str
    text: str
    sha256: str
    etag: str | None = None
    modified: str | None = None
    unchanged: bool = False


@dataclass
class Fetcher:
    """Asks one site. Made by `asking`."""

    source: Source
    waiter: Waiter
    client: httpx.Client
    address: str
    said: Robots = field(default_factory=Robots)
    asked: int = 0
    _last: float | None = None

    def get(self, url: str, known: Mapping[str, str] | None = None) -> Page:
        """A page of the site. `known`: headers of a conditional request.

        Raises RobotsForbid, LeftHost, PageUnavailable, AskedToStop.
        """
        for _ in range(HOPS + 1):
            if not self.source.is_here(url):
                raise LeftHost(
                    found="地址不在说明写明的网站上",
                    expected=f"只访问 {self.source.host}",
                    todo="核对说明中的选择器；网站搬家后请修改 start",
                )
            if not self.said.allows(url):
                raise RobotsForbid(
                    found="robots.txt 不允许这个地址",
                    expected="网站允许抓取的页面",
                    todo="与单位联系，请其放行，或改用文件、接口、库表报送",
                )
            answer, body = self._answered(url, known or {})
            if answer.status_code not in {301, 302, 303, 307, 308}:
                return self._page(url, answer, body)
            url = urljoin(url, answer.headers.get("location", ""))
        raise _unavailable("转向次数过多")

    def robots(self) -> None:
        """Read the site's robots.txt: none allows all, a refusal forbids all. Raises AskedToStop."""
        url = urljoin(self.source.start, "/robots.txt")
        answer, body = self._answered(url, {})
        if 200 <= answer.status_code < 300:
            self.said = robots.read(body[: robots.MOST_BYTES].decode("utf-8", "replace"))
        elif answer.status_code in {401, 403}:
            self.said = robots.NOTHING

    def _answered(self, url: str, headers: Mapping[str, str]) -> tuple[httpx.Response, bytes]:
        """An answer that is no plea for a pause; what it is otherwise is for the caller to judge."""
        for turn in range(TRIES):
            self._rest()
            answer, body = self._ask(url, headers)
            if answer.status_code != 429 and answer.status_code < 500:
                return answer, body
            pause = _pause(answer, self._interval * 4 * 2**turn)
            if pause > LONGEST_PAUSE:
                break
            if turn + 1 < TRIES:
                self.waiter.sleep(pause)
        raise AskedToStop(
            found=f"网站返回 {answer.status_code}",
            expected="网站正常应答",
            todo="不再追问；过一段时间再运行，已读到的草稿都在",
        )

    @property
    def _interval(self) -> int:
        return max(self.source.interval, self.said.delay)

    def _rest(self) -> None:
        """Wait until the interval since the last request is over."""
        if self._last is not None:
            left = self._interval - (self.waiter.elapsed() - self._last)
            if left > 0:
                self.waiter.sleep(left)
        self._last = self.waiter.elapsed()
        self.asked += 1

    def _ask(self, url: str, headers: Mapping[str, str]) -> tuple[httpx.Response, bytes]:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
        host = f"[{self.address}]" if ":" in self.address else self.address
        target = parts._replace(netloc=host + port, fragment="").geturl()
        sent = {
            "host": parts.netloc,
            "user-agent": self.source.agent,
            "accept": "text/html,application/xhtml+xml",
            "accept-encoding": "identity",
            **headers,
        }
        more = {"sni_hostname": parts.hostname} if parts.scheme == "https" else {}
        try:
            with self.client.stream("GET", target, headers=sent, extensions=more) as answer:
                return answer, self._body(answer)
        except httpx.TimeoutException:
            raise _unavailable(f"{self.source.most_seconds} 秒内没有应答") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise _unavailable("连接不上、连接中断或证书不符") from None

    def _body(self, answer: httpx.Response) -> bytes:
        began, parts, size = self.waiter.elapsed(), [], 0
        for part in answer.iter_bytes():
            size += len(part)
            if size > self.source.most_bytes:
                raise _unavailable(f"页面超过 {self.source.most_bytes} 字节")
            if self.waiter.elapsed() - began > self.source.most_seconds:
                raise _unavailable(f"{self.source.most_seconds} 秒内没有传完")
            parts.append(part)
        return b"".join(parts)

    def _page(self, url: str, answer: httpx.Response, body: bytes) -> Page:
        if answer.status_code == 304:
            return Page(url, "", "", unchanged=True)
        if answer.status_code != 200:
            raise _unavailable(f"网站返回 {answer.status_code}")
        kind = answer.headers.get("content-type", "text/html").partition(";")[0].strip().lower()
        if kind not in KINDS:
            raise _unavailable(f"内容是 {kind[:60]}，不是网页")
        text = body.decode(self.source.encoding or _encoding(answer, body), "replace")
        return Page(
            url=url,
            text=text,
            sha256=hashlib.sha256(body).hexdigest(),
            etag=answer.headers.get("etag"),
            modified=answer.headers.get("last-modified"),
        )


@contextmanager
def asking(source: Source, listed: Sequence[Network], waiter: Waiter) -> Iterator[Fetcher]:
    """A fetcher that has read the site's robots.txt. `listed`: networks beside the public ones.

    Raises TargetForbidden, TargetUnknown, and the refusals of `Fetcher.robots`.
    """
    parts = urlsplit(source.start)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = resolve(parts.hostname or "", port, listed)
    patience = httpx.Timeout(source.most_seconds)
    with httpx.Client(trust_env=False, follow_redirects=False, timeout=patience) as client:
        fetcher = Fetcher(source, waiter, client, address)
        fetcher.robots()
        yield fetcher


def _pause(answer: httpx.Response, otherwise: int) -> int:
    """Seconds that the site asks for; a date is not read, it means later."""
    wanted = answer.headers.get("retry-after", "").strip()
    if wanted.isascii() and wanted.isdigit():
        return int(wanted[:6])
    return LONGEST_PAUSE + 1 if wanted else otherwise


def _encoding(answer: httpx.Response, body: bytes) -> str:
    """What the header says, else what the page says of itself, else UTF-8; GB names mean GB 18030."""
    meta = _META.search(body[:4096])
    for name in (answer.charset_encoding, meta[1].decode() if meta else None):
        try:
            found = codecs.lookup(name or "").name
        except LookupError:
            continue
        return ENCODINGS.get(found, found)
    return "utf-8"


def _unavailable(found: str) -> PageUnavailable:
    return PageUnavailable(
        found=found, expected="可以读取的网页", todo="核对地址与网站状态；过一段时间再运行"
    )
