"""How much memory a piece of work took: this process and all its children, looked at ten times a second."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Peak:
    """Resident megabytes at the highest, shared pages counted once where the system says how (Pss)."""

    mb: int = 0


@contextmanager
def peak(*also: int) -> Iterator[Peak]:
    """Watch the tree below this process, and the trees below `also` (process ids)."""
    seen, ended = Peak(), threading.Event()

    def watch() -> None:
        while not ended.wait(0.1):
            seen.mb = max(seen.mb, sum(_size(p) for p in _tree(also)) // 1024)

    also = (os.getpid(), *also)
    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def _tree(roots: tuple[int, ...]) -> set[int]:
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    found, waiting = set[int](), list(roots)
    while waiting:
        process = waiting.pop()
        found.add(process)
        waiting.extend(c for c in children.get(process, ()) if c not in found)
    return found


def _size(process: int) -> int:
    """Kilobytes."""
    try:
        lines = (Path("/proc") / str(process) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
