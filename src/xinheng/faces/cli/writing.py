"""What a command writes for its user: files whole, or not at all, and for the user alone; standard output."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def put_aside(file: Path) -> Iterator[BinaryIO]:
    """A file to write, which takes its name when the block ends well. Raises OSError before the block where
    nothing can be written there; after a failure nothing is left."""
    if file.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a directory", str(file))
    partial = file.with_name(f".{file.name[:200]}.{os.getpid()}.part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


def flush() -> None:
    """Send on what was written to standard output. Raises OSError where nothing takes it."""
    if sys.stdout is not None:  # closed by the caller
        sys.stdout.flush()


def give_up_output() -> None:
    """Let go of what standard output could not take: at its end the interpreter would try it once more, fail,
    and put an exit code of its own in place of ours."""
    try:
        flush()
    except OSError:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
