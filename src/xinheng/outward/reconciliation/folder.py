"""An upper platform that is reached by files: a shared folder, or one on an SFTP server.

We write `outbox/`, read `inbox/`, and take away what we have used. A partner that may not have its files
deleted is served as well: what is read again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from xinheng.outward.reconciliation import formats
from xinheng.outward.reconciliation.formats import INBOX, MANIFEST, OUTBOX, Manifest, Unreadable
from xinheng.outward.reconciliation.partner import Answer, Broken, Outgoing, Sent, Snapshot, Waiting
from xinheng.outward.reconciliation.places import Place

RECEIPT, SNAPSHOT = "receipt", "snapshot"
DATA: Final = ".jsonl"


class FolderPartner:
    """The lower side of the folder exchange."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def send(self, outgoing: Outgoing) -> Sent:
        """Write the batch, then its manifest; written again, both are the same to the byte."""
        name = f"{outgoing.number:08d}-{outgoing.batch}{DATA}"
        content, rows = formats.written(formats.outgoing_rows(outgoing))
        batch = (outgoing.batch, outgoing.number, outgoing.item)
        kind = formats.KINDS[outgoing.act]
        described = formats.described(kind, name, content, rows, outgoing.made, batch)
        self._place.write(OUTBOX, name, content)
        self._place.write(OUTBOX, name + MANIFEST, described.as_json())
        return Sent(name)

    def answers(self, waiting: Sequence[Waiting]) -> Iterator[Answer | Broken]:
        """Every receipt in the inbox; about which batch is the rows' to say."""
        for name, of in self._manifests(RECEIPT):
            if isinstance(of, Broken):
                yield of
                continue
            try:
                said = tuple(formats.said_of(row) for row in self._rows(of))
            except Unreadable as wrong:
                yield Broken(name, str(wrong), of.batch)
                continue
            yield Answer(name, said)

    def applied(self, ref: str) -> None:
        """Take away a manifest and its data: the manifest first, so that none is left without."""
        self._place.remove(INBOX, ref)
        self._place.remove(INBOX, ref.removesuffix(MANIFEST))

    def snapshot(self, *, due: bool) -> Snapshot | Broken | None:
        """The newest list that is whole; what is older is taken away, whole or not. A partner by files makes
        lists when it likes."""
        manifests = list(self._manifests(SNAPSHOT))
        broken = next((of for _, of in manifests if isinstance(of, Broken)), None)
        found = [(of.made, name, of) for name, of in manifests if isinstance(of, Manifest)]
        found.sort(key=lambda each: each[:2])
        while found:
            made, name, of = found.pop()
            try:
                held = [formats.held_of(row) for row in self._rows(of)]
            except Unreadable as wrong:
                broken = Broken(name, str(wrong))
                continue
            for _, older, _ in found:
                self.applied(older)
            return Snapshot(name, made, iter(held))
        return broken

    def close(self) -> None:
        """Let go of the place."""
        self._place.close()

    def _manifests(self, kind: str) -> Iterator[tuple[str, Manifest | Broken]]:
        """Manifests of one kind. Which kind stands in the name too, so that others need not be read."""
        for name in self._place.names(INBOX):
            if not name.endswith(f".{kind}{DATA}{MANIFEST}"):
                continue
            content = self._place.read(INBOX, name)
            if content is None:
                continue
            try:
                of = formats.manifest(content)
                if of.kind != kind or of.file + MANIFEST != name:
                    raise Unreadable("清单与文件名不符")
                yield name, of
            except Unreadable as wrong:
                yield name, Broken(name, str(wrong))

    def _rows(self, of: Manifest) -> list[dict[str, object]]:
        content = self._place.read(INBOX, of.file)
        if content is None:
            raise Unreadable("清单写明的文件不在")
        return formats.lines(content, of)
