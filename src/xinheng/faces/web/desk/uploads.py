"""Uploads between choosing and sending: each in a private folder of the incoming area (decision 11).

A folder holds `file` (as it came), `upload.json` (what the sender said) and, once it was sent, `sent` (the
submission's id) alone. All of it is 0700/0600 and a day old at most.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import orjson

from xinheng.core.times import Clock
from xinheng.faces.web.errors import UploadAbsentError

KEPT = timedelta(hours=24)
_PREFIX = "upload-"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True)
class Upload:
    """What the sender chose. `mapping`: header -> field code or 'ignored'; `constants`: field -> value."""

    token: str
    account: str
    file_name: str
    size: int
    item: str
    profile: str
    behalf: str = ""  # code of the agency that it is handed in for (代录); empty: the account's own
    constants: dict[str, str] = field(default_factory=dict)
    mapping: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Uploads:
    """The waiting uploads of one home."""

    folder: Path

    def begin(self) -> str:
        """A new private folder; its token, which nobody can guess."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        token = secrets.token_urlsafe(16)
        self._of(token).mkdir(mode=0o700)
        return token

    def file(self, token: str) -> Path:
        """Where the file itself lies."""
        return self._of(token) / "file"

    def save(self, upload: Upload) -> None:
        """Keep what the sender said, in place of what he said before."""
        target = self._of(upload.token) / "upload.json"
        written = target.with_suffix(".new")
        written.touch(mode=0o600)
        written.write_bytes(orjson.dumps(asdict(upload)))
        written.replace(target)

    def load(self, token: str, account: UUID) -> Upload:
        """An upload of this account. Raises UploadAbsentError for any other."""
        try:
            upload = Upload(**orjson.loads((self._of(token) / "upload.json").read_bytes()))
        except FileNotFoundError:
            raise _absent() from None
        if upload.account != str(account):
            raise _absent()
        return upload

    @contextmanager
    def turn(self, token: str) -> Iterator[None]:
        """One at a time with this upload, in whatever process: two clicks do not run side by side."""
        lock = os.open(self._of(token) / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def sent(self, token: str) -> UUID | None:
        """The submission of an upload that was sent already: a second click leads there."""
        try:
            return UUID((self._of(token) / "sent").read_text(encoding="ascii"))
        except FileNotFoundError:
            return None

    def finish(self, token: str, submission: UUID) -> None:
        """The upload has become a submission: the file goes, the note of it stays a day."""
        folder = self._of(token)
        (folder / "sent").write_text(str(submission), encoding="ascii")
        self.file(token).unlink(missing_ok=True)

    def discard(self, token: str) -> None:
        """Remove an upload wholly."""
        shutil.rmtree(self._of(token), ignore_errors=True)

    def sweep(self, clock: Clock) -> None:
        """Remove what nobody sent within a day."""
        if not self.folder.is_dir():
            return
        limit = (clock.now().at - KEPT).timestamp()
        for folder in self.folder.glob(f"{_PREFIX}*"):
            if folder.stat().st_mtime < limit:
                shutil.rmtree(folder, ignore_errors=True)

    def _of(self, token: str) -> Path:
        if not _TOKEN.fullmatch(token):
            raise _absent()
        return self.folder / f"{_PREFIX}{token}"


def _absent() -> UploadAbsentError:
    return UploadAbsentError(
        found="这次上传不存在、已经放弃，或者已满 24 小时",
        expected="24 小时内由同一账号上传的文件",
        todo="重新选择文件上传",
    )
