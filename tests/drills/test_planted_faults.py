"""Every planted fault is found, and the count of false suspicions is printed and small (issue 4, line 1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from xinheng.core.times import today
from xinheng.faces.app import App, open_app
from xinheng.faces.app.demo import checking, planting
from xinheng.faces.app.demo.checking import Checked
from xinheng.faces.app.demo.install import (
    OPENED,
    OUTGOING,
    PACK,
    DemoHome,
    ReplayClock,
    enter_agencies,
    install_demo,
    send,
)
from xinheng.faces.app.demo.places import BY_KEY
from xinheng.faces.app.demo.plan import SAMPLE_DAY, at
from xinheng.faces.app.demo.running import demo_settings
from xinheng.faces.app.preparing import init_home
from xinheng.office.access import moving
from xinheng.office.access import service as access
from xinheng.outward.monitoring import gaps, quiet, store
from xinheng.outward.monitoring.series import Verdict

FALSE = 0  # false suspicions that are allowed: none was ever seen


def quietly(*_: object) -> None:
    pass


@pytest.fixture
def built(home: Path) -> Iterator[tuple[App, DemoHome, ReplayClock]]:
    settings = demo_settings({"XINHENG_HOME": str(home / "demo-home")})
    demo = DemoHome(settings.home)
    demo.claim()
    clock = ReplayClock(OPENED)
    init_home(settings, PACK, clock)
    with open_app(settings, clock, serving=True) as app:
        yield app, demo, clock


def plant(app: App, demo: DemoHome, clock: ReplayClock) -> None:
    """The planted files alone, each on its day; the years of the city around them are the long test's."""
    enter_agencies(app)
    outgoing = demo.folder / OUTGOING
    outgoing.mkdir(mode=0o700)
    for delivery in planting.deliveries():
        clock.set(delivery.sent)
        send(app, delivery, outgoing)
    clock.set(at(SAMPLE_DAY, 9))
    planting.enter(app)
    planting.keep(demo.folder)


def told(found: tuple[Checked, ...], say: Callable[[str], None]) -> None:
    """Print the account, then hold it."""
    for one in found:
        say(f"  {one.kind}：埋设 {one.planted}，找到 {one.found}，误报 {len(one.false)}")
    say(f"  误报合计 {sum(len(one.false) for one in found)}")
    assert [(one.kind, one.missed) for one in found if one.missed] == []
    assert [(one.kind, one.false) for one in found if one.false] == []
    assert sum(len(one.false) for one in found) <= FALSE
    assert len(found) == 7
    assert all(one.planted for one in found)


def test_every_planted_fault_is_found_and_nobody_honest_is_accused(
    built: tuple[App, DemoHome, ReplayClock], capsys: pytest.CaptureFixture[str]
) -> None:
    app, demo, clock = built
    plant(app, demo, clock)
    found = checking.check(app, demo.folder, planting.deliveries())
    with capsys.disabled():
        print()  # noqa: T201 - the account is what the drill is for
        told(found, print)
    # the county's office sees its own place: the town's silence and its bureau's gaps, nothing of the city
    with app.database.transaction() as tx:
        county = access.by_code(tx, BY_KEY["county"].code)
        scope = moving.scope(tx, county, today(app.clock))
        alerts = store.alerts(tx, scope, still=True, limit=100)
        assert {a.agency for a in alerts} == {access.by_code(tx, BY_KEY["town"].code).agency}
        assert store.count_gaps(tx, scope)[Verdict.SUSPECTED][1] == len(planting.HIDDEN)
        assert store.count_gaps(tx, [access.by_code(tx, BY_KEY["health"].code).agency])[
            Verdict.SUSPECTED
        ] == (0, 0)
    # what may still come in time waits, and is no suspicion
    with app.database.transaction() as tx:
        waiting = store.gaps(tx, None, Verdict.WAITING, 100)
        assert [gap.evidence["缺号"] for gap in waiting] == checking.read(demo.folder).waiting
        # and a second look raises nothing again
        store.alone(tx)
        assert gaps.look(tx, app.pack, app.clock)["gap_raised"] == 0
        assert quiet.look(tx, app.pack, app.clock)["silence_raised"] == 0


@pytest.mark.long
def test_the_same_in_the_whole_city(
    built: tuple[App, DemoHome, ReplayClock], capsys: pytest.CaptureFixture[str]
) -> None:
    app, demo, clock = built
    install_demo(app, demo, clock, quietly)
    clock.set(at(SAMPLE_DAY, 9))
    with capsys.disabled():
        print()  # noqa: T201 - the account is what the drill is for
        told(checking.check(app, demo.folder), print)
