"""信用信息公开比例: of what is to be shown, how much is shown on a day, and why the rest is not.

The ratio's definition was not read anywhere (the document that sets 90 % and 100 % gives none); ours is
inferred and says so: *published ÷ publishable*. Publishable is a current record whose item and own marks say
公示, and which no rule of publicity lets expire or keeps back; published is one that is shown in its channel
that day. So an expired term, an early end and a rule that keeps it back count against nobody; a rule that is
missing or was not read does, and is named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from xinheng.evidence.ledger import sourced
from xinheng.ground.store.transaction import Transaction
from xinheng.judgement.publicity import store
from xinheng.judgement.publicity.model import Status
from xinheng.law.kinds import CREDIT_SITE

FIGURE: Final = "信用信息公开比例"
HOW: Final = (
    "本期决定的记录中，期末日公示中的 ÷ 应公示的（目录标为公示、未依规则到期、终止或不公示的现行记录）；"
    "口径为推算，未见公文写明"
)
NONE_DECIDED: Final = "没有公示决定"
# Lawfully not shown: these are not publishable that day.
LAWFUL: Final = frozenset({Status.EXPIRED.value, Status.ENDED.value, Status.NOT_SHOWN.value})


@dataclass(frozen=True)
class Openness:
    """Records of one source and item that bear the mark 公示, by where they stand that day."""

    source: UUID
    item: str
    by: Mapping[str, int]  # Status, or NONE_DECIDED -> how many

    @property
    def published(self) -> int:
        """How many are shown."""
        return self.by.get(Status.SHOWN.value, 0)

    @property
    def publishable(self) -> int:
        """How many there are to show: all but those that are lawfully not shown."""
        return sum(n for state, n in self.by.items() if state not in LAWFUL)

    @property
    def withheld(self) -> Mapping[str, int]:
        """Why the others are not shown, lawful reasons included."""
        return {state: n for state, n in sorted(self.by.items()) if state != Status.SHOWN.value and n}


def openness(
    tx: Transaction,
    sources: Collection[UUID],
    items: Collection[str],
    day: date,
    decided: tuple[date, date] = (date.min, date.max),
) -> tuple[Openness, ...]:
    """By source and item: what is shown on `day` of what these sources sent and was decided in that span
    (half-open). Speaks of the records as they stand now; a past day's answer is not kept anywhere."""
    found: dict[tuple[UUID, str], Counter[str]] = {}
    for page in sourced.pages(tx, sources, items, *decided):
        marked = [row for row in page if row.shown_mark]
        standing = store.standings(tx, [row.record for row in marked], CREDIT_SITE, day)
        for row in marked:
            counter = found.setdefault((row.source, row.item), Counter())
            counter[standing.get(row.record, NONE_DECIDED)] += 1
    return tuple(
        Openness(source, item, dict(counter))
        for (source, item), counter in sorted(found.items(), key=lambda pair: (str(pair[0][0]), pair[0][1]))
    )
