"""What runs by the clock: once for all workers, at its time, with its failures shown and stopping nobody."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.conftest import SteppingClock

from xinheng.faces.app import App
from xinheng.faces.app.errors import SettingWrong
from xinheng.faces.app.settings_channels import TIMERS as TITLES
from xinheng.faces.app.settings_channels import Timing, channels, timing
from xinheng.faces.jobs import timers
from xinheng.faces.jobs.timers import TIMERS, Timer, run_timer
from xinheng.ground.queue import recurring
from xinheng.ground.queue.recurring import Run
from xinheng.office.access import service as access
from xinheng.office.access.model import AgencyKind


def hourly(run: object) -> Timer:
    return Timer("trial", lambda app: app.clock.now().at - timedelta(hours=1), run)  # type: ignore[arg-type]


def last(app: App) -> Run:
    with app.database.transaction() as tx:
        return recurring.runs(tx)[-1]


def test_it_runs_when_it_is_time_and_not_before(app: App, clock: SteppingClock) -> None:
    done: list[int] = []
    timer = hourly(lambda _: done.append(1) or "好")
    assert run_timer(app, timer)
    clock.step(minutes=59)
    assert not run_timer(app, timer)
    clock.step(minutes=2)
    assert run_timer(app, timer)
    assert len(done) == 2
    assert (last(app).outcome, last(app).failed, last(app).ended) == ("好", False, clock.now().at)


def test_two_workers_run_it_once(app: App) -> None:
    inside, go, ran = threading.Event(), threading.Event(), []

    def slowly(_: App) -> str:
        inside.set()
        assert go.wait(20)
        return "好"

    timer = hourly(slowly)
    other = threading.Thread(target=lambda: ran.append(run_timer(app, timer)))
    other.start()
    assert inside.wait(20)
    assert not run_timer(app, timer), "another one runs it"
    go.set()
    other.join()
    assert ran == [True]
    assert not run_timer(app, timer), "it has run this hour"


def test_what_a_lost_worker_left_is_run_again(app: App, clock: SteppingClock) -> None:
    with app.database.transaction() as tx:
        assert recurring.begin(tx, "trial", clock.now().at, clock.now().at)
    timer = hourly(lambda _: "好")
    clock.step(minutes=9)
    assert not run_timer(app, timer)
    clock.step(minutes=2)
    assert run_timer(app, timer)


@pytest.mark.parametrize("failing", [ValueError("x"), timers.PartFailed("完成 1 个；未完成：甲 XH854")])
def test_a_failure_is_noted_and_stops_nobody(app: App, failing: Exception) -> None:
    def run(_: App) -> str:
        raise failing

    assert run_timer(app, hourly(run))
    assert last(app).failed
    assert ("意外失败（ValueError）" in (last(app).outcome or "")) is isinstance(failing, ValueError)


def test_the_house_s_own_timers_run(app: App, clock: SteppingClock) -> None:
    timers.run_house(app)
    timers.run_reading(app)
    with app.database.transaction() as tx:
        found = {run.name: run for run in recurring.runs(tx)}
    assert set(found) == {timer.name for timer in TIMERS}
    assert "XH650" in (found["inspect"].outcome or ""), "nobody could own what is found"
    assert found["exchange"].outcome == "完成 0 个交换，0 行"
    with app.database.transaction() as tx:
        access.add_agency(tx, access.NewAgency("XYB", "示例市信用办", kind=AgencyKind.OFFICE), clock, "test")
    clock.step(days=1)
    timers.run_house(app)
    with app.database.transaction() as tx:
        found = {run.name: run for run in recurring.runs(tx)}
    assert found["inspect"].outcome == "新发现 0，消除 0，现存 0"
    assert found["morning"].started < clock.now().at, "no message on a Saturday"


def test_what_is_switched_off_does_not_run(app: App) -> None:
    app.settings = replace(app.settings, timing=Timing(None, None, None))
    assert [run_timer(app, timer) for timer in TIMERS] == [True, False, False, False]
    assert [app.settings.timing.often(timer.name) for timer in TIMERS[1:]] == ["不自动运行"] * 3
    assert [Timing().often(name) for name in TITLES] == [
        "每个工作日 8 时起",
        "每 1 天",
        "每 1 小时",
        "每 1 天",
    ]
    assert {timer.name for timer in TIMERS} == set(TITLES)


def test_settings_are_read_and_wrong_ones_refused() -> None:
    assert timing({"XINHENG_CAPTURE_MINUTES": "0", "XINHENG_EXCHANGE_MINUTES": "5"}) == Timing(
        timedelta(days=1), timedelta(minutes=5), None
    )
    given = {"XINHENG_SMTP_HOST": "mail.example.gov.cn", "XINHENG_SMTP_FROM": "a@example.gov.cn"}
    found = channels(given).mail
    assert found is not None
    assert (found.port, found.tls.value) == (587, "starttls")
    for wrong in (
        {"XINHENG_SMTP_TLS": "ssl3"},
        {"XINHENG_SMTP_PORT": "0"},
        {"XINHENG_SMTP_FROM": "nobody"},
        {"XINHENG_SMTP_PASSWORD_FILE": "/nowhere"},
        {"XINHENG_SITE_URL": "credit.example.gov.cn"},
    ):
        with pytest.raises(SettingWrong):
            channels(given | wrong)
    with pytest.raises(SettingWrong):
        timing({"XINHENG_INSPECT_MINUTES": "daily"})
