"""Records that are collected and not shown (简易程序 among them): their numbers, from the records."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from xinheng.core import canonical
from xinheng.ground.store.transaction import Row, Transaction

_FROM = """from records r join contents c on c.event = r.event
where not r.shown_mark and r.state = 'current' and r.document is not null
  and r.item = any(%(items)s::text[])
  and (%(sources)s::uuid[] is null or r.source = any(%(sources)s::uuid[]))
  and exists (select from unnest(%(said)s::text[]) as s (text)
              where position(s.text in concat(c.public, c.shared, c.authorised)) > 0)"""


def numbers(
    tx: Transaction,
    sources: Collection[UUID] | None,
    said: Mapping[str, tuple[str, str]],
    page: tuple[int, int],
) -> list[Row]:
    """(source, item, document, decided_on) of current records with the mark “not shown” that say so.

    `said`: item -> (field code, value); `page`: limit and offset.
    """
    return tx.fetch(
        f"""select r.source, r.item, r.document, r.decided_on {_FROM}
            order by r.item, r.decided_on desc, r.record limit %(limit)s offset %(offset)s""",
        {**_asked(sources, said), "limit": page[0], "offset": page[1]},
    )


def count(tx: Transaction, sources: Collection[UUID] | None, said: Mapping[str, tuple[str, str]]) -> int:
    """How many there are."""
    return int(tx.fetch(f"select count(*) {_FROM}", _asked(sources, said))[0][0])


def _asked(sources: Collection[UUID] | None, said: Mapping[str, tuple[str, str]]) -> dict[str, object]:
    # contents are canonical JSON: a field that says this value stands there in exactly these characters
    texts = {canonical.dumps({field: value})[1:-1] for field, value in said.values()}
    return {
        "sources": None if sources is None else list(sources),
        "items": list(said),
        "said": sorted(texts),
    }
