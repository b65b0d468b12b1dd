"""Refusals of documents and attachments, with their codes (docs/errors.md)."""

from __future__ import annotations

from typing import ClassVar

from xinheng.core.errors import Kind, XinhengError
from xinheng.outward.documents.model import DocumentRefused

__all__ = ["AttachmentAbsent", "AttachmentRefused", "DocumentRefused"]


class AttachmentRefused(XinhengError):
    """An attachment of a kind, size or name that is not kept."""

    code: ClassVar[str] = "XH811"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "附件不收"


class AttachmentAbsent(XinhengError):
    """The bytes of an attachment are not where they were put, or are no longer what they were."""

    code: ClassVar[str] = "XH812"
    kind: ClassVar[Kind] = Kind.ABSENT
    title: ClassVar[str] = "附件取不到"

    def __init__(self, digest: str, found: str) -> None:
        super().__init__(
            found=f"附件 {digest[:16]}… {found}",
            expected="实例目录 attachments 中与登记摘要一致的文件",
            todo="请系统管理员从备份恢复实例目录后再下载",
        )
