"""What the fixtures promise."""

from __future__ import annotations

import socket
from datetime import UTC, datetime

import pytest

from xinheng.core.times import Known


@pytest.mark.parametrize("address", ["192.0.2.1", "example.org", "10.0.0.1"])
def test_no_test_talks_to_another_machine(address):
    with socket.socket() as out, pytest.raises(AssertionError, match="tried to connect"):
        out.connect((address, 80))


def test_loopback_is_open():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        with socket.socket() as out:
            out.connect(listening.getsockname())
        listening.accept()[0].close()


def test_the_clock_stands_until_it_is_moved(clock):
    assert clock.now() == clock.now() == Known(datetime(2026, 11, 20, 2, tzinfo=UTC))
    clock.step(microseconds=1)
    assert clock.now() == Known(datetime(2026, 11, 20, 2, 0, 0, 1, tzinfo=UTC))


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_has_a_database_of_its_own(database, turn):
    with database.transaction() as tx:
        assert tx.fetch("select count(*) from platform") == [(0,)]
        tx.execute("insert into platform values ('a', 'b')")
