"""Drawing a sample that anyone can draw again. Pure; described in docs/appraisal.md, done anew by a script
that shares no line with this one (docs/redraw_sample.py).

The frame's text is published first, with the rule by which the seed will come about later; its SHA-256 goes
into every draw, so a frame changed afterwards gives another sample. Nobody can choose the seed without
choosing the public value, and nobody can choose the sample without choosing the seed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from xinheng.core import canonical
from xinheng.core.times import Known

FRAME_FORMAT: Final = "xinheng/frame/1"
SAMPLE_FORMAT: Final = "xinheng/sample/1"
DRAW: Final = "xinheng/draw/1"


@dataclass(frozen=True)
class Unit:
    """One record that may be drawn: its id and the stratum (agency, item) it lies in."""

    record: str
    agency: str  # code
    item: str


@dataclass(frozen=True)
class Design:
    """What is fixed before the seed: how many of each stratum, and which public value will be the seed."""

    name: str
    from_on: date
    to_on: date
    known: datetime
    least: int  # of each stratum, or all of it where it has fewer
    percent: int  # of each stratum, rounded up, where that is more
    seed_rule: str
    seed_on: date


def frame_text(design: Design, units: Sequence[Unit]) -> bytes:
    """The canonical text of a frame, records in the order of their ids."""
    return canonical.dumps(
        {
            "format": FRAME_FORMAT,
            "name": design.name,
            "from": design.from_on.isoformat(),
            "to": design.to_on.isoformat(),
            "known": Known(design.known).isoformat(),
            "least": design.least,
            "percent": design.percent,
            "seed_rule": design.seed_rule,
            "seed_on": design.seed_on.isoformat(),
            "records": [[u.record, u.agency, u.item] for u in sorted(units, key=lambda u: u.record)],
        }
    ).encode()


def units_of(frame: bytes) -> tuple[Unit, ...]:
    """The records of a frame."""
    return tuple(Unit(*each) for each in json.loads(frame)["records"])


def wanted(size: int, least: int, percent: int) -> int:
    """How many of a stratum of `size` are drawn."""
    return min(size, max(least, -(-size * percent // 100)))


def draw(frame: bytes, seed: str) -> bytes:
    """The canonical text of the sample: in each stratum the records whose hashes come first.

    The hash of a record is SHA-256 over the UTF-8 text of `xinheng/draw/1`, the frame's digest, the seed and
    the record's id, one a line. Hashes of different records are as good as random and independent, so every
    subset of a stratum of that size is as likely as any other.
    """
    told: dict[str, Any] = json.loads(frame)
    digest = hashlib.sha256(frame).hexdigest()
    strata: dict[tuple[str, str], list[str]] = {}
    for record, agency, item in told["records"]:
        strata.setdefault((agency, item), []).append(record)
    lines: list[dict[str, Any]] = []
    for (agency, item), records in sorted(strata.items()):
        order = sorted(records, key=lambda record: _hash(digest, seed, record))
        for record in order[: wanted(len(records), told["least"], told["percent"])]:
            lines.append({"line": len(lines) + 1, "record": record, "agency": agency, "item": item})
    return canonical.dumps({"format": SAMPLE_FORMAT, "frame": digest, "seed": seed, "lines": lines}).encode()


def _hash(digest: str, seed: str, record: str) -> str:
    return hashlib.sha256(f"{DRAW}\n{digest}\n{seed}\n{record}".encode()).hexdigest()


def strata(frame: bytes) -> dict[tuple[str, str], int]:
    """How many records each stratum holds."""
    found: dict[tuple[str, str], int] = {}
    for unit in units_of(frame):
        found[unit.agency, unit.item] = found.get((unit.agency, unit.item), 0) + 1
    return found
