"""Bringing a database to this program's schema: Alembic, plain SQL steps."""

from __future__ import annotations

from pathlib import Path

import psycopg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from xinheng.ground.store.errors import SchemaUnknown
from xinheng.ground.store.pgdriver import translate

# The steps lie beside the sources in the checkout: <root>/migrations.
MIGRATIONS = Path(__file__).resolve().parents[4] / "migrations"
LOCK = 0x58494E48  # "XINH": two processes never migrate at once


def migrate(dsn: str) -> list[str]:
    """Apply the steps that are missing, all in one transaction; the revisions applied (empty: nothing to do).

    Raises SchemaUnknown where the database is newer than the program, StoreUnavailable without one.
    """
    try:
        with psycopg.connect(dsn) as guard:
            guard.execute("select pg_advisory_lock(%s)", [LOCK])
            return _migrate(dsn)
    except psycopg.Error as error:
        raise translate(error) from error


def revision(dsn: str) -> tuple[str | None, str | None]:
    """(the database's revision, the program's): equal where nothing is to be done."""
    engine = _engine(dsn)
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    except sa.exc.DBAPIError as error:
        raise _translated(error) from error
    finally:
        engine.dispose()
    return current, ScriptDirectory(str(MIGRATIONS)).get_current_head()


def known_revisions() -> list[str]:
    """Every schema revision this program knows, newest first."""
    return [step.revision for step in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]


def _migrate(dsn: str) -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    engine = _engine(dsn)
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            context = MigrationContext.configure(connection)
            before = context.get_current_revision()
            command.upgrade(config, "head")
            after = MigrationContext.configure(connection).get_current_revision()
    except CommandError as error:
        raise SchemaUnknown("数据库结构由更新的程序建立") from error
    except sa.exc.DBAPIError as error:
        raise _translated(error) from error
    finally:
        engine.dispose()
    if before == after:
        return []
    steps = ScriptDirectory(str(MIGRATIONS)).iterate_revisions(after, before)
    return [step.revision for step in steps][::-1]


def _engine(dsn: str) -> sa.Engine:
    # SQLAlchemy only carries the connection: the address stays libpq's own, whatever its form.
    return sa.create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(dsn), poolclass=sa.NullPool
    )


def _translated(error: sa.exc.DBAPIError) -> Exception:
    return translate(error.orig) if isinstance(error.orig, psycopg.Error) else error
