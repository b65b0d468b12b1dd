"""Bringing a database to this program's schema: Alembic, plain SQL steps.

Alembic and SQLAlchemy are imported when they are needed: every command would wait half a second for them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from xinheng.ground.store.errors import DatabaseUnsuited, SchemaUnknown
from xinheng.ground.store.pgdriver import translate

if TYPE_CHECKING:
    import sqlalchemy as sa

# The steps lie beside the sources in the checkout: <root>/migrations.
MIGRATIONS = Path(__file__).resolve().parents[4] / "migrations"
STEP = "[0-9]*_*.py"
OLDEST = 15  # PostgreSQL
LOCK = 0x58494E48  # "XINH": two processes never migrate at once


def migrate(dsn: str) -> list[str]:
    """Apply the steps that are missing, all in one transaction; the revisions applied (empty: nothing to do).

    Raises SchemaUnknown where the database is newer than the program, StoreUnavailable without one,
    DatabaseUnsuited where it is too old, not in UTF-8, or closed to this role.
    """
    try:
        with psycopg.connect(dsn) as guard:
            _require_suited(guard)
            guard.execute("select pg_advisory_lock(%s)", [LOCK])
            return _migrate(dsn)
    except psycopg.Error as error:
        raise translate(error) from error


def revision(dsn: str) -> tuple[str | None, str]:
    """(the database's revision, the program's): equal where all is done. Raises StoreUnavailable."""
    try:
        with psycopg.connect(dsn) as link:
            there = link.execute("select to_regclass('alembic_version') is not null").fetchone()
            row = (
                link.execute("select version_num from alembic_version").fetchone()
                if there == (True,)
                else None
            )
    except psycopg.Error as error:
        raise translate(error) from error
    return row[0] if row else None, known_revisions()[0]


def _require_suited(link: psycopg.Connection[Any]) -> None:
    """Where the settings name a database of the operator's own: told before anything is begun."""
    version, encoding = link.info.server_version, link.info.parameter_status("server_encoding")
    if version < OLDEST * 10_000:
        raise DatabaseUnsuited(f"PostgreSQL {version // 10_000}", "换到该版本以上的服务器")
    if encoding != "UTF8":
        todo = "另建一个库：create database … encoding 'UTF8' template template0"
        raise DatabaseUnsuited(f"库的编码为 {encoding}", todo)
    asked = "select coalesce(has_schema_privilege(current_schema(), 'create'), false)"
    if link.execute(asked).fetchone() != (True,):
        todo = "由管理员执行 alter database … owner to 该账户，或 grant create on schema public to 该账户"
        raise DatabaseUnsuited("账户不能在库中建表", todo)


def known_revisions() -> list[str]:
    """Every schema revision this program knows, newest first: the numbers its steps' files begin with."""
    return sorted((path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob(STEP)), reverse=True)


def _migrate(dsn: str) -> list[str]:
    import sqlalchemy as sa
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.util import CommandError

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
    return [step for step in known_revisions()[::-1] if before is None or step > before]


def _engine(dsn: str) -> sa.Engine:
    import sqlalchemy as sa

    # SQLAlchemy only carries the connection: the address stays libpq's own, whatever its form.
    return sa.create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(dsn), poolclass=sa.NullPool
    )


def _translated(error: sa.exc.DBAPIError) -> Exception:
    return translate(error.orig) if isinstance(error.orig, psycopg.Error) else error
