"""The layout of a home: where what lies, and who may enter."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from xinheng.core.reasons import said_in_chinese
from xinheng.core.times import Known
from xinheng.faces.app.errors import (
    HomeNotWritable,
    HomeOfAnotherVersion,
    HomeTaken,
    NoHome,
)

MARKER = "xinheng.json"
FORMAT = 1
# Private folders are for the application's account alone; `log` is made to be published.
PRIVATE = ("keys", "incoming", "receipts", "attachments")
OPEN = ("log", "packs", "db")


@dataclass(frozen=True)
class Home:
    """Paths of one home. Nothing is read or made until asked for."""

    root: Path

    @property
    def db(self) -> Path:
        """The embedded server: cluster, password, log (`Server(folder)`)."""
        return self.root / "db"

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def log(self) -> Path:
        """Tiles and checkpoints, as they are published."""
        return self.root / "log"

    @property
    def incoming(self) -> Path:
        """Uploads on their way in; gone when the receipt is written (decision 11)."""
        return self.root / "incoming"

    @property
    def packs(self) -> Path:
        """Packs of this home, overlaying the shipped ones (decision 17)."""
        return self.root / "packs"

    @property
    def receipts(self) -> Path:
        return self.root / "receipts"

    @property
    def attachments(self) -> Path:
        """What agencies and offices hand in as proof, by the digest of its content."""
        return self.root / "attachments"

    @property
    def debug_log(self) -> Path:
        """Where tracebacks go with XINHENG_DEBUG."""
        return self.root / "debug.log"

    def exists(self) -> bool:
        """Whether `init` came to its end here."""
        return (self.root / MARKER).is_file()

    def require(self) -> None:
        """Raise NoHome where there is none, HomeOfAnotherVersion where this program cannot use it."""
        if not self.exists():
            raise NoHome(str(self.root))
        self.require_format()

    def require_format(self) -> None:
        """That the home, where there is one, is laid out as this program knows it.

        Raises HomeOfAnotherVersion.
        """
        marker = self.root / MARKER
        try:
            said = json.loads(marker.read_bytes())
            found = said.get("format") if isinstance(said, dict) else None
        except FileNotFoundError:
            return
        except ValueError:
            found = None
        if found != FORMAT:
            what = f"格式 {found}" if isinstance(found, int) else "读不出格式"
            raise HomeOfAnotherVersion(what, f"格式 {FORMAT}", str(marker))

    def prepare(self) -> None:
        """Make the folders; one with other things in it is left alone.

        Raises HomeTaken, HomeNotWritable, HomeOfAnotherVersion.
        """
        try:
            self.require_format()
            self.root.mkdir(parents=True, exist_ok=True)
            strangers = {p.name for p in self.root.iterdir()} - {
                *PRIVATE,
                *OPEN,
                MARKER,
                "debug.log",
                "init.lock",
                "demo",  # made before the home, so that a demo killed midway knows its own
            }
            if strangers and not self.exists() and not self.keys.is_dir():
                raise HomeTaken(f"目录中有其他内容：{min(strangers)}", "换一个空目录", str(self.root))
            # passable, not listable: the database's account must reach its folder and nothing else
            self.root.chmod(0o711)
            for name in PRIVATE:
                (self.root / name).mkdir(exist_ok=True)
                (self.root / name).chmod(0o700)
            for name in OPEN:
                (self.root / name).mkdir(exist_ok=True)
        except OSError as error:
            raise HomeNotWritable(str(self.root), said_in_chinese(error)) from error

    def mark(self, made: Known) -> None:
        """Note that the home is whole; written at the very end of `init`."""
        aside = self.root / f"{MARKER}.new"
        aside.write_text(json.dumps({"format": FORMAT, "made": made.isoformat()}) + "\n", encoding="ascii")
        aside.rename(self.root / MARKER)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else initialises or restores this home meanwhile. Raises HomeTaken, HomeNotWritable."""
        try:
            lock = os.open(self.root / "init.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise HomeNotWritable(str(self.root), said_in_chinese(error)) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise HomeTaken("另一个命令正在准备这个目录", "等它结束后重试", str(self.root)) from error
        finally:
            os.close(lock)
