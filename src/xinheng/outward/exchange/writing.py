"""The file of a batch: JSON lines in a private folder of the incoming area, until the batch is done.

It may hold rows about natural persons, as any upload does on its way in; it goes as uploads go (decision 11).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from xinheng.evidence.intake.model import Limits
from xinheng.outward.exchange.errors import ExchangeBusy
from xinheng.outward.exchange.model import Exchange, Row

FOLDER = "exchange"
MOST_VALUE = Limits().cell_chars
MOST_LINE = 4 * MOST_VALUE  # half of what the intake reads as one line


@dataclass(frozen=True)
class Written:
    """What was written: the rows of the batch in its order, and the digest of the file."""

    rows: tuple[Row, ...]
    sha256: str

    @property
    def refused(self) -> int:
        return sum(row.fault is not None for row in self.rows)


def folder_of(incoming: Path) -> Path:
    """The private folder, made where it is missing."""
    incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = incoming / FOLDER
    folder.mkdir(exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    return folder


def file_of(incoming: Path, batch: UUID) -> Path:
    """Where the content of a batch stands."""
    return folder_of(incoming) / f"{batch}.jsonl"


@contextmanager
def alone(incoming: Path, exchange: Exchange) -> Iterator[None]:
    """Nobody else runs this exchange meanwhile; a killed process lets go by itself. Raises ExchangeBusy."""
    lock = os.open(folder_of(incoming) / f"{exchange.exchange}.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise ExchangeBusy(
            found="另一个进程正在运行这项交换",
            expected="同一项交换一次只运行一个",
            todo="等它结束；用 xinheng exchange status 查看进度",
            where=exchange.name,
        ) from None
    finally:
        os.close(lock)


def write(
    path: Path, headers: tuple[str, ...], given: Iterable[tuple[str, tuple[str | None, ...]]]
) -> Written:
    """Write a batch, 0600, wholly or not at all.

    The first line names every column, so that the receipt does; later ones leave out what is empty.
    """
    partial = path.with_suffix(".part")
    with suppress(FileNotFoundError):
        partial.unlink()
    digest, rows, line = hashlib.sha256(), [], 0
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for place, (row_id, values) in enumerate(given, start=1):
            text = (
                None
                if any(len(v) > MOST_VALUE for v in values if v)
                else _line(headers, values, first=not line)
            )
            if text is None or len(text) > MOST_LINE:
                rows.append(Row(place, row_id, None, "too_long"))
                continue
            line += 1
            rows.append(Row(place, row_id, line))
            content = text.encode("utf-8", "surrogatepass") + b"\n"
            digest.update(content)
            file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    return Written(tuple(rows), digest.hexdigest())


def _line(headers: tuple[str, ...], values: tuple[str | None, ...], *, first: bool) -> str:
    pairs = zip(headers, values, strict=True)
    return json.dumps({h: v for h, v in pairs if first or v not in (None, "")}, ensure_ascii=False)


def is_whole(path: Path, sha256: str | None) -> bool:
    """Whether the file is there as it was written."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False
