"""The demo city's own pack: an invented work plan with targets, and what two bureaus have said of it.

Laid into the home and activated when the demo is opened; a demo that has it stays as it is. Document, targets
and values are invented, as everything in the city.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from xinheng.core.times import today
from xinheng.faces.app.activation import activate
from xinheng.faces.app.demo.accounts import ACTOR
from xinheng.faces.app.demo.places import BY_KEY
from xinheng.faces.app.demo.work_plan_text import FILES, GROUP, PACK, PLAN
from xinheng.law import packs
from xinheng.office.access import service as access
from xinheng.office.cases.model import Actor
from xinheng.outward.plans import service
from xinheng.outward.plans.service import NewEntry

if TYPE_CHECKING:
    from xinheng.faces.app.wiring import App
    from xinheng.ground.store.transaction import Transaction

ARTICLES: Final = ("hengchuan-2026-5", "hengchuan-2026-f-articles")
SAFETY: Final = "hengchuan-2026-7"
OCTOBER: Final = date(2026, 10, 31)


def ensure(app: App) -> bool:
    """Lay out and activate the city's pack and enter what two bureaus said; False where it is there."""
    if PLAN in app.pack.workplans or app.pack.name != "national":
        return False
    folder = app.home.packs / PACK
    for inside, text in FILES.items():
        path = folder / inside
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    pack = packs.load(PACK, [packs.shipped(), app.home.packs])
    with app.database.transaction() as tx:
        activate(tx, pack, app.clock, app.projectors)
        _said(tx, app, pack)
    app.publish()
    app.reload_pack()
    return True


def _said(tx: Transaction, app: App, pack: packs.Pack) -> None:
    """Which agencies the group is, and what they entered for October."""
    found = {key: access.by_code(tx, BY_KEY[key].code) for key in ("market", "environment")}
    for agency in found.values():
        service.enter_body(tx, pack, GROUP, agency, app.clock, ACTOR)
    if today(app.clock) < OCTOBER:
        return  # the demo's year has not come yet on this machine
    actor = Actor(None, None, ACTOR)
    task, figure = ARTICLES
    for key, count in (("market", 3), ("environment", 1)):
        new = NewEntry(PLAN, task, figure, OCTOBER, Decimal(count), evidence="网站后台统计（演示）")
        entry = service.enter(tx, pack, new, found[key], actor, app.clock)
        if key == "market":
            service.review(tx, pack, entry.entry, True, "", actor, app.clock)
    note = NewEntry(PLAN, SAFETY, None, OCTOBER, words="已与平安建设考核办法对接，待印发（演示）")
    service.enter(tx, pack, note, found["market"], actor, app.clock)
