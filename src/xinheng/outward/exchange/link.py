"""Connecting to an agency's database: to the address that was judged, in Beijing time, as a stream."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pymysql
from pymysql.constants.CLIENT import FOUND_ROWS
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from xinheng.core.networks import Network
from xinheng.outward.exchange.address import Address
from xinheng.outward.exchange.errors import AddressWrong, AgencyDatabaseAway, AgencyDatabaseRefused
from xinheng.outward.exchange.model import Dialect
from xinheng.outward.targets import resolve

PATIENCE = 10  # seconds to connect
SILENCE = 600  # seconds that one answer may take
STREAM = 2_000  # rows held of a result
ZONE = "+08:00"
# MariaDB's errors that pass by themselves: lock wait, deadlock, shutdown, gone away, lost
PASSING = frozenset({1040, 1053, 1158, 1159, 1160, 1161, 1205, 1213, 2002, 2003, 2006, 2013, 2055})
DRIVERS = {Dialect.POSTGRESQL: "postgresql+psycopg://", Dialect.MARIADB: "mariadb+pymysql://"}


@contextmanager
def linked(address: Address, listed: Sequence[Network]) -> Iterator[Engine]:
    """An engine for an agency's database; what its driver says becomes a refusal of ours.

    `listed`: networks beside the public ones. Raises TargetForbidden, TargetUnknown, AgencyDatabaseAway,
    AgencyDatabaseRefused, AddressWrong.
    """
    place = resolve(address.host, address.port, listed)
    make = {Dialect.POSTGRESQL: _postgresql, Dialect.MARIADB: _mariadb}[address.dialect]
    with translated():
        engine = create_engine(
            DRIVERS[address.dialect],  # no part of the address is in it, so none is in a message
            creator=make(address, place),
            poolclass=NullPool,
            hide_parameters=True,
        )
        try:
            yield engine
        finally:
            engine.dispose()


@contextmanager
def translated() -> Iterator[None]:
    """The driver's errors as refusals. Their texts may quote rows and hosts: only numbers are passed on."""
    try:
        yield
    except DBAPIError as error:
        raise _refusal(error) from None
    except OSError:
        raise _away() from None
    except SQLAlchemyError as error:
        raise _refused(type(error).__name__) from None


def _refusal(error: DBAPIError) -> AgencyDatabaseAway | AgencyDatabaseRefused | AddressWrong:
    original = error.orig
    if isinstance(original, psycopg.Error) and (state := original.sqlstate) is not None:
        # class 08 connection, 40 retry, 53 resources, 57 operator; 28 and 3D at the door
        if state[:2] in {"28", "3D"}:
            return _door(state)
        return _away() if state[:2] in {"08", "40", "53", "57"} or state == "55P03" else _refused(state)
    number = original.args[0] if original is not None and original.args else 0
    if number in PASSING or error.connection_invalidated:
        return _away()
    if isinstance(number, int) and number:
        return _door(str(number)) if number in {1044, 1045, 1049, 1698} else _refused(str(number))
    if isinstance(error, (OperationalError, InterfaceError, InternalError)):
        return _at_the_door(original)
    return _refused(type(original).__name__)


def _at_the_door(error: object) -> AgencyDatabaseAway | AddressWrong:
    """A connection that was never made: away, or the credentials are wrong."""
    said = str(error)
    if "password authentication failed" in said or "does not exist" in said or "Access denied" in said:
        return _door("28P01")
    return _away()


def _door(number: str) -> AddressWrong:
    return AddressWrong(
        found=f"单位数据库不接受账号、口令或数据库名（{number}）",
        expected="单位为交换开设的账号",
        todo="与单位核对后，用 xinheng exchange address 重新录入",
    )


def _away() -> AgencyDatabaseAway:
    return AgencyDatabaseAway(
        found="连接不上、连接中断或须重试",
        expected="单位数据库正常应答",
        todo="稍后再运行，会从中断处接着做；仍不行时请单位检查数据库与防火墙",
    )


def _refused(number: str) -> AgencyDatabaseRefused:
    return AgencyDatabaseRefused(
        found=f"单位数据库返回 {number}",
        expected="按约定建立的三张交换表，以及读写它们的权限",
        todo="对照 xinheng exchange ddl 的输出与 docs/exchange.md 的授权语句；改好后再运行",
    )


def _postgresql(address: Address, place: str) -> Callable[[], Any]:
    def connect() -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=address.host,  # the name is for certificates, the address is where it goes
            hostaddr=place,
            port=address.port,
            dbname=address.database,
            user=address.user,
            password=address.password,
            sslmode=address.options.get("sslmode", "prefer"),
            sslrootcert=address.options.get("sslrootcert"),
            connect_timeout=PATIENCE,
            client_encoding="utf8",
            application_name="xinheng",
            passfile="/dev/null",  # nothing of this account's own may add to the address
            options=f"-c timezone=Asia/Shanghai -c statement_timeout={SILENCE * 1000}",
            tcp_user_timeout=SILENCE * 1000,
        )

    return connect


def _mariadb(address: Address, place: str) -> Callable[[], Any]:
    ca = address.options.get("ssl_ca")

    def connect() -> pymysql.connections.Connection:
        link = pymysql.connect(
            host=address.host,
            port=address.port,
            database=address.database,
            user=address.user,
            password=address.password.encode(),  # as text, the driver knows Latin letters only
            charset="utf8mb4",
            client_flag=FOUND_ROWS,
            connect_timeout=PATIENCE,
            read_timeout=SILENCE,
            write_timeout=SILENCE,
            local_infile=False,
            init_command=f"set time_zone = '{ZONE}'",
            ssl={"ca": str(Path(ca))} if ca else None,
            defer_connect=True,
        )
        door = socket.create_connection((place, address.port), PATIENCE)
        door.settimeout(None)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        link.connect(door)
        return link

    return connect
