"""The process in which DuckDB runs. Started as a file, isolated (`python -I`), so that it imports little.

It sets its own memory limit before DuckDB is loaded, then answers requests: frames of four length bytes and
JSON, in on standard input, out on a private copy of standard output. JSON, not pickle: what comes back was
computed from a stranger's file. When standard input ends, the parent is gone and so is this process.
"""

from __future__ import annotations

import json
import os
import queue
import resource
import struct
import sys
import threading
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, BinaryIO, cast
from uuid import UUID

FRAME_LIMIT = 256 * 1024 * 1024  # bytes; larger results belong in a file of the folder
STARTED_BADLY = 3  # exit status
BASE_MB = 256  # of address space that the interpreter, DuckDB and its threads' stacks take before any work

TAG = "$"


def to_wire(value: Any) -> Any:
    """A value as JSON can carry it; everything JSON does not know is a tagged pair."""
    match value:
        case None | bool() | int() | str():
            return value
        case float() | Decimal():
            return {TAG: type(value).__name__, "v": str(value)}
        case datetime() | date() | time():
            return {TAG: type(value).__name__, "v": value.isoformat()}
        case UUID():
            return {TAG: "UUID", "v": value.hex}
        case bytes() | bytearray() | memoryview():
            return {TAG: "bytes", "v": bytes(value).hex()}
        case list() | tuple():
            return [to_wire(v) for v in value]
        case dict():
            return {TAG: "dict", "v": [[to_wire(k), to_wire(v)] for k, v in value.items()]}
    raise TypeError(f"no wire form for {type(value).__name__}")


READERS: dict[str, Any] = {
    "float": float,
    "Decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "UUID": UUID,
    "bytes": bytes.fromhex,
    "dict": lambda pairs: {from_wire(k): from_wire(v) for k, v in pairs},
}


def from_wire(value: Any) -> Any:
    """What `to_wire` wrote; sequences come back as lists."""
    if isinstance(value, list):
        return [from_wire(v) for v in value]
    if isinstance(value, dict):
        return READERS[value[TAG]](value["v"])
    return value


def write_frame(stream: BinaryIO, message: Any) -> None:
    """Write one message."""
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    if len(body) > FRAME_LIMIT:
        raise ValueError("a result of this size belongs in a file")
    stream.write(struct.pack(">I", len(body)) + body)
    stream.flush()


def read_frame(stream: BinaryIO) -> Any:
    """Read one message; EOFError where the stream ends first."""
    head = stream.read(4)
    if len(head) < 4:
        raise EOFError
    size = struct.unpack(">I", head)[0]
    body = stream.read(size)
    if size > FRAME_LIMIT or len(body) < size:
        raise EOFError
    return json.loads(body)


def limit_memory(memory_mb: int) -> None:
    """A hard limit on private memory, beside DuckDB's own, which some functions pass (decision 14)."""
    limit = (memory_mb + memory_mb // 4 + BASE_MB) * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold what an agency sent


def open_database(options: dict[str, Any]) -> Any:
    """An empty in-memory database with everything set that needs no folder."""
    import duckdb

    return duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{options['memory_mb']}MB",
            "threads": options["threads"],
            "allow_community_extensions": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_persistent_secrets": "false",
            "python_enable_replacements": "false",
            # Otherwise a long IN becomes a join: evaluated for every row even behind a CASE that skips it,
            # and rows of a parallel scan come out in another order than they stand in the file.
            "disabled_optimizers": "in_clause",
        },
    )


def close_off(database: Any, folder: str, spill_mb: int, threads: int | None) -> None:
    """Confine it to `folder`, for good: what is read here decides no settings."""
    place = folder.replace("'", "''")
    os.chdir(folder)
    database.execute("set TimeZone = 'UTC'")
    database.execute(f"set temp_directory = '{place}/.spill'")
    # after the folder is set: DuckDB 2.0 shows a limit given before, and does not hold it
    database.execute(f"set max_temp_directory_size = '{spill_mb}MB'")
    database.execute(f"set allowed_directories = ['{place}/']")
    if threads is not None:
        database.execute(f"set threads = {int(threads)}")
    database.execute("set enable_external_access = false")
    database.execute("set lock_configuration = true")


def answer(database: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Run one request's statements and queries; never raises for what DuckDB says."""
    results = []
    statement = -1
    try:
        close_off(database, request["folder"], request["spill_mb"], request["threads"])
        for statement, (sql, params) in enumerate([*request["statements"], *request["queries"]]):
            values = {name: from_wire(value) for name, value in params.items()}
            done = database.execute(sql, values) if values else database.execute(sql)
            if statement >= len(request["statements"]):
                results.append([to_wire(row) for row in done.fetchall()])
    except MemoryError:
        return {"failed": "OutOfMemoryException", "text": "", "statement": statement}
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent decides what is said
        return {"failed": type(error).__name__, "text": str(error)[:2000], "statement": statement}
    return {"results": results}


def serve(options: dict[str, Any]) -> None:
    """Answer requests until the parent is gone. The next database is opened while nobody waits."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that DuckDB may print gets between the frames
    limit_memory(options["memory_mb"])
    requests: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    database = open_database(options)
    while True:
        request = requests.get()
        reply = answer(database, request)
        try:
            write_frame(out, reply)
        except ValueError as error:
            write_frame(out, {"failed": "ResultTooLarge", "text": str(error), "statement": None})
        database.close()
        database = open_database(options)


def _listen(requests: queue.SimpleQueue[dict[str, Any]]) -> None:
    """Reads on while a query runs, so that the end of the parent ends a long query too."""
    stream = cast(BinaryIO, sys.stdin.buffer)
    try:
        while True:
            requests.put(read_frame(stream))
    except (EOFError, ValueError, OSError):
        os._exit(0)


if __name__ == "__main__":
    try:
        serve(json.loads(sys.argv[1]))
    finally:
        os._exit(STARTED_BADLY)  # at once: the listening thread holds standard input
