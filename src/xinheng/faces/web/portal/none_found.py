"""What an empty section of an organisation's page is worth, in words; worked out once a minute."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta
from typing import Final

from xinheng.core.times import Clock
from xinheng.evidence.completeness import service
from xinheng.evidence.completeness.model import NoneFound
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack

FRESH: Final = timedelta(minutes=1)
BACK: Final = timedelta(days=5 * 366)  # how far back the page looks for an unbroken run of months


class Statements:
    """The worth of an empty answer by item, kept for a minute: it changes when a source declares or sends."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, date, str], tuple[datetime, NoneFound]] = {}
        self._lock = threading.Lock()

    def of(self, tx: Transaction, pack: Pack, item: str, day: date, clock: Clock) -> NoneFound:
        """What finding nothing about an item means today."""
        now, key = clock.now().at, (item, day, pack.digest)
        with self._lock:
            found = self._kept.get(key)
        if found is not None and now - found[0] < FRESH:
            return found[1]
        said = service.statement(tx, pack, item, day - BACK, day)
        with self._lock:
            if key not in self._kept and len(self._kept) > len(pack.items):
                self._kept.clear()  # another day or another pack
            self._kept[key] = (now, said)
        return said


def sentence(found: NoneFound) -> str:
    """The same in Chinese. It never says that there is nothing: what is no longer shown was there, too."""
    if not found.feeds:
        return "哪些单位应当报送这一事项还没有登记：查不到不等于没有。"
    if found.since is None or found.until is None:
        if found.broken:
            return (
                f"应报送的 {found.feeds} 项归集责任中，有 {len(found.broken)} 项最近一个月的数据不完整："
                "查不到不等于没有。"
            )
        return f"应报送的 {found.feeds} 项归集责任还没有申报过完整性：查不到不等于没有。"
    return (
        f"{found.since:%Y-%m} 至 {found.until:%Y-%m}，应报送的 {found.feeds} 项归集责任都已申报完整："
        "这期间作出、现在依法公示的，都在这里。"
    )
