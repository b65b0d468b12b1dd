"""Refusals of the demo, with their codes (docs/errors.md)."""

from __future__ import annotations

from typing import ClassVar

from xinheng.core.errors import Kind, XinhengError


class NotADemoHome(XinhengError):
    """The home was not made by the demo: it may hold real records, and the demo touches none."""

    code: ClassVar[str] = "XH971"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "这不是演示数据目录"

    def __init__(self, where: str) -> None:
        super().__init__(
            found=f"{where} 不是由 demo 建立的",
            expected="不存在的目录，或由 demo 自己建立的目录",
            todo="用 XINHENG_HOME 换一个位置，或取消该设置",
            where=where,
        )


class NotLoopback(XinhengError):
    """The demo serves this machine alone: its passwords are printed on the screen."""

    code: ClassVar[str] = "XH972"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    title: ClassVar[str] = "演示只能在本机使用"

    def __init__(self, bind: str) -> None:
        super().__init__(
            found=f"监听地址为 {bind}",
            expected="127.0.0.1 或 ::1",
            todo="取消 XINHENG_BIND；对外服务请用 xinheng init 建立正式平台",
            where="XINHENG_BIND",
        )


class PortTaken(XinhengError):
    """Something else listens on the port already."""

    code: ClassVar[str] = "XH973"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "端口已被占用"

    def __init__(self, port: int) -> None:
        super().__init__(
            found=f"端口 {port} 上已有程序在监听",
            expected="空闲的端口",
            todo="关闭占用它的程序（可能是另一个演示），或用 --port 换一个端口",
            where=str(port),
        )


class DemoRunning(XinhengError):
    """Another process is building or serving this demo home."""

    code: ClassVar[str] = "XH974"
    kind: ClassVar[Kind] = Kind.BUSY
    title: ClassVar[str] = "演示正在运行"

    def __init__(self, where: str) -> None:
        super().__init__(
            found="另一个进程正在建立或运行这个演示",
            expected="同一演示只运行一次",
            todo="使用已打开的演示，或先结束它",
            where=where,
        )
