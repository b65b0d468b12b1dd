"""Running bulk SQL in a child process.

`Engine.run` starts a child for each call. Used as a context manager, the engine keeps up to two of them warm
for further runs: one works ahead while the other answers. Each call sees an empty database; its files are in
`folder`, and nothing outside `folder` can be read or written.
"""

from __future__ import annotations

import json
import logging
import re
import select
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any, BinaryIO, cast

from xinheng.ground.engine import child
from xinheng.ground.engine.errors import EngineFailed, EngineOutOfMemory, EngineTimeout

Sql = str | tuple[str, Mapping[str, Any]]
"""SQL text, or text with named parameters (`$name`)."""

MEMORY = {"OutOfMemoryException", "MemoryError"}
RUNS_PER_CHILD = 1000  # then a fresh one: whatever leaks, leaks little
WARM = 2  # children kept: while a long submission seals in one, its cases and other submissions ask the other

log = logging.getLogger("xinheng.engine")


def quoted(text: str | Path) -> str:
    """`text` as a SQL string literal, for places that take no parameter (`COPY … TO`)."""
    return "'" + str(text).replace("'", "''") + "'"


class Engine:
    """DuckDB behind a wall. `memory_mb` is for DuckDB; the process may take a quarter and 256 MB more.

    `seconds` bounds one run, `spill_mb` its temporary files.
    """

    def __init__(
        self, memory_mb: int = 800, threads: int = 2, *, seconds: float = 900.0, spill_mb: int = 16_384
    ) -> None:
        self._options = {"memory_mb": memory_mb, "threads": threads, "spill_mb": spill_mb}
        self._seconds = seconds
        self._warm: list[_Child] = []  # those that nobody asks anything at the moment
        self._keep = False
        self._deciding = threading.Lock()

    def __enter__(self) -> Engine:
        self._keep = True  # a child is started by the first run: many an opened house asks nothing
        return self

    def __exit__(self, *_: object) -> None:
        with self._deciding:
            self._keep = False
            idle, self._warm = self._warm, []
        for each in idle:
            each.end()

    def run(
        self,
        folder: Path,
        statements: Sequence[Sql],
        queries: Sequence[Sql] = (),
        *,
        threads: int | None = None,
    ) -> list[list[tuple[Any, ...]]]:
        """Run `statements` in order, then `queries`; the rows of each query.

        `threads`: fewer than the engine has, for work beside other work, which costs less and holds less so.

        Paths in SQL are absolute and inside `folder`. A result holds no TIMESTAMPTZ (cast it to
        text). Large results are written to files of the folder by a statement (`COPY … TO`), not returned.
        Raises EngineFailed, EngineOutOfMemory, EngineTimeout.
        """
        request = {
            "folder": str(folder.resolve(strict=True)),
            "spill_mb": self._options["spill_mb"],
            "threads": threads,
            "statements": [_wired(s) for s in statements],
            "queries": [_wired(q) for q in queries],
        }
        try:
            reply = self._ask(request)
        finally:
            shutil.rmtree(folder / ".spill", ignore_errors=True)
        if "failed" in reply:
            raise self._refusal(reply)
        return [[tuple(child.from_wire(row)) for row in rows] for rows in reply["results"]]

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        asked = self._taken() or _Child(self._options)
        kept = False
        try:
            reply = asked.ask(request, self._seconds)
            kept = reply.get("failed") not in MEMORY and asked.fit() and self._given_back(asked)
        finally:
            if not kept:
                asked.end()
        return reply

    def _taken(self) -> _Child | None:
        """An idle child that still lives: the one used last, so that a second comes only where needed."""
        with self._deciding:
            while self._warm:
                if (found := self._warm.pop()).fit():
                    return found
                found.end()
        return None

    def _given_back(self, asked: _Child) -> bool:
        with self._deciding:
            if not self._keep or len(self._warm) >= WARM:
                return False
            self._warm.append(asked)
            return True

    def _refusal(self, reply: dict[str, Any]) -> EngineFailed | EngineOutOfMemory:
        statement = reply.get("statement")
        log.warning(
            "engine: %s in statement %s: %s", reply["failed"], statement, without_values(reply["text"])
        )
        if reply["failed"] in MEMORY:
            return EngineOutOfMemory(self._options["memory_mb"])
        return EngineFailed(reply["failed"], statement if isinstance(statement, int) else None)


def without_values(text: str) -> str:
    """DuckDB's text without what was sent: no log holds it (decision 11).

    The first line alone, since from the second on whole rows may stand (Original Line: …); in it, quoted
    values and long numbers are blotted out.
    """
    return re.sub(r"""'[^']*'|"[^"]*"|\d{6,}""", "■", text.partition("\n")[0])


def _wired(sql: Sql) -> list[Any]:
    text, params = (sql, {}) if isinstance(sql, str) else sql
    return [text, {name: child.to_wire(value) for name, value in params.items()}]


class _Child:
    """One child process: asked one thing at a time."""

    def __init__(self, options: Mapping[str, int]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", child.__file__, json.dumps(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # two arenas: each thread's own would count against the limit without being used
            env={"MALLOC_ARENA_MAX": "2", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            start_new_session=True,  # Ctrl-C is the parent's to handle
        )
        self._runs = 0

    def fit(self) -> bool:
        return self._process.poll() is None and self._runs < RUNS_PER_CHILD

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        self._runs += 1
        source = cast(BinaryIO, self._process.stdout)
        try:
            child.write_frame(cast(BinaryIO, self._process.stdin), request)
            self._await(source, seconds)
            return cast(dict[str, Any], child.read_frame(source))
        except (EOFError, BrokenPipeError):
            # killed by the limit or by the system's own memory guard: DuckDB could not say so any more
            ended = self._process.wait()
            log.warning("engine: the process ended with %s", ended)
            reason = "OutOfMemoryException" if ended < 0 else "ProcessEnded"
            return {"failed": reason, "text": f"process ended with {ended}", "statement": None}

    def _await(self, source: BinaryIO, seconds: float) -> None:
        until = monotonic() + seconds
        while not select.select([source], [], [], max(0.0, until - monotonic()))[0]:
            if monotonic() >= until:
                raise EngineTimeout(seconds)

    def end(self) -> None:
        """Stop it now; it holds nothing that must be saved."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                cast(BinaryIO, stream).close()
