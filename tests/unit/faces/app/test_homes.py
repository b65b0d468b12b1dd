"""Homes: made once, found again, never half; backups of them."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from xinheng.evidence.ledger.errors import NotWritable
from xinheng.faces.app import (
    Home,
    HomeTaken,
    NoHome,
    Settings,
    activate,
    active_digest,
    archived,
    backup_home,
    init_home,
    open_app,
    restore_home,
)
from xinheng.faces.app.errors import HomeNotWritable, HomeOfAnotherVersion
from xinheng.ground.keys import KeyMissing
from xinheng.ground.store import Server
from xinheng.ground.store.errors import SchemaUnknown
from xinheng.law import packs
from xinheng.office.access import accounts
from xinheng.office.access.accounts import NewAccount
from xinheng.office.access.errors import SignInRefused, TooManyAttempts
from xinheng.office.access.model import Role

ROOT = Path(__file__).resolve().parents[4]
STEPS = 5  # that `init_home` tells of


@pytest.fixture
def settings(home):
    """Of a home that is not made yet; its pack is an empty one of its own, quickly loaded."""
    put_pack(home / "h", "tiny")
    return Settings(home=home / "h", pack="tiny")


def put_pack(root: Path, name: str) -> None:
    folder = Home(root).packs / name
    folder.mkdir(parents=True)
    (folder / "pack.yaml").write_text(f"name: {name}\ntitle: 试验\n", encoding="utf-8")


@pytest.fixture
def other_pack(settings):
    put_pack(settings.home, "other")
    return packs.load("other", [Home(settings.home).packs])


def events(app) -> list[tuple[int, str]]:
    with app.database.transaction() as tx:
        return tx.fetch("select seq, kind from events order by seq")


def keys_of(settings: Settings) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(Home(settings.home).keys.iterdir())}


def test_a_home_is_made_once_and_stays_as_it_is(settings, clock):
    first = init_home(settings, clock=clock)
    keys = keys_of(settings)
    clock.step(days=1)
    second = init_home(settings, clock=clock)
    assert (first.fresh, first.activated) == (True, True)
    assert (second.fresh, second.activated) == (False, False)
    assert keys_of(settings) == keys
    with open_app(settings, clock) as app:
        assert events(app) == [(0, "pack_activated")]
        assert app.pack.digest == first.pack.digest
        assert app.pack.label == first.pack.label
        assert app.publish().checkpoint.size == 1
    assert not Server(Home(settings.home).db).running()


def test_the_first_checkpoint_is_published_with_the_home(settings, clock, tmp_path):
    outside = tmp_path / "outside"
    init_home(replace(settings, checkpoint_dirs=(outside,)), clock=clock)
    assert list(Home(settings.home).log.glob("*/checkpoint"))
    assert list(outside.rglob("checkpoint"))


@pytest.mark.parametrize("marker", ['{"format": 2}', '{"format": "1"}', "[]", "rubbish", "", '{"made": ""}'])
def test_a_home_of_another_version_is_left_alone(settings, clock, marker):
    init_home(settings, clock=clock)
    (settings.home / "xinheng.json").write_text(marker, encoding="utf-8")
    for attempt in (lambda: init_home(settings, clock=clock), Home(settings.home).require):
        with pytest.raises(HomeOfAnotherVersion):
            attempt()
    assert (settings.home / "xinheng.json").read_text(encoding="utf-8") == marker


def test_a_file_is_no_home_and_the_refusal_is_chinese(settings, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(HomeNotWritable) as refused:
        Home(tmp_path / "file").prepare()
    assert "不是文件夹" in str(refused.value)


@pytest.mark.parametrize("step", range(STEPS))
def test_an_init_that_broke_off_is_completed_by_the_next(settings, clock, step):
    told = []

    def stop_at(said: str) -> None:
        told.append(said)
        if len(told) == step + 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        init_home(settings, clock=clock, say=stop_at)
    assert not Home(settings.home).exists()
    with pytest.raises(NoHome), open_app(settings, clock):
        pass
    assert init_home(settings, clock=clock).fresh
    with open_app(settings, clock) as app:
        assert events(app) == [(0, "pack_activated")]


def test_init_tells_as_many_steps_as_the_test_above_stops_at(settings, clock):
    told = []
    init_home(settings, clock=clock, say=told.append)
    assert len(told) == STEPS


@pytest.mark.parametrize("step", ["准备数据库", "准备密钥与存证日志", "启用规则包 tiny"])
def test_an_init_that_was_killed_is_completed_by_the_next(settings, clock, step):
    program = (
        "import os, signal, sys\nfrom pathlib import Path\n"
        "from xinheng.faces.app import Settings, init_home\n"
        f"kill = lambda said: os.kill(os.getpid(), signal.SIGKILL) if said == {step!r} else None\n"
        f"init_home(Settings(home=Path({str(settings.home)!r}), pack='tiny'), say=kill)"
    )
    done = subprocess.run([sys.executable, "-c", program], env={"PYTHONPATH": str(ROOT / "src")}, check=False)
    assert done.returncode == -signal.SIGKILL
    init_home(settings, clock=clock)
    with open_app(settings, clock) as app:
        assert events(app) == [(0, "pack_activated")]


def test_keys_of_a_log_that_has_begun_are_never_made_anew(settings, clock):
    init_home(settings, clock=clock)
    (Home(settings.home).keys / "log.key").unlink()
    with pytest.raises(KeyMissing):
        init_home(settings, clock=clock)
    assert not (Home(settings.home).keys / "log.key").exists()


def test_another_pack_is_an_event_and_the_former_one_holds_for_its_time(settings, clock, other_pack):
    first = init_home(settings, clock=clock)
    with open_app(settings, clock) as app:
        assert app.pack.name == "tiny"
        clock.step(days=1)
        before = clock.now()
        clock.step(days=1)
        with app.database.bulk() as tx:
            assert activate(tx, other_pack, clock, app.projectors)
        with app.database.transaction() as tx:
            assert not activate(tx, other_pack, clock, app.projectors)
        assert app.pack.name == "tiny"  # until it is taken up
        assert app.reload_pack()
        assert not app.reload_pack()
        assert app.pack.name == "other"
        assert events(app) == [(0, "pack_activated"), (1, "pack_activated")]
        with app.database.transaction() as tx:
            assert active_digest(tx, before) == first.pack.digest
            assert archived(tx, first.pack.digest).label == first.pack.label
            with pytest.raises(KeyError):
                archived(tx, "nowhere")


def test_a_folder_with_other_things_in_it_is_left_alone(settings, clock):
    (settings.home / "thesis.doc").write_text("precious")
    with pytest.raises(HomeTaken):
        init_home(settings, clock=clock)
    assert sorted(p.name for p in settings.home.iterdir()) == ["packs", "thesis.doc"]


def test_a_home_that_cannot_be_made_is_refused(tmp_path, clock):
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeNotWritable):
        Home(tmp_path / "file" / "home").prepare()


def test_only_the_log_can_be_looked_into(settings):
    home = Home(settings.home)
    home.prepare()
    modes = {p.name: p.stat().st_mode & 0o077 for p in home.root.iterdir()}
    assert modes["keys"] == modes["incoming"] == modes["receipts"] == 0
    assert home.root.stat().st_mode & 0o077 == 0o011


def test_two_inits_do_not_run_at_once(settings, clock):
    home = Home(settings.home)
    home.prepare()
    with home.alone(), pytest.raises(HomeTaken):
        init_home(settings, clock=clock)


def test_a_command_without_a_home_says_so(settings, clock):
    with pytest.raises(NoHome) as refused, open_app(settings, clock):
        pass
    assert refused.value.code == "XH901"
    assert [p.name for p in settings.home.iterdir()] == ["packs"]


def test_a_database_of_another_version_is_not_opened(settings, clock):
    init_home(settings, clock=clock)
    with open_app(settings, clock) as app, app.database.transaction() as tx:
        tx.execute("update alembic_version set version_num = '9999'")
    with pytest.raises(SchemaUnknown), open_app(settings, clock):
        pass


def test_a_database_by_address_needs_no_server_of_its_own(settings, clock, empty_dsn):
    elsewhere = replace(settings, dsn=empty_dsn)
    init_home(elsewhere, clock=clock)
    with open_app(elsewhere, clock) as app:
        assert events(app) == [(0, "pack_activated")]
    assert not (Home(settings.home).db / "data").exists()


@pytest.fixture
def house(settings, clock, empty_dsn):
    """An open app on a database by address: quicker than a server of its own."""
    elsewhere = replace(settings, dsn=empty_dsn)
    init_home(elsewhere, clock=clock)
    with open_app(elsewhere, clock) as app:
        yield app


def test_signing_in_through_the_house_counts_failures(house, clock):
    with house.database.transaction() as tx:
        _, password = accounts.add_account(
            tx, NewAccount("li", "李某", Role.OFFICE), house.passwords, clock, "t"
        )
    assert house.sign_in("li", password, "192.0.2.1").account.login == "li"
    with pytest.raises(SignInRefused):
        house.sign_in("li", "x" * 10_000, "192.0.2.1")
    for _ in range(accounts.FAILURES_OF_PAIR - 1):
        with pytest.raises(SignInRefused):
            house.sign_in("li", "wrong", "192.0.2.1")
    with pytest.raises(TooManyAttempts):
        house.sign_in("li", password, "192.0.2.1")


def test_a_serving_house_keeps_a_warm_engine(house, clock, tmp_path):
    with open_app(house.settings, clock, serving=True) as serving:
        assert serving.engine.run(tmp_path, [], ["select 1"]) == [[(1,)]]


def test_a_restored_backup_brings_everything_back(settings, clock, tmp_path):
    init_home(settings, clock=clock)
    with open_app(settings, clock) as app, app.database.transaction() as tx:
        accounts.add_account(tx, NewAccount("li", "李某", Role.OFFICE), app.passwords, clock, "t")
    backup_home(settings, tmp_path / "one.backup", clock)
    with open_app(settings, clock) as app, app.database.transaction() as tx:
        accounts.disable(tx, "li", clock, "t")
    manifest, stopped = restore_home(settings, tmp_path / "one.backup", clock)
    assert (manifest.made, stopped) == ("2026-11-20T02:00:00.000000Z", None)
    with open_app(settings, clock) as app, app.database.transaction() as tx:
        assert accounts.by_login(tx, "li").disabled is None


def test_an_older_backup_makes_the_node_read_only(house, clock, other_pack, tmp_path):
    settings = house.settings
    backup_home(settings, tmp_path / "one.backup", clock)
    with house.database.transaction() as tx:
        activate(tx, other_pack, clock, house.projectors)
    house.publish()
    house.database.close()
    _, stopped = restore_home(settings, tmp_path / "one.backup", clock)
    assert stopped is not None
    with open_app(settings, clock) as app:
        with pytest.raises(NotWritable), app.database.transaction() as tx:
            activate(tx, other_pack, clock, app.projectors)
        assert events(app) == [(0, "pack_activated")]


def test_open_sessions_do_not_come_back_with_a_backup(house, clock, tmp_path):
    with house.database.transaction() as tx:
        _, password = accounts.add_account(
            tx, NewAccount("li", "李某", Role.OFFICE), house.passwords, clock, "t"
        )
    opened = house.sign_in("li", password, "192.0.2.1")
    backup_home(house.settings, tmp_path / "one.backup", clock)
    house.database.close()
    restore_home(house.settings, tmp_path / "one.backup", clock)
    with open_app(house.settings, clock) as app, app.database.transaction() as tx:
        assert accounts.session(tx, opened.token, clock) is None


def test_a_home_in_use_is_not_restored_under_its_users(settings, clock, tmp_path):
    init_home(settings, clock=clock)
    backup_home(settings, tmp_path / "one.backup", clock)
    with open_app(settings, clock), pytest.raises(HomeTaken):
        restore_home(settings, tmp_path / "one.backup", clock)


def test_an_own_database_in_use_is_not_restored_under_its_users(home, dsn, clock, tmp_path):
    own = Settings(home=home / "own", dsn=dsn)
    init_home(own, clock=clock)
    backup_home(own, tmp_path / "one.backup", clock)
    with open_app(own, clock) as app, app.database.transaction() as tx, pytest.raises(HomeTaken):
        tx.fetch("select 1")
        restore_home(own, tmp_path / "one.backup", clock)
    restore_home(own, tmp_path / "one.backup", clock)


def test_the_working_folder_may_be_closed_to_the_database(settings, clock, tmp_path, monkeypatch):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.chdir(closed)
    assert init_home(settings, clock=clock).fresh
    assert Path.cwd() == closed
