"""Attachments: files that people hand in as proof, kept by the digest of their content under the home.

What a file is, its own first and last bytes say, never its name. Four kinds are taken: PDF, JPEG, PNG and
.docx without macros. A file is there before the row that names it is committed: one that nothing names is
harmless, a row without a file is not.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final
from uuid import uuid4

from xinheng.core.identity import mask
from xinheng.outward.documents.errors import AttachmentAbsent, AttachmentRefused

LIMIT: Final = 10 << 20  # bytes of one attachment; a working value of the platform
AT_ONCE: Final = 5  # attachments of one answer; a working value of the platform
NAME_LENGTH: Final = 100
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_PNG_END: Final = b"IEND\xaeB`\x82"
_TAIL: Final = 2048  # bytes at the end in which a PDF says that it is whole


class Kind(StrEnum):
    """What an attachment is; the value is the ending under which it is given out."""

    PDF = "pdf"
    JPG = "jpg"
    PNG = "png"
    DOCX = "docx"

    @property
    def media_type(self) -> str:
        """The MIME type under which it is given out."""
        return _MEDIA[self]


_MEDIA: Final = {
    Kind.PDF: "application/pdf",
    Kind.JPG: "image/jpeg",
    Kind.PNG: "image/png",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True)
class Attachment:
    """A kept file: SHA-256 of its content (hex), the name it came with, kind, bytes."""

    digest: str
    name: str
    kind: Kind
    size: int


def sniff(content: bytes) -> Kind | None:
    """What a content is by its own bytes; None for anything that is not taken or is cut off."""
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-_TAIL:]:
        return Kind.PDF
    if content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in content[-_TAIL:]:
        return Kind.JPG
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content.endswith(_PNG_END):
        return Kind.PNG
    return Kind.DOCX if content.startswith(b"PK\x03\x04") and _is_docx(content) else None


def _is_docx(content: bytes) -> bool:
    """A whole zip with a Word document and no macros. Only its list of names is read: nothing unfolds."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = {name.lower() for name in parts.namelist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    macros = any(name.endswith((".bin", ".exe", ".dll")) and "vba" in name for name in names)
    return {"[content_types].xml", "word/document.xml"} <= names and not macros


def judged(content: bytes, name: str) -> Attachment:
    """What would be kept of a content. Raises AttachmentRefused: empty, too large, another kind, no name."""
    called = named(name)
    if not content:
        raise _refused("文件是空的", called)
    if len(content) > LIMIT:
        raise _refused(f"文件有 {len(content)} 字节", called)
    kind = sniff(content)
    if kind is None:
        raise _refused("文件内容不是 PDF、JPG、PNG、docx，或者文件不完整、带有宏", called)
    return Attachment(hashlib.sha256(content).hexdigest(), called, kind, len(content))


def named(name: str) -> str:
    """A file name as it is kept and shown: its last part, without what nobody sees, identity numbers masked.

    Raises AttachmentRefused where nothing is left.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(c for c in last if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*')
    kept = mask(" ".join(seen.split()).strip(". "))[0]
    if not kept:
        raise _refused("文件没有名称", name[:NAME_LENGTH] or "?")
    stem, dot, ending = kept.rpartition(".")
    return f"{stem[: NAME_LENGTH - 10]}{dot}{ending[:9]}" if dot else kept[:NAME_LENGTH]


def _refused(found: str, where: str) -> AttachmentRefused:
    return AttachmentRefused(
        found=found,
        expected=f"不超过 {LIMIT >> 20} MB 的 PDF、JPG、PNG 或不带宏的 docx 文件",
        todo="另存为其中一种格式后重新上传",
        where=where,
    )


@dataclass(frozen=True)
class Attachments:
    """The kept attachments of one home."""

    folder: Path  # 0700, part of the backup

    def put(self, content: bytes, name: str) -> Attachment:
        """Keep a content; one that is there already is not written again. Raises AttachmentRefused."""
        kept = judged(content, name)
        target = self._of(kept.digest)
        if not target.exists():
            self.folder.mkdir(mode=0o700, exist_ok=True)
            target.parent.mkdir(mode=0o700, exist_ok=True)
            aside = target.with_name(f"{kept.digest}.{uuid4().hex}")
            with os.fdopen(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(target)
        return kept

    def read(self, digest: str) -> bytes:
        """The content with this digest. Raises AttachmentAbsent: not there, or no longer what it was."""
        try:
            content = self._of(digest).read_bytes()
        except FileNotFoundError:
            raise AttachmentAbsent(digest, "的文件不在") from None
        if hashlib.sha256(content).hexdigest() != digest:
            raise AttachmentAbsent(digest, "的内容与登记的摘要不一致")
        return content

    def remove(self, digest: str) -> None:
        """Delete a content that nothing names any more; one that is not there is no fault."""
        self._of(digest).unlink(missing_ok=True)

    def _of(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise AttachmentAbsent(digest, "不是摘要")
        return self.folder / digest[:2] / digest
