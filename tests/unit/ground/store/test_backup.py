"""Backup and restore, on a real database."""

from __future__ import annotations

import tarfile

import pytest

from xinheng.ground.store import Database, backup, restore
from xinheng.ground.store.errors import BackupRefused, SchemaUnknown


@pytest.fixture
def folders(tmp_path):
    places = {"packs": tmp_path / "home" / "packs", "receipts": tmp_path / "home" / "receipts"}
    for place in places.values():
        place.mkdir(parents=True)
    (places["packs"] / "national").mkdir()
    (places["packs"] / "national" / "pack.yaml").write_text("name: 全国\n", encoding="utf-8")
    return places


def put(database: Database, name: str) -> None:
    with database.transaction() as tx:
        tx.execute("insert into platform values (%(n)s, '值')", {"n": name})


def names(database: Database) -> list[str]:
    with database.transaction() as tx:
        return [name for (name,) in tx.fetch("select name from platform order by name")]


def test_a_restored_backup_has_what_it_had_and_nothing_newer(dsn, database, folders, tmp_path, clock):
    put(database, "before")
    manifest = backup(dsn, folders, tmp_path / "one.backup", clock)
    assert manifest.made == "2026-11-20T02:00:00.000000Z"
    put(database, "after")
    with database.transaction() as tx:
        tx.execute("create table newer (x integer)")
    pack = folders["packs"] / "national" / "pack.yaml"
    pack.write_text("changed", encoding="utf-8")
    (folders["packs"] / "newer.yaml").write_text("x")

    assert restore(dsn, folders, tmp_path / "one.backup") == manifest
    assert names(database) == ["before"]
    with database.transaction() as tx:
        assert tx.fetch("select to_regclass('newer')::text") == [(None,)]
    assert pack.read_text(encoding="utf-8") == "name: 全国\n"
    assert not (folders["packs"] / "newer.yaml").exists()


def test_what_a_killed_restore_left_in_the_home_goes_with_the_next(dsn, folders, tmp_path, clock):
    backup(dsn, folders, tmp_path / "one.backup", clock)
    home = folders["packs"].parent
    (left := home / "xinheng-restoring-a1").mkdir()
    (left / "database.dump").write_text("what was said, and erased since")
    (tmp_path / "bad.backup").write_text("rubbish")
    with pytest.raises(BackupRefused):
        restore(dsn, folders, tmp_path / "bad.backup")
    assert left.exists(), "the folders of a home may lie in it: it goes when others are in their place"
    restore(dsn, folders, tmp_path / "one.backup")
    assert sorted(p.name for p in home.iterdir()) == ["packs", "receipts"]


def test_a_backup_can_go_into_an_empty_database(dsn, empty_dsn, database, folders, tmp_path, clock):
    put(database, "before")
    backup(dsn, folders, tmp_path / "one.backup", clock)
    restore(empty_dsn, {}, tmp_path / "one.backup")
    with Database(empty_dsn) as other:
        assert names(other) == ["before"]


def test_a_backup_is_private_and_holds_only_what_was_named(dsn, folders, tmp_path, clock):
    (folders["packs"].parent / "keys").mkdir()
    (folders["packs"].parent / "keys" / "log").write_text("secret")
    backup(dsn, folders, tmp_path / "one.backup", clock)
    assert (tmp_path / "one.backup").stat().st_mode & 0o077 == 0
    with tarfile.open(tmp_path / "one.backup") as archive:
        assert archive.getnames() == ["manifest.json", "database.dump", "packs/national/pack.yaml"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["home", "one.backup"]


def test_an_older_backup_is_never_overwritten(dsn, folders, tmp_path, clock):
    (tmp_path / "one.backup").write_text("precious")
    with pytest.raises(BackupRefused):
        backup(dsn, folders, tmp_path / "one.backup", clock)
    assert (tmp_path / "one.backup").read_text() == "precious"


def test_an_empty_database_has_nothing_to_back_up(empty_dsn, folders, tmp_path, clock):
    with pytest.raises(BackupRefused):
        backup(empty_dsn, folders, tmp_path / "one.backup", clock)


def test_a_folder_that_is_not_there_is_refused_in_words(dsn, folders, tmp_path, clock):
    with pytest.raises(BackupRefused):
        backup(dsn, folders, tmp_path / "no" / "one.backup", clock)


@pytest.mark.parametrize("damage", ["flip", "cut", "text", "empty", "absent"])
def test_a_damaged_file_is_refused_and_changes_nothing(dsn, database, folders, tmp_path, clock, damage):
    file = tmp_path / "one.backup"
    backup(dsn, folders, file, clock)
    whole = file.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    contents = {"flip": flipped, "cut": whole[:middle], "text": b"a,b\n1,2\n", "empty": b""}
    file.unlink()
    if damage in contents:
        file.write_bytes(contents[damage])
    put(database, "after")
    with pytest.raises(BackupRefused):
        restore(dsn, folders, file)
    assert names(database) == ["after"]
    assert (folders["packs"] / "national" / "pack.yaml").exists()


def test_a_backup_of_a_newer_program_is_refused_and_changes_nothing(dsn, database, folders, tmp_path, clock):
    with database.transaction() as tx:
        tx.execute("update alembic_version set version_num = '9999'")
    backup(dsn, folders, tmp_path / "one.backup", clock)
    put(database, "after")
    with pytest.raises(SchemaUnknown):
        restore(dsn, folders, tmp_path / "one.backup")
    assert names(database) == ["after"]
