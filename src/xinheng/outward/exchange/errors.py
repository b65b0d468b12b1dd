"""Refusals of the table exchange. None of them repeats an address, a password or a value of a row."""

from __future__ import annotations

from typing import ClassVar

from xinheng.core.errors import Kind, XinhengError


class ExchangeAbsent(XinhengError):
    """No exchange has this name."""

    code: ClassVar[str] = "XH850"
    kind: ClassVar[Kind] = Kind.ABSENT
    title: ClassVar[str] = "没有这项库表交换"


class ExchangeWrong(XinhengError):
    """What was given for an exchange cannot be registered."""

    code: ClassVar[str] = "XH851"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "库表交换登记有误"


class AddressWrong(XinhengError):
    """The connection address cannot be read, or asks for what is not allowed. It is not repeated."""

    code: ClassVar[str] = "XH852"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "连接地址有误"


class AddressMissing(XinhengError):
    """The file with the connection address is not in the home, or others may read it."""

    code: ClassVar[str] = "XH853"
    kind: ClassVar[Kind] = Kind.NOT_READY
    title: ClassVar[str] = "连接地址文件不可用"


class AgencyDatabaseAway(XinhengError):
    """The agency's database does not answer, or broke off."""

    code: ClassVar[str] = "XH855"
    kind: ClassVar[Kind] = Kind.BUSY
    title: ClassVar[str] = "单位数据库暂时无法使用"


class AgencyDatabaseRefused(XinhengError):
    """The agency's database refused a statement: a right is missing, a column too narrow."""

    code: ClassVar[str] = "XH856"
    kind: ClassVar[Kind] = Kind.NOT_READY
    title: ClassVar[str] = "单位数据库拒绝了操作"


class TablesWrong(XinhengError):
    """An exchange table is not there or has not the columns it needs."""

    code: ClassVar[str] = "XH857"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "交换表不符合约定"


class ExchangeBusy(XinhengError):
    """Another process runs this exchange."""

    code: ClassVar[str] = "XH858"
    kind: ClassVar[Kind] = Kind.BUSY
    title: ClassVar[str] = "这项交换正在进行"
