"""Refusals of wiring, with their codes (docs/errors.md)."""

from __future__ import annotations

from typing import ClassVar

from xinheng.core.errors import Kind, XinhengError


class NoHome(XinhengError):
    """The command needs a home, and there is none where the settings say."""

    code: ClassVar[str] = "XH901"
    kind: ClassVar[Kind] = Kind.NOT_READY
    title: ClassVar[str] = "没有平台数据目录"

    def __init__(self, where: str) -> None:
        super().__init__(
            found=f"{where} 不是已建好的平台",
            expected="由 xinheng init 建好的数据目录",
            todo="运行 xinheng init，或用 XINHENG_HOME 指明已有平台的位置",
            where=where,
        )


class SettingWrong(XinhengError):
    """A setting in the environment cannot be read. Its value is not repeated: it may be a secret."""

    code: ClassVar[str] = "XH902"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "环境变量设置有误"

    def __init__(self, name: str, expected: str) -> None:
        super().__init__(
            found=f"{name} 的值无法使用",
            expected=expected,
            todo="修改该环境变量（见 docs/settings.md）",
            where=name,
        )


class HomeTaken(XinhengError):
    """The folder holds other things, or is in use by another init or a service."""

    code: ClassVar[str] = "XH903"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "数据目录被占用"

    def __init__(self, found: str, todo: str, where: str) -> None:
        super().__init__(
            found=found, expected="空目录，或本平台自己的目录且没有其他进程在用", todo=todo, where=where
        )


class HomeNotWritable(XinhengError):
    """The folder cannot be made or written by this account."""

    code: ClassVar[str] = "XH904"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    title: ClassVar[str] = "数据目录不可写"

    def __init__(self, where: str, why: str) -> None:
        super().__init__(
            found=why,
            expected="当前账户可以写入的目录",
            todo="核对权限，或用 XINHENG_HOME 换一个位置",
            where=where,
        )


class HomeOfAnotherVersion(XinhengError):
    """The home was made by a program that lays homes out otherwise, or its marker cannot be read."""

    code: ClassVar[str] = "XH908"
    kind: ClassVar[Kind] = Kind.NOT_READY
    title: ClassVar[str] = "数据目录版本不符"

    def __init__(self, found: str, expected: str, where: str) -> None:
        super().__init__(
            found=found,
            expected=expected,
            todo="用建立它的程序版本打开，或从备份恢复这个文件；不要手工修改",
            where=where,
        )
