import json
import socket
import stat
from pathlib import Path

import pytest

from xinheng.faces.app import Home, open_app
from xinheng.faces.app.demo import accounts, others, ways
from xinheng.faces.app.demo.errors import DemoRunning, NotADemoHome, NotLoopback, PortTaken
from xinheng.faces.app.demo.install import OPENED, PACK, DemoHome, ReplayClock, install_demo
from xinheng.faces.app.demo.places import AGENCIES, BY_KEY
from xinheng.faces.app.demo.running import check_address, demo_settings
from xinheng.faces.app.preparing import init_home
from xinheng.office.access import service as access
from xinheng.outward.capture import service as captures
from xinheng.outward.capture.model import State as Draft
from xinheng.outward.exchange import service as exchanges


def quietly(*_: object) -> None:
    pass


def settings_of(home: Path, **more: str):
    return demo_settings({"XINHENG_HOME": str(home), **more})


def counts(app) -> list[dict[str, int]]:
    with app.database.transaction() as tx:
        rows = tx.fetch("select counts from receipts order by known, file_name")
    return [json.loads(text) for (text,) in rows]


def events(app) -> int:
    with app.database.transaction() as tx:
        [(size,)] = tx.fetch("select size from ledger_head")
    return size


def test_the_city_goes_in_through_the_intake_and_again_without_a_change(home: Path) -> None:
    settings = settings_of(home / "demo-home")
    demo = DemoHome(settings.home)
    demo.claim()
    clock = ReplayClock(OPENED)
    init_home(settings, PACK, clock)
    with open_app(settings, clock, serving=True) as app:
        install_demo(app, demo, clock, quietly, most=1)
        assert demo.done() == 1
        first, size = counts(app), events(app)
        assert [c["returned"] for c in first] == [0, 0]
        assert all(c["accepted"] > 150 and c["late"] == 0 and c["persons"] > 0 for c in first)
        # killed before the day was noted: the receipts are there, nothing is taken twice
        demo.note(0)
        install_demo(app, demo, clock, quietly, most=2)
        assert demo.done() == 2
        assert counts(app)[:2] == first
        assert len(counts(app)) == 4
        assert events(app) > size
        shown = accounts.ensure(app, demo.folder)
        assert accounts.ensure(app, demo.folder) == shown
        with app.database.transaction() as tx:
            assert [depth for depth, _ in access.tree(tx)].count(0) == 1
            assert len(access.tree(tx)) == len(AGENCIES)
            assert access.by_code(tx, BY_KEY["zone"].code).level == "zone"
        for one in shown:
            assert app.sign_in(one.login, one.password, "127.0.0.1")
        # a program that can sign in, an exchange that never ran, drafts of a page; entered once
        others.enter(app)
        program = ways.ensure(app, demo.folder)
        assert ways.ensure(app, demo.folder) == program
        assert app.client_token(program.client, program.secret, None, "127.0.0.1")
        with app.database.transaction() as tx:
            [(exchange, batch)] = exchanges.listed(tx)
            [(capture, drafts)] = captures.listed(tx)
        assert (exchange.last_run, batch) == (None, None)
        assert (capture.last_code, drafts) == (None, {Draft.WAITING: ways.ROWS})
        # the file is lost: new passwords, since nothing else keeps them
        (demo.folder / accounts.FILE).unlink()
        again = accounts.ensure(app, demo.folder)
        assert {a.login for a in again} == {a.login for a in shown}
        assert not {a.password for a in again} & {a.password for a in shown}
        assert app.sign_in(again[0].login, again[0].password, "127.0.0.1")
    assert stat.S_IMODE((demo.folder / accounts.FILE).stat().st_mode) == 0o600


def test_a_home_that_the_demo_did_not_make_is_refused(home: Path) -> None:
    Home(home).prepare()
    with pytest.raises(NotADemoHome):
        DemoHome(home).claim()
    assert not (home / "demo").exists()


def test_a_demo_killed_before_its_home_was_made_knows_its_own(home: Path) -> None:
    DemoHome(home).claim()
    Home(home).prepare()
    DemoHome(home).claim()
    assert DemoHome(home).done() == 0


def test_the_demo_reads_no_source_by_the_clock_since_none_is_there(home: Path) -> None:
    timing = settings_of(home).timing
    assert (timing.exchange, timing.capture) == (None, None)
    assert timing.inspect is not None


def test_without_a_named_home_the_demo_has_one_of_its_own() -> None:
    usual = demo_settings({"XDG_DATA_HOME": "/nowhere"}).home
    assert usual.name == "xinheng-demo"
    assert demo_settings({"XINHENG_HOME": "/nowhere/mine"}).home == Path("/nowhere/mine")


def test_the_demo_binds_to_nothing_but_the_loopback(home: Path) -> None:
    with pytest.raises(NotLoopback):
        check_address(settings_of(home, XINHENG_BIND="0.0.0.0"))  # noqa: S104 (what is refused)


def test_a_taken_port_is_named_before_anything_is_built(home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken) as refused:
            check_address(settings_of(home, XINHENG_PORT=str(port)))
    assert str(port) in refused.value.found


def test_two_demos_cannot_run_in_one_home(home: Path) -> None:
    demo = DemoHome(home)
    demo.claim()
    with demo.alone(), pytest.raises(DemoRunning), DemoHome(home).alone():
        pass
