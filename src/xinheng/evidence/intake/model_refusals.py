"""Why a file as a whole is not taken. Each has its line in docs/errors.md."""

from __future__ import annotations

from xinheng.core.errors import Kind
from xinheng.evidence.intake.model import FileRefusedError


class FileMissingError(FileRefusedError):
    """The path names no readable file."""

    code = "XH701"
    kind = Kind.ABSENT
    title = "找不到文件"


class EmptyFileError(FileRefusedError):
    """No cell holds anything: not even a header."""

    code = "XH702"
    title = "文件是空的"


class TooLargeError(FileRefusedError):
    """More bytes, rows or columns than a file may have, zipped or unzipped."""

    code = "XH703"
    title = "文件超过上限"


class UndecodableError(FileRefusedError):
    """The bytes are neither UTF-8, UTF-16 with a mark, nor GB18030."""

    code = "XH704"
    title = "文字编码无法识别"


class NotATableError(FileRefusedError):
    """The content is not one of the formats read here, whatever its name says."""

    code = "XH705"
    title = "不是可读的表格文件"


class DamagedWorkbookError(FileRefusedError):
    """A workbook that breaks off or contradicts itself."""

    code = "XH706"
    title = "工作簿已损坏"


class EncryptedWorkbookError(FileRefusedError):
    """A workbook behind a password."""

    code = "XH707"
    title = "工作簿有密码"


class DangerousWorkbookError(FileRefusedError):
    """A workbook built to harm its reader: a zip bomb, entity definitions."""

    code = "XH708"
    title = "工作簿结构异常"


class TooHeavyError(FileRefusedError):
    """Reading needed more memory or time than the reader's child process has."""

    code = "XH709"
    title = "读取超出内存或时间上限"


class FileChangedError(FileRefusedError):
    """The file became another one while it was read: what was checked may not be what was entered."""

    code = "XH712"
    kind = Kind.CONFLICT
    title = "文件在读取时被改动"


class NoHeaderError(FileRefusedError):
    """None of the first rows is a header of this item."""

    code = "XH710"
    title = "找不到表头"


class UnknownMappingError(FileRefusedError):
    """`--map` or `--set` names a header or field that is not there."""

    code = "XH711"
    title = "列的对应关系有误"
