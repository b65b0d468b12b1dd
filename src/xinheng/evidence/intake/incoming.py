"""The home's incoming area: private folders for submissions in flight, and hand-on files (decision 11).

A submission works in a folder of its own, 0700, under an advisory lock; whatever a killed process left is
swept by the next one, since its lock is free. Rows about natural persons are handed back in one file a
receipt, kept here at most 24 hours and given out once.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from xinheng.core.errors import Kind, XinhengError
from xinheng.core.times import Clock

KEPT = timedelta(hours=24)
_WORK, _PERSONS = "work-", "persons-"


class HandedOnError(XinhengError):
    """The hand-on file is gone: fetched before, older than a day, or never made."""

    code = "XH722"
    kind = Kind.ABSENT
    title = "没有可取的转交文件"


@dataclass(frozen=True)
class Incoming:
    """`folder` belongs to the application's user alone."""

    folder: Path

    def prepare(self) -> None:
        """Make the area where it is missing, and close it to everybody else."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.chmod(0o700)

    @contextmanager
    def work(self) -> Iterator[Path]:
        """A private folder for one submission; gone afterwards, whatever happens."""
        self.prepare()
        # under the sweepers' lock: between making a folder and locking it, it looks like one that was left
        with self._alone():
            folder = Path(tempfile.mkdtemp(prefix=_WORK, dir=self.folder))
            lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)

    def sweep(self, clock: Clock) -> None:
        """Remove what killed submissions left, and hand-on files older than a day."""
        if not self.folder.is_dir():
            return
        with self._alone():
            for folder in self.folder.glob(f"{_WORK}*"):
                _remove_if_left(folder)
        limit = (clock.now().at - KEPT).timestamp()
        for file in self.folder.glob(f"{_PERSONS}*"):
            with suppress(FileNotFoundError):
                if file.stat().st_mtime < limit:
                    file.unlink()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else makes or sweeps work folders meanwhile: in this process or another."""
        lock = os.open(self.folder / "sweeping.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def persons_file(self, receipt: UUID) -> Path:
        """Where a receipt's hand-on file stands while it is there."""
        return self.folder / f"{_PERSONS}{receipt}.csv"

    def offer(self, made: Path, receipt: UUID, clock: Clock) -> None:
        """Put a hand-on file out, to be taken once. Its age counts from the clock's present."""
        target = self.persons_file(receipt)
        made.chmod(0o600)
        stamp = clock.now().at.timestamp()
        os.utime(made, (stamp, stamp))
        made.replace(target)

    def take(self, receipt: UUID, clock: Clock) -> bytes:
        """The hand-on file of a receipt, which is gone from here afterwards. Raises HandedOnError."""
        self.sweep(clock)
        offered = self.persons_file(receipt)
        # renaming first: of two who ask at once, one gets it
        taken = offered.with_suffix(f".taken-{os.getpid()}")
        try:
            offered.rename(taken)
        except FileNotFoundError:
            raise HandedOnError(
                found="转交文件已被取走、已满24小时或本回执没有自然人的行",
                expected="收到回执后24小时内取一次",
                todo="需要时请从原始文件中找出这些行（行号见回执）",
                where=str(receipt),
            ) from None
        content = taken.read_bytes()
        taken.unlink()
        return content


def _remove_if_left(folder: Path) -> None:
    """Remove a work folder whose lock nobody holds."""
    try:
        lock = os.open(folder / "lock", os.O_RDWR)
    except FileNotFoundError:
        # about to make its lock, or killed before it did: nothing is in it yet
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    else:
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)
