"""A file that changes while it is read: its digest before and after, refused as a whole where they differ.

The rows are read more than once (survey, checks, rows that go back). Were it another file in between, the
receipt would name a digest that nobody checked.
"""

from __future__ import annotations

import hashlib

from xinheng.core.reasons import said_in_chinese
from xinheng.evidence.intake.model import Request
from xinheng.evidence.intake.model_refusals import FileChangedError, FileMissingError


def digest(request: Request) -> str:
    """SHA-256 of the file, in hexadecimal. Raises FileMissingError."""
    try:
        with request.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FileMissingError(
            found=f"无法打开 {request.file_name}：{said_in_chinese(error)}",
            expected="可以读取的文件",
            todo="核对路径和权限",
            where=request.file_name,
        ) from error


def require(request: Request, before: str) -> None:
    """That the file still is the one whose digest was taken. Raises FileChangedError, FileMissingError."""
    if digest(request) != before:
        raise FileChangedError(
            found="读取期间文件的内容变了",
            expected="报送期间不改动的文件",
            todo="关闭正在编辑它的程序，确认内容后重新报送；本次没有写入任何内容",
            where=request.file_name,
        )
