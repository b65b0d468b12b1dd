"""Taking the address that is served, before anything else is started: who cannot have it is told why."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import ClassVar, Final

from xinheng.core.errors import Kind, XinhengError
from xinheng.core.reasons import said_in_chinese

LOOPBACKS: Final = ("127.0.0.1", "::1", "localhost")


class AddressUnusable(XinhengError):
    """The address or port of the server cannot be had."""

    code: ClassVar[str] = "XH975"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "监听地址无法使用"

    def __init__(self, host: str, port: int, error: OSError) -> None:
        found, todo = _reason(port, error)
        super().__init__(
            found=found,
            expected="本机的地址，和空闲、允许使用的端口",
            todo=todo,
            where=f"{_bracketed(host)}:{port}",
        )


def _reason(port: int, error: OSError) -> tuple[str, str]:
    if isinstance(error, socket.gaierror | UnicodeError) or error.errno == errno.EADDRNOTAVAIL:
        return "这不是本机的地址", "核对 --bind（XINHENG_BIND）；只在本机服务用 127.0.0.1"
    if error.errno == errno.EADDRINUSE:
        return f"端口 {port} 上已有程序在监听", "关闭占用它的程序，或用 --port（XINHENG_PORT）换一个端口"
    if error.errno in (errno.EACCES, errno.EPERM):
        todo = "用 --port（XINHENG_PORT）换 1024 以上的端口，由反向代理对外使用 443"
        return f"本账户不能使用端口 {port}", todo
    return said_in_chinese(error), "核对 --bind 和 --port"


@contextmanager
def listening(host: str, port: int) -> Iterator[Sequence[socket.socket]]:
    """The sockets of an address, bound and closed at the end; port 0: a free one. Raises AddressUnusable.

    A name may have several addresses (`localhost`: IPv4 and IPv6): all that this machine has, on one port.
    """
    with ExitStack() as stack:
        sockets, lacking = list[socket.socket](), list[OSError]()
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            for family, place in dict.fromkeys((f, p) for f, _, _, _, p in found):
                taken = sockets[0].getsockname()[1] if sockets else port
                try:
                    sockets.append(stack.enter_context(_bound(family, (place[0], taken, *place[2:]))))
                except OSError as error:
                    if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                        raise
                    lacking.append(error)
        except OSError as error:
            raise AddressUnusable(host, port, error) from error
        except UnicodeError as error:  # no name of a machine can look like this
            raise AddressUnusable(host, port, socket.gaierror(str(error))) from error
        if not sockets:
            raise AddressUnusable(host, port, lacking[0])
        yield sockets


def _bound(family: int, place: tuple[object, ...]) -> socket.socket:
    # TCP by name: only then the event loop lets every part of an answer leave at once (TCP_NODELAY), and none
    # waits 40 ms for the asker's acknowledgement of the part before
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(place)
    except BaseException:
        made.close()
        raise
    return made


def shown(host: str, sockets: Sequence[socket.socket]) -> str:
    """The address for a browser, with the port that was taken."""
    return f"http://{_bracketed(host)}:{sockets[0].getsockname()[1]}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
