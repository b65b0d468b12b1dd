"""The demo city's work plan: it loads, goes in once, and shows every way a figure can stand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from tests.conftest import TEMPLATE, SteppingClock, _create

from xinheng.faces.app import Settings, init_home, open_app
from xinheng.faces.app.demo import work_plan, work_plan_text
from xinheng.faces.app.demo.install import enter_agencies
from xinheng.ground.store import Server
from xinheng.law.workplans import Reach
from xinheng.outward.plans.model import Standing
from xinheng.outward.plans.progress import progress


def test_the_city_has_a_plan_that_goes_in_once_and_shows_every_source(home: Path, server: Server) -> None:
    _create(server, "demoplan", TEMPLATE)
    settings = Settings(home=home / "h", dsn=server.address("demoplan"))
    clock = SteppingClock(datetime(2026, 11, 20, 2, tzinfo=UTC))
    init_home(settings, "national", clock)
    with open_app(settings, clock) as app:
        enter_agencies(app)
        assert work_plan.ensure(app)
        assert not work_plan.ensure(app)
        assert app.pack.name == work_plan_text.PACK
        plan = app.pack.workplans[work_plan_text.PLAN]
        assert {figure.reach for _, figure in plan.figures()} == set(Reach)
        with app.database.transaction() as tx:
            found = progress(tx, app.pack, plan, None, date(2026, 11, 20))
        task = found.task(work_plan.ARTICLES[0])
        assert task is not None
        assert task.judged.standing is Standing.ON_THE_WAY  # one bureau has three articles, one has one
        assert [len(each.agencies) for each in found.tasks if each.task.id == work_plan.SAFETY] == [3]
        assert all("演示" in body for body in plan.bodies())
