"""Refusals of reconciliation. None of them repeats a password, a key or a value of a record."""

from __future__ import annotations

from typing import ClassVar

from xinheng.core.errors import Kind, XinhengError


class PartnerAbsent(XinhengError):
    """No upper platform has this name."""

    code: ClassVar[str] = "XH860"
    kind: ClassVar[Kind] = Kind.ABSENT
    title: ClassVar[str] = "没有这个上级平台"


class PartnerWrong(XinhengError):
    """What was given for an upper platform cannot be registered."""

    code: ClassVar[str] = "XH861"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "上级平台登记有误"


class ConnectionMissing(XinhengError):
    """The private file that says how to reach the partner is not there, open to others, or unreadable."""

    code: ClassVar[str] = "XH862"
    kind: ClassVar[Kind] = Kind.NOT_READY
    title: ClassVar[str] = "连接文件不可用"


class PartnerAway(XinhengError):
    """The partner cannot be reached at present; whatever was on its way is taken up again."""

    code: ClassVar[str] = "XH863"
    kind: ClassVar[Kind] = Kind.BUSY
    title: ClassVar[str] = "上级平台暂时连接不上"


class PartnerRefused(XinhengError):
    """The partner does not take a batch as a whole, or says something that cannot be read."""

    code: ClassVar[str] = "XH864"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "上级平台没有受理"


class HostKeyWrong(XinhengError):
    """The server shows another key than the one that was entered: nothing was sent."""

    code: ClassVar[str] = "XH865"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    title: ClassVar[str] = "SFTP 主机密钥不符"


class PartnerBusy(XinhengError):
    """Another process reconciles with this partner at this moment."""

    code: ClassVar[str] = "XH866"
    kind: ClassVar[Kind] = Kind.BUSY
    title: ClassVar[str] = "正在对账"


class FolderUnusable(XinhengError):
    """The folder of the exchange is not there or cannot be written."""

    code: ClassVar[str] = "XH867"
    kind: ClassVar[Kind] = Kind.NOT_READY
    title: ClassVar[str] = "交换目录不可用"


class WayAbsent(XinhengError):
    """A record has no way to this partner, or not one that the asker may see."""

    code: ClassVar[str] = "XH868"
    kind: ClassVar[Kind] = Kind.ABSENT
    title: ClassVar[str] = "没有这条记录的上报过程"
