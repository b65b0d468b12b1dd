"""第三方评估 in public: frame, seed and sample of every assessment, so that anyone draws the sample again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from xinheng.faces.web.access import anyone
from xinheng.faces.web.context import House
from xinheng.faces.web.desk.assessments_views import ListLine, RateLine, list_line, pairs, rates
from xinheng.faces.web.pages import tagged
from xinheng.faces.web.views import Pages, Pair, page_number, pages
from xinheng.office.access import service as agencies
from xinheng.outward.appraisal import assessing

router = APIRouter(include_in_schema=False, dependencies=[Depends(anyone)])
PATH: Final = "/assessments"
SIZE: Final = 20
JSON: Final = "application/json; charset=utf-8"


@dataclass(frozen=True)
class ListView:
    lines: tuple[ListLine, ...]
    pages: Pages


@dataclass(frozen=True)
class View:
    assessment: UUID
    name: str
    pairs: tuple[Pair, ...]
    sample: str | None  # digest
    rates: tuple[RateLine, ...]
    total: tuple[str, str] | None
    method: str


@router.get(PATH)
def show_list(request: Request, web: House, page: Annotated[str, Query(max_length=10)] = "") -> Response:
    """Every assessment, from the day its frame was fixed."""
    number = page_number(page)
    with web.transaction() as tx:
        found = assessing.listed(tx, None, None, SIZE + 1, (number - 1) * SIZE)
    view = ListView(
        tuple(list_line(one, PATH) for one in found[:SIZE]),
        pages(number, (number - 1) * SIZE + len(found), PATH, {}, SIZE),
    )
    return web.render.public(request, "portal/assessments.html", "assessments", view=view)


@router.get(PATH + "/{assessment}")
def show_one(request: Request, web: House, assessment: UUID) -> Response:
    """What was fixed beforehand, the seed, the sample's digest; the rates once they are final."""
    with web.transaction() as tx:
        one = assessing.by_id(tx, assessment)
        sample = assessing.sample(tx, assessment) if one.drawn else None
        report = assessing.report(tx, assessment) if one.finished else None
        bodies = agencies.by_ids(tx, {line.agency for line in assessing.lines(tx, assessment)})
    told = rates(report, {a.code: a.name for a in bodies.values()}, web.app.pack) if report else None
    view = View(
        assessment=assessment,
        name=one.name,
        pairs=pairs(one, assessing.appeal_until(web.app.pack, one)),
        sample=hashlib.sha256(sample).hexdigest() if sample else None,
        rates=told[0] if told else (),
        total=told[1] if told else None,
        method=told[2] if told else "",
    )
    return web.render.public(request, "portal/assessment.html", "assessments", view=view)


@router.get(PATH + "/{assessment}/frame.json")
def send_frame(request: Request, web: House, assessment: UUID) -> Response:
    """The frame's bytes, whose SHA-256 was published before the seed."""
    with web.transaction() as tx:
        return tagged(request, assessing.frame(tx, assessment), JSON)


@router.get(PATH + "/{assessment}/sample.json")
def send_sample(request: Request, web: House, assessment: UUID) -> Response:
    """The sample's bytes."""
    with web.transaction() as tx:
        return tagged(request, assessing.sample(tx, assessment), JSON)


@router.get(PATH + "/{assessment}/report.json")
def send_report(request: Request, web: House, assessment: UUID) -> Response:
    """The final rates' bytes."""
    with web.transaction() as tx:
        return tagged(request, assessing.report(tx, assessment), JSON)
