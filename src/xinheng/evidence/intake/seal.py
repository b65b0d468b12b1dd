"""From rows to events: payloads, commitments, entries, and the parts of a ledger batch.

The engine writes wide files, `sealed-<n>.parquet`, row by row in log order, each while the one before it is
loaded; what is hashed of them stands in `hashed-<n>.arrow`, in the same order. The parts of a batch are
columns of both, turned into Arrow piece by piece.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa

from xinheng.evidence.intake import acts, sealed
from xinheng.evidence.intake.seal_statements import Sender, seal_statements
from xinheng.evidence.intake.sealed import Sealed
from xinheng.evidence.intake.split import Split
from xinheng.ground.engine import Engine


@dataclass(frozen=True)
class Sealing:
    """What is sealed: the rows of a submission that become events."""

    engine: Engine
    split: Split
    sender: Sender
    lines: pa.Array  # int32, ascending
    due: Mapping[date, date | None]  # day of decision -> last day on time

    @contextmanager
    def pieces(
        self, besides: Sequence[str] = (), then: Callable[[Sealed], None] = lambda piece: None
    ) -> Iterator[Iterator[Sealed]]:
        """The rows in pieces: the next is sealed while one is loaded.

        `besides`: statements that have run when this yields; `then`: done with each piece of several once it
        is sealed, in the thread that seals. Where the context is left early, nothing more is sealed. Raises
        EngineFailed and its kin, and so does taking a piece.
        """
        if len(self.lines) <= acts.CHUNK:  # nothing to work ahead of
            if len(self.lines):
                yield iter([self._sealed(0, besides)])
            else:
                self.engine.run(self.split.staged.folder, besides)
                yield iter(())
            return
        self.engine.run(self.split.staged.folder, besides)  # not beside: a second child would hold as much

        def made(place: int) -> Sealed:
            piece = self._sealed(place)
            then(piece)
            return piece

        with ThreadPoolExecutor(1, "sealing") as ahead:
            places = range(-(-len(self.lines) // acts.CHUNK))
            pieces = [ahead.submit(made, place) for place in places]
            try:
                yield (piece.result() for piece in pieces)
            finally:
                for each in pieces:
                    each.cancel()

    def _threads(self) -> int | None:
        """Beside a load two threads would only wait for each other, and cost a quarter more."""
        return 1 if len(self.lines) > acts.CHUNK else None

    def _sealed(self, place: int, besides: Sequence[str] = ()) -> Sealed:
        folder, item = self.split.staged.folder, self.split.item
        own = self.lines[place * acts.CHUNK : (place + 1) * acts.CHUNK]
        statements = seal_statements(self.split, self.sender, place, (own[0].as_py(), own[-1].as_py()))
        self.engine.run(folder, [*besides, *statements], threads=self._threads())
        piece = sealed.hashed(folder, item.id, self.sender, place, self.split.macs, self.due)
        left_out = {f.code for f in item.fields if not f.dropped and f.code not in self.sender.read}
        return replace(piece, left_out=frozenset(left_out))
