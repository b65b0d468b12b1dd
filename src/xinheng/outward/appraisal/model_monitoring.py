"""The self-check of the city monitoring as values, and its package for reporting up. Pure."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from xinheng.core import canonical
from xinheng.law.city_monitoring import Monitored, MonitoringTable
from xinheng.law.scorecards import Reading

GAP: Final = "monitoring_gap"  # kind of the case
FORMAT: Final = "xinheng/monitoring-package/1"
WORDS: Final = 400
_FIXED: Final = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold: the same content, the same bytes


class State(StrEnum):
    """What was found of an indicator."""

    MET = "met"  # 已达到
    GAP = "gap"  # 有差距
    UNKNOWN = "unknown"  # 未核


STATES: Final[Mapping[State, str]] = MappingProxyType(
    {State.MET: "已达到", State.GAP: "有差距", State.UNKNOWN: "未核"}
)


@dataclass(frozen=True)
class Check:
    """What was entered about an indicator; the latest holds."""

    edition: str
    indicator: str
    state: State
    gap: str
    owner: UUID | None
    due_on: date | None
    at: datetime
    by: str


@dataclass(frozen=True)
class Proof:
    """佐证材料 of an indicator: a kept attachment, and what it shows."""

    edition: str
    indicator: str
    digest: str
    name: str
    what: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Rank:
    """The place in a month's national ranking, as somebody read it; `of` None: the source does not say."""

    month: date
    place: int
    of: int | None
    source: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Figure:
    """A figure of the platform that bears on an indicator."""

    name: str
    reading: Reading
    how: str


@dataclass(frozen=True)
class Standing:
    """An indicator with everything that is known of it."""

    group: str
    indicator: Monitored
    figures: tuple[Figure, ...]
    check: Check | None
    proofs: tuple[Proof, ...]

    @property
    def state(self) -> State:
        """What was found; unknown until somebody says."""
        return self.check.state if self.check else State.UNKNOWN


def window(day: date, months: int) -> tuple[date, date]:
    """The last `months` whole months before a day, half-open."""
    end = day.replace(day=1)
    year, month = divmod(end.year * 12 + end.month - 1 - months, 12)
    return date(year, month + 1, 1), end


def package(
    table: MonitoringTable,
    standings: Sequence[Standing],
    ranks: Sequence[Rank],
    said: Mapping[str, Any],
    read: Callable[[str], bytes],
) -> bytes:
    """A zip with `index.json`, `index.csv` and the proofs by indicator: the same content, the same bytes.

    `said`: the head's name, the window and owners by id, as text. `read`: a proof's content by digest; it
    raises where one is missing or no longer what it was.
    """
    index: list[dict[str, Any]] = []
    contents: list[tuple[str, bytes]] = []
    for one in standings:
        own: list[dict[str, str]] = []
        for number, proof in enumerate(sorted(one.proofs, key=lambda p: (p.at, p.digest)), 1):
            path = f"佐证/{one.indicator.id}/{number:02d}-{proof.name}"
            own.append({"path": path, "sha256": proof.digest, "name": proof.name, "what": proof.what})
            contents.append((path, read(proof.digest)))
        index.append(_entry(one, own, said["owners"]))
    told = {
        "format": FORMAT,
        "edition": table.name,
        "unread": table.unread,
        "place": said["place"],
        "from": said["from"],
        "to": said["to"],
        "indicators": index,
        "ranks": [
            {"month": f"{r.month:%Y-%m}", "place": r.place, "of": r.of, "source": r.source} for r in ranks
        ],
    }
    files = [("index.json", canonical.dumps(told).encode()), ("index.csv", _csv(index)), *contents]
    return _zip(files)


def _entry(one: Standing, files: list[dict[str, str]], owners: Mapping[str, str]) -> dict[str, Any]:
    check = one.check
    return {
        "group": one.group,
        "id": one.indicator.id,
        "name": one.indicator.name,
        "points": f"{one.indicator.points:f}",
        "reach": one.indicator.reach,
        "note": one.indicator.note,
        "state": STATES[one.state],
        "gap": check.gap if check else "",
        "owner": owners.get(str(check.owner), "") if check else "",
        "figures": [
            {
                "name": f.name,
                "value": None if f.reading.value is None else f"{f.reading.value:f}",
                "unit": f.reading.unit,
                "part": f.reading.part,
                "whole": f.reading.whole,
                "reason": f.reading.reason,
            }
            for f in one.figures
        ],
        "files": files,
    }


def _csv(index: Sequence[Mapping[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["一级指标", "二级指标", "分值", "自查", "差距", "责任单位", "平台的数", "佐证"])
    for each in index:
        figures = "；".join(
            f"{f['name']} {f['value'] or f['reason'] or '—'}{f['unit']}" for f in each["figures"]
        )
        files = "；".join(f["path"] for f in each["files"])
        row = [each["group"], each["name"], each["points"], each["state"], each["gap"], each["owner"]]
        writer.writerow([f"'{c}" if c[:1] in ("=", "+", "-", "@") else c for c in [*row, figures, files]])
    return text.getvalue().encode("utf-8-sig")


def _zip(files: Sequence[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for path, content in files:
            entry = zipfile.ZipInfo(path, _FIXED)
            entry.create_system = 3
            entry.external_attr = 0o600 << 16
            packed.writestr(entry, content)
    return out.getvalue()
