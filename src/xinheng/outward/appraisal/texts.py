"""The two canonical texts of a run: what was counted, and the scores that follow. Same run, same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from xinheng.core import canonical
from xinheng.core.times import Known
from xinheng.law.scorecards import Reading
from xinheng.outward.appraisal.model import Card, Counted, Frame, Scored

FORMAT: Final = "xinheng/appraisal/1"
OUTCOME_FORMAT: Final = "xinheng/appraisal-outcome/1"


def computed_text(frame: Frame, scored: Sequence[Scored]) -> bytes:
    """The canonical text of what was counted: one text for one run, whoever makes it again."""
    return canonical.dumps(
        {
            "format": FORMAT,
            **_frame(frame),
            "agencies": [
                {
                    "agency": str(one.agency),
                    "code": one.code,
                    "scope": dict(one.scope),
                    "figures": {
                        name: _reading(found.reading) | ({"kept": True} if found.kept else {})
                        for name, found in one.counted.items()
                    },
                }
                for one in sorted(scored, key=lambda s: s.code)
            ],
        }
    ).encode()


def outcome_text(digest: str, made: Sequence[Card]) -> bytes:
    """The canonical text of the scores; `digest` is that of the computed text they rest on."""
    return canonical.dumps(
        {
            "format": OUTCOME_FORMAT,
            "computed": digest,
            "agencies": [
                {
                    "agency": str(one.agency),
                    "code": one.code,
                    "indicators": {
                        line.indicator.id: _reading(line.holds)
                        | {
                            "by": line.by,
                            "points": _text(line.points),
                            "computed": _text(line.computed_points),
                        }
                        for line in one.lines
                    },
                    "groups": {g.group.id: _text(g.points) for g in one.total.groups},
                    "base": _text(one.total.base),
                    "bonus": _text(one.total.bonus),
                    "total": _text(one.total.total),
                    "rank": one.rank,
                }
                for one in made
            ],
        }
    ).encode()


def _frame(frame: Frame) -> dict[str, Any]:
    return {
        "scorecard": frame.scorecard,
        "pack": frame.pack,
        "head": frame.head,
        "from": frame.from_on.isoformat(),
        "to": frame.to_on.isoformat(),
        "known": Known(frame.known).isoformat(),
        "position": frame.position,
    }


def _reading(found: Reading) -> dict[str, Any]:
    return {
        "value": _text(found.value),
        "part": found.part,
        "whole": found.whole,
        "unit": found.unit,
        "reason": found.reason,
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def scored_of(told: Mapping[str, Any]) -> tuple[Scored, ...]:
    """The agencies and figures of a computed text that was parsed."""
    return tuple(
        Scored(
            UUID(each["agency"]),
            each["code"],
            {
                name: Counted(
                    Reading(
                        None if one["value"] is None else Decimal(one["value"]),
                        one["part"],
                        one["whole"],
                        one["unit"],
                        one["reason"],
                    ),
                    bool(one.get("kept", False)),
                )
                for name, one in each["figures"].items()
            },
            each["scope"],
        )
        for each in told["agencies"]
    )
