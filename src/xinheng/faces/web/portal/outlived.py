"""What a record's page says where the rule that its publicity rests on has since been repealed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from xinheng.judgement.publicity.model import PublicityRow

if TYPE_CHECKING:
    from xinheng.law.packs import Pack


def outlived(pack: Pack, row: PublicityRow, day: date) -> str | None:
    """That the instrument of the row's regime is no longer in force on `day`, what took its place, and what
    of that was not read; None where it is in force or the pack no longer has the regime. Pure."""
    given = row.decision
    regimes = (
        regime
        for ruling in pack.publicity.for_item(row.item)
        if ruling.channel == given.channel
        for regime in ruling.regimes
        if regime.id == given.regime
    )
    regime = next(regimes, None)
    if regime is None or regime.basis.instrument is None:
        return None
    old = pack.instruments[regime.basis.instrument]
    ended = old.effective.to if old.effective else None
    if ended is None or ended > day:
        return None
    told = f"这项规定自 {ended} 起失效，作出决定时有效；记录按作出决定当天有效的规定公示。"
    new = pack.instruments.get(old.repealed_by) if old.repealed_by else None
    if new is None:
        return told
    number = f"（{new.number}）" if new.number else ""
    unread = f"，其中：{new.note}" if new.note else ""
    return f"{told}现行的是《{new.title}》{number}{unread}。"
