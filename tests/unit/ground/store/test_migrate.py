"""Migrations: the steps make the schema, once."""

from __future__ import annotations

import subprocess

import psycopg
import pytest

from xinheng.ground.store import StoreUnavailable, migrate, revision
from xinheng.ground.store.binaries import package_folder
from xinheng.ground.store.errors import DatabaseUnsuited, SchemaUnknown
from xinheng.ground.store.migrate import MIGRATIONS, known_revisions
from xinheng.ground.store.server import ADMIN


def dump(dsn: str) -> list[str]:
    """The schema as pg_dump writes it, without Alembic's own table and pg_dump's random guards."""
    program = package_folder() / "pginstall" / "bin" / "pg_dump"
    command = [str(program), "--schema-only", "--no-owner", "-T", "alembic_version", "-d", dsn]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]


def test_the_schema_is_that_of_the_sql_files_in_order(dsn, empty_dsn):
    with psycopg.connect(empty_dsn) as link:
        for revision_id in reversed(known_revisions()):
            (file,) = MIGRATIONS.glob(f"versions/{revision_id}_*.sql")
            link.execute(file.read_bytes())
    assert dump(dsn) == dump(empty_dsn)


def test_a_first_migration_names_its_steps_and_a_second_does_nothing(empty_dsn):
    assert migrate(empty_dsn) == known_revisions()[::-1]
    before = dump(empty_dsn)
    assert migrate(empty_dsn) == []
    assert dump(empty_dsn) == before


def test_the_revision_tells_whether_something_is_to_be_done(empty_dsn):
    assert revision(empty_dsn) == (None, known_revisions()[0])
    migrate(empty_dsn)
    assert revision(empty_dsn) == (known_revisions()[0], known_revisions()[0])


def test_a_failing_step_leaves_nothing_behind(empty_dsn):
    with psycopg.connect(empty_dsn) as link:
        link.execute("create table platform (other integer)")
    with pytest.raises(Exception, match="XH303"):
        migrate(empty_dsn)
    with psycopg.connect(empty_dsn) as link:
        tables = link.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
    assert tables == [("platform",)]


def test_a_database_of_a_newer_program_is_refused(dsn):
    with psycopg.connect(dsn) as link:
        link.execute("update alembic_version set version_num = '9999'")
    with pytest.raises(SchemaUnknown):
        migrate(dsn)


def test_an_address_in_keyword_form_works_too(empty_dsn):
    keywords = psycopg.conninfo.make_conninfo("", **psycopg.conninfo.conninfo_to_dict(empty_dsn))
    assert "://" not in keywords
    assert migrate(keywords) == known_revisions()[::-1]


def test_no_database_is_an_unavailable_store(tmp_path):
    with pytest.raises(StoreUnavailable):
        migrate(f"postgresql://u:p@/d?host={tmp_path}")


def test_a_database_that_is_not_in_utf8_is_refused_with_what_to_do(server):
    with psycopg.connect(server.address("postgres", ADMIN), autocommit=True) as link:
        link.execute(
            "create database latin owner xinheng template template0 encoding 'SQL_ASCII'"
            " locale_provider libc locale 'C'"
        )
        try:
            with pytest.raises(DatabaseUnsuited) as refused:
                migrate(server.address("latin"))
        finally:
            link.execute("drop database latin with (force)")
    assert "库的编码为 SQL_ASCII" in str(refused.value)
    assert "encoding 'UTF8'" in str(refused.value)


def test_a_role_that_may_not_make_tables_is_told_so(server):
    with psycopg.connect(server.address("postgres", ADMIN), autocommit=True) as link:
        link.execute("create database foreignowned")
        try:
            with pytest.raises(DatabaseUnsuited) as refused:
                migrate(server.address("foreignowned"))
        finally:
            link.execute("drop database foreignowned with (force)")
    assert "账户不能在库中建表" in str(refused.value)
