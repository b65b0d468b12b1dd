"""What the operating system says about a path, in Chinese."""

from __future__ import annotations

import errno
from typing import Final

REASONS: Final = {
    errno.ENOENT: "文件或文件夹不存在",
    errno.EACCES: "当前账户没有权限",
    errno.EPERM: "当前账户没有权限",
    errno.EROFS: "所在磁盘为只读",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已用完",
    errno.EISDIR: "这是一个文件夹",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EEXIST: "同名的文件已经存在",
    errno.ENAMETOOLONG: "路径过长",
    errno.ELOOP: "路径中的链接互相指向",
    errno.EIO: "磁盘读写出错",
    errno.ETXTBSY: "文件正被使用",
    errno.EBUSY: "文件或设备正被使用",
}


def said_in_chinese(error: OSError) -> str:
    """Why the system refused a path."""
    return REASONS.get(error.errno or 0, f"系统错误 {error.errno}")
