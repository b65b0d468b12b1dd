"""Where the content of a submission lies until its receipt is written: in the home's incoming area, 0700.

One folder a submission, with the content and a lock: whoever sends it holds the lock, and a killed process
lets go of it. The folder goes when the submission has ended (decision 11).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from xinheng.core.reasons import said_in_chinese
from xinheng.evidence.intake.incoming import Incoming
from xinheng.evidence.intake.model_refusals import FileMissingError
from xinheng.evidence.submissions.errors import ContentGoneError

_PREFIX = "submission-"
_ASIDE = "aside.json"
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}")


@dataclass(frozen=True)
class Holding:
    """The held contents of one home."""

    folder: Path  # the home's incoming area

    def put(self, submission: UUID, content: Path | bytes, file_name: str) -> int:
        """Hold a content; its bytes. A file is linked or copied and stays the caller's.

        What was held before gives way. Raises FileMissingError.
        """
        place = self._prepared(submission)
        for old in (*place.glob("file*"), *place.glob(_ASIDE)):
            old.unlink()
        suffix = Path(file_name).suffix
        target = place / f"file{suffix.lower() if _SUFFIX.fullmatch(suffix) else ''}"
        if isinstance(content, bytes):
            target.touch(mode=0o600)
            target.write_bytes(content)
            return len(content)
        try:
            self._take(content, target)
        except OSError as error:
            raise FileMissingError(
                found=f"无法打开 {file_name}：{said_in_chinese(error)}",
                expected="可以读取的文件",
                todo="核对路径和权限",
                where=file_name,
            ) from error
        return target.stat().st_size

    def keep_aside(self, submission: UUID, texts: Mapping[str, str]) -> None:
        """Beside the content, what may say who a natural person is and so stands in no table."""
        if texts:
            path = self._prepared(submission) / _ASIDE
            path.touch(mode=0o600)
            path.write_text(json.dumps(dict(texts), ensure_ascii=False), encoding="utf-8")

    def aside(self, submission: UUID) -> dict[str, str]:
        """What was kept aside; nothing where nothing was."""
        try:
            found = json.loads((self._of(submission) / _ASIDE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return {str(name): str(text) for name, text in found.items()}

    def file(self, submission: UUID) -> Path:
        """The held content. Raises ContentGoneError."""
        for found in self._of(submission).glob("file*"):
            return found
        raise ContentGoneError(
            found="内容已删除，或者数据是从备份恢复的（备份不含在途内容）",
            expected="报送后尚未办结的内容",
            todo="重新报送原文件",
            where=str(submission),
        )

    def remove(self, submission: UUID) -> None:
        """The content goes, wholly."""
        shutil.rmtree(self._of(submission), ignore_errors=True)

    @contextmanager
    def turn(self, submission: UUID) -> Iterator[None]:
        """One at a time with this submission, in whatever process; a killed one lets go.

        The folder may be gone when the turn comes: look again how the submission stands.
        """
        lock = self._lock(submission)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _lock(self, submission: UUID) -> int:
        while True:
            with suppress(FileNotFoundError):  # whoever had the turn before took the folder away just now
                return os.open(self._prepared(submission) / "lock", os.O_CREAT | os.O_RDWR, 0o600)

    def left(self) -> list[UUID]:
        """The submissions that have a folder here."""
        return [UUID(path.name.removeprefix(_PREFIX)) for path in self.folder.glob(f"{_PREFIX}*")]

    def touched(self, submission: UUID) -> datetime:
        """When its folder was last written to; long ago where there is none."""
        try:
            return datetime.fromtimestamp(self._of(submission).stat().st_mtime, UTC)
        except FileNotFoundError:
            return datetime.min.replace(tzinfo=UTC)

    def _take(self, source: Path, target: Path) -> None:
        """Linked where it lies in the incoming area, in which nobody changes a file; else copied."""
        if source.resolve().is_relative_to(self.folder.resolve()):
            os.link(source, target)
        else:
            shutil.copyfile(source, target)
        target.chmod(0o600)

    def _prepared(self, submission: UUID) -> Path:
        Incoming(self.folder).prepare()
        place = self._of(submission)
        place.mkdir(mode=0o700, exist_ok=True)
        return place

    def _of(self, submission: UUID) -> Path:
        return self.folder / f"{_PREFIX}{submission}"


def sha256(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
