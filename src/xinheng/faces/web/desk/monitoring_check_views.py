"""The self-check of the city monitoring as the desk shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from xinheng.core.times import Known
from xinheng.faces.web.desk.appraisal_views import FileLink, reading
from xinheng.faces.web.views import FormError, Tag, moment
from xinheng.law.reference_appraisal import REACHED
from xinheng.office.access.model import Agency
from xinheng.outward.appraisal import model_monitoring as model
from xinheng.outward.appraisal.model_monitoring import Rank, Standing, State

TONES: Final = {State.MET: "good", State.GAP: "bad", State.UNKNOWN: "warn"}
REACH_TONES: Final = {"live": "info", "hand": "", "out": "warn"}


@dataclass(frozen=True)
class FigureLine:
    name: str
    value: str
    how: str
    reason: str


@dataclass(frozen=True)
class ProofLine:
    digest: str
    link: FileLink
    what: str
    when: str


@dataclass(frozen=True)
class IndicatorLine:
    id: str
    group: str
    name: str
    points: str
    reach: Tag
    note: str
    tag: Tag
    state: str
    figures: tuple[FigureLine, ...]
    gap: str
    owner: str
    owner_code: str
    due: str
    when: str
    proofs: tuple[ProofLine, ...]


@dataclass(frozen=True)
class RankLine:
    month: str
    place: str
    change: str
    source: str
    when: str


@dataclass(frozen=True)
class View:
    name: str
    citation: str
    unread: str
    third: tuple[str, ...]
    window: str
    counts: tuple[tuple[str, str], ...]
    lines: tuple[IndicatorLine, ...]
    ranks: tuple[RankLine, ...]
    bodies: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, str], ...]
    may: bool
    whole: bool
    said: str = ""
    errors: tuple[FormError, ...] = ()


def indicator_line(s: Standing, bodies: Mapping[UUID, Agency], path: str) -> IndicatorLine:
    """One indicator with everything that is known of it."""
    i, check = s.indicator, s.check
    owner = bodies.get(check.owner) if check and check.owner else None
    return IndicatorLine(
        id=i.id,
        group=s.group,
        name=i.name,
        points=f"{i.points:f}",
        reach=Tag(REACHED[i.reach], REACH_TONES[i.reach]),
        note=i.note,
        tag=Tag(model.STATES[s.state], TONES[s.state]),
        state=s.state.value,
        figures=tuple(
            FigureLine(f.name, reading(f.reading), f.how, f.reading.reason or "") for f in s.figures
        ),
        gap=check.gap if check else "",
        owner=owner.name if owner else "",
        owner_code=owner.code if owner else "",
        due=str(check.due_on or "") if check else "",
        when=f"{moment(Known(check.at))} {check.by}" if check else "",
        proofs=tuple(
            ProofLine(
                p.digest,
                FileLink(p.name, f"{path}/files/{i.id}/{p.digest}"),
                p.what,
                f"{moment(Known(p.at))} {p.by}",
            )
            for p in s.proofs
        ),
    )


def rank_line(rank: Rank, before: Rank | None) -> RankLine:
    """A month's rank beside the one that was entered before it."""
    change = ""
    if before is not None and before.place != rank.place:
        up = before.place > rank.place
        change = f"{'升' if up else '降'} {abs(before.place - rank.place)}"
    of = f"（共 {rank.of}）" if rank.of else ""
    return RankLine(
        f"{rank.month:%Y-%m}",
        f"{rank.place}{of}",
        change or "—",
        rank.source,
        f"{moment(Known(rank.at))} {rank.by}",
    )
