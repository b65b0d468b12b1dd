"""Refusals of messages, with their codes (docs/errors.md)."""

from __future__ import annotations

from typing import ClassVar

from xinheng.core.errors import Kind, XinhengError


class TemplateUnknown(XinhengError):
    """The pack has no message of that name, or is not told what it says."""

    code: ClassVar[str] = "XH470"
    kind: ClassVar[Kind] = Kind.ABSENT
    title: ClassVar[str] = "规则包没有这个消息模板"


class AddressRefused(XinhengError):
    """Where messages are to go is no address of that channel."""

    code: ClassVar[str] = "XH471"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "接收地址不能用"


class ChannelMissing(XinhengError):
    """The channel is not set up on this platform."""

    code: ClassVar[str] = "XH472"
    kind: ClassVar[Kind] = Kind.NOT_READY
    title: ClassVar[str] = "这个渠道还没有配置"


class DeliveryAbsent(XinhengError):
    """No delivery has this number, or it does not wait for a new attempt."""

    code: ClassVar[str] = "XH473"
    kind: ClassVar[Kind] = Kind.ABSENT
    title: ClassVar[str] = "没有这次发送"


class GatewayWrong(XinhengError):
    """The file that describes the gateway for short messages cannot be read, or lacks something."""

    code: ClassVar[str] = "XH474"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "短信网关的说明文件有误"


class NoticeAbsent(XinhengError):
    """No message has this id, or it is somebody else's: one answer."""

    code: ClassVar[str] = "XH475"
    kind: ClassVar[Kind] = Kind.ABSENT
    title: ClassVar[str] = "没有这条消息"
