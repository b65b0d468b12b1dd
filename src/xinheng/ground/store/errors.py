"""Refusals of the store, with their codes (docs/errors.md)."""

from __future__ import annotations

from typing import ClassVar

from xinheng.core.errors import Kind, XinhengError


class StoreUnavailable(XinhengError):
    """The connection was lost, or a retry is asked for (deadlock, serialization, too many clients)."""

    code: ClassVar[str] = "XH301"
    kind: ClassVar[Kind] = Kind.BUSY
    title: ClassVar[str] = "数据库暂不可用"

    def __init__(self, found: str = "与数据库的连接中断或须重试") -> None:
        super().__init__(
            found=found, expected="数据库正常应答", todo="稍后重试；已提交的数据不受影响，未提交的已全部撤回"
        )


class UniqueClash(XinhengError):
    """A row with this key exists already: another writer was first. `constraint` names the key."""

    code: ClassVar[str] = "XH302"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "唯一键冲突"

    def __init__(self, constraint: str) -> None:
        super().__init__(
            found=f"约束 {constraint} 的键值已存在", expected="键值尚未登记", todo="核对现有记录后重新提交"
        )
        self.constraint = constraint


class StatementFailed(XinhengError):
    """PostgreSQL refused a statement or a value. Its text stays in the cause, not in the message."""

    code: ClassVar[str] = "XH303"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "数据库拒绝了语句"

    def __init__(self, sqlstate: str) -> None:
        super().__init__(
            found=f"SQLSTATE {sqlstate}",
            expected="语句与数据类型相符，文本中没有 NUL 字符",
            todo="查看日志中的原始信息；如反复出现，请报告缺陷",
        )
        self.sqlstate = sqlstate


class DiskFull(XinhengError):
    """No space left for the database."""

    code: ClassVar[str] = "XH304"
    kind: ClassVar[Kind] = Kind.NOT_READY
    title: ClassVar[str] = "磁盘空间不足"

    def __init__(self, where: str | None = None) -> None:
        super().__init__(
            found="数据库所在磁盘已满或所剩无几",
            expected="首次启动至少 200 MB 可用空间，运行中留有余量",
            todo="清理磁盘或用 XINHENG_HOME 换到更大的盘后重试",
            where=where,
        )


class NoServerUser(XinhengError):
    """No usable system account to run PostgreSQL as: it refuses root and uids without a passwd entry."""

    code: ClassVar[str] = "XH305"
    kind: ClassVar[Kind] = Kind.NOT_READY
    title: ClassVar[str] = "没有可运行数据库的系统账户"

    def __init__(self, found: str) -> None:
        super().__init__(
            found=found,
            expected="有 passwd 条目的普通账户（以 root 运行时：XINHENG_DB_USER、postgres 或 nobody）",
            todo="为当前 uid 建立账户，或设置 XINHENG_DB_USER，或用 XINHENG_DSN 指向已有的 PostgreSQL",
        )


class HomeOutOfReach(XinhengError):
    """The account that runs PostgreSQL cannot reach the home; we never open parent folders ourselves."""

    code: ClassVar[str] = "XH306"
    kind: ClassVar[Kind] = Kind.NOT_READY
    title: ClassVar[str] = "数据库账户无法进入数据目录"

    def __init__(self, user: str, path: str) -> None:
        super().__init__(
            found=f"账户 {user} 无法进入 {path}",
            expected="从根目录到数据目录的每一级都允许该账户进入",
            todo="把 XINHENG_HOME 设在该账户可到达的位置，如 /var/lib/xinheng；上级目录的权限不会被改动",
            where=path,
        )


class ServerFailed(XinhengError):
    """PostgreSQL did not start, stop or initialise; the log file has its words."""

    code: ClassVar[str] = "XH307"
    kind: ClassVar[Kind] = Kind.NOT_READY
    title: ClassVar[str] = "数据库服务未能启动或停止"

    def __init__(self, found: str, log: str) -> None:
        super().__init__(
            found=found, expected="数据库正常启动与停止", todo=f"查看日志 {log} 末尾的原因后重试", where=log
        )


class SchemaUnknown(XinhengError):
    """The database carries a schema version this program does not know."""

    code: ClassVar[str] = "XH308"
    kind: ClassVar[Kind] = Kind.NOT_READY
    title: ClassVar[str] = "数据库结构版本不符"

    def __init__(self, found: str) -> None:
        super().__init__(
            found=found,
            expected="数据库结构与本程序版本一致",
            todo="升级程序，或运行 xinheng db migrate",
        )


class BackupRefused(XinhengError):
    """A backup could not be made, or a file is not a backup that can be restored here."""

    code: ClassVar[str] = "XH309"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "备份或恢复未完成"

    def __init__(self, found: str, todo: str, where: str | None = None) -> None:
        super().__init__(found=found, expected="由 xinheng db backup 生成的完整文件", todo=todo, where=where)


class DatabaseUnsuited(XinhengError):
    """The database that the settings name cannot hold a platform."""

    code: ClassVar[str] = "XH310"
    kind: ClassVar[Kind] = Kind.NOT_READY
    title: ClassVar[str] = "这个数据库不能使用"

    def __init__(self, found: str, todo: str) -> None:
        super().__init__(
            found=found, expected="PostgreSQL 15 或更高，库的编码为 UTF8，账户可以在其中建表", todo=todo
        )
