"""Refusals about key files (docs/errors.md)."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from xinheng.core.errors import Kind, XinhengError


class KeyMissing(XinhengError):
    """A key file is not there. Keys are never made silently: a new log key would orphan the old log."""

    code: ClassVar[str] = "XH350"
    kind: ClassVar[Kind] = Kind.NOT_READY
    title: ClassVar[str] = "缺少密钥文件"

    def __init__(self, path: Path) -> None:
        super().__init__(
            found=f"没有 {path.name}",
            expected="密钥目录中有 log、document、mac、session 四个密钥文件",
            todo="新平台请运行 xinheng init；已有平台请从导出的密钥恢复",
            where=str(path),
        )


class KeyExposed(XinhengError):
    """Somebody else than the owner may read or change a key file."""

    code: ClassVar[str] = "XH351"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    title: ClassVar[str] = "密钥文件权限过宽"

    def __init__(self, path: Path, mode: int) -> None:
        super().__init__(
            found=f"权限为 {mode:04o}",
            expected="0600（仅所有者可读写）",
            todo="确认密钥没有泄露后执行 chmod 600；如可能已泄露，请更换密钥",
            where=str(path),
        )


class KeyBroken(XinhengError):
    """A key file does not hold a key of its kind."""

    code: ClassVar[str] = "XH352"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "密钥文件无法读取"

    def __init__(self, path: Path) -> None:
        super().__init__(
            found="内容不是有效的密钥",
            expected="由 xinheng init 生成的密钥文件",
            todo="从导出的密钥恢复该文件",
            where=str(path),
        )
