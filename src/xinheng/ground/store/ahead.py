"""Making the next rows of a load while the server takes in those before."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

DEPTH = 1  # batches that wait, besides the one that is being made and the one that is sent
PATIENCE = 0.1  # seconds after which a maker that waits looks whether anybody reads still


class _Maker(threading.Thread):
    """Takes batches from a reader and puts them where another thread finds them; at the end None, or what
    went wrong."""

    def __init__(self, rows: pa.RecordBatchReader) -> None:
        super().__init__(name="rows-ahead", daemon=True)
        self._rows = rows
        self._made: queue.Queue[Any] = queue.Queue(DEPTH)
        self.left = threading.Event()

    def run(self) -> None:
        try:
            for batch in self._rows:
                self._put(batch)
                if self.left.is_set():
                    return
            self._put(None)
        except BaseException as error:  # noqa: BLE001 - it is the reader's to meet
            self._put(error)

    def _put(self, one: object) -> None:
        while not self.left.is_set():
            try:
                self._made.put(one, timeout=PATIENCE)
            except queue.Full:
                continue
            return

    def batches(self) -> Iterator[pa.RecordBatch]:
        while (one := self._made.get()) is not None:
            if isinstance(one, BaseException):
                raise one
            yield one


@contextmanager
def ahead(rows: pa.RecordBatchReader) -> Iterator[pa.RecordBatchReader]:
    """The same rows, made in a thread of their own. What that raises is raised where they are read; where the
    context is left early, nothing more is made."""
    maker = _Maker(rows)
    maker.start()
    try:
        yield pa.RecordBatchReader.from_batches(rows.schema, maker.batches())
    finally:
        maker.left.set()
        maker.join()
