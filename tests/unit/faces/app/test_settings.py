"""Settings: one frozen value, read from the environment alone."""

from __future__ import annotations

import os
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from xinheng.faces.app.errors import SettingWrong
from xinheng.faces.app.settings import ROOT_HOME, Settings

SECRET = "postgresql://u:planted-secret@/d"


def test_nothing_is_needed():
    settings = Settings.from_environment({"HOME": "/home/li"})
    assert (settings.bind, settings.port, settings.pack, settings.dsn) == (
        "127.0.0.1",
        8000,
        "national",
        None,
    )
    assert (settings.memory_mb, settings.threads, settings.debug) == (800, 2, False)


def test_the_default_home_is_one_that_the_database_can_reach():
    home = Settings.from_environment({"XDG_DATA_HOME": "/data/li"}).home
    assert home == (ROOT_HOME if os.geteuid() == 0 else Path("/data/li/xinheng"))


def test_every_setting_is_taken():
    given = {
        "XINHENG_HOME": "/srv/x",
        "XINHENG_DSN": SECRET,
        "XINHENG_DB_USER": "pg",
        "XINHENG_BIND": "0.0.0.0",  # noqa: S104 - a value under test
        "XINHENG_PORT": "0",
        "XINHENG_PACK": "hubei",
        "XINHENG_CHECKPOINT_DIR": f"/a{os.pathsep}/b",
        "XINHENG_MEMORY_MB": "1200",
        "XINHENG_THREADS": "4",
        "XINHENG_UPLOAD_MB": "10",
        "XINHENG_SITE_NAME": "信用明远",
        "XINHENG_SITE_NOTICE": "演示",
        "XINHENG_DEBUG": "1",
    }
    taken = Settings.from_environment(given)
    assert taken == Settings(
        home=Path("/srv/x"),
        dsn=SECRET,
        db_user="pg",
        bind="0.0.0.0",  # noqa: S104 - a value under test
        port=0,
        pack="hubei",
        checkpoint_dirs=(Path("/a"), Path("/b")),
        memory_mb=1200,
        threads=4,
        upload_bytes=10 * 1024 * 1024,
        site_name="信用明远",
        site_notice="演示",
        debug=True,
    )


def test_an_empty_value_is_not_set():
    names = ("HOME", "DSN", "PORT", "PACK", "SITE_NOTICE", "CHECKPOINT_DIR", "DEBUG")
    assert Settings.from_environment({f"XINHENG_{n}": "  " for n in names}) == Settings.from_environment({})


@pytest.mark.parametrize("value", ["x", "-1", "65536", "８０", "1.5", "1e3", "²"])
def test_a_port_that_is_none_is_refused_without_repeating_it(value):
    with pytest.raises(SettingWrong) as refused:
        Settings.from_environment({"XINHENG_PORT": value})
    assert refused.value.where == "XINHENG_PORT"
    assert refused.value.found == "XINHENG_PORT 的值无法使用"


def test_the_address_of_the_database_is_never_shown():
    assert "planted-secret" not in repr(Settings.from_environment({"XINHENG_DSN": SECRET}))


def test_a_relative_home_is_taken_from_where_the_command_runs():
    assert Settings.from_environment({"XINHENG_HOME": "there"}).home == Path.cwd() / "there"


def test_settings_do_not_change():
    with pytest.raises(FrozenInstanceError):
        Settings.from_environment({}).port = 1
