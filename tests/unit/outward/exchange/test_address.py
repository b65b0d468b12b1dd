"""Connection addresses: what they may say, where they are kept, what is never repeated."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from xinheng.core.networks import may_reach, networks
from xinheng.outward import targets
from xinheng.outward.exchange import address
from xinheng.outward.exchange.errors import AddressMissing, AddressWrong
from xinheng.outward.exchange.model import Dialect

ID = UUID(int=1)
SECRET = "planted-secret"


@pytest.mark.parametrize(
    ("text", "dialect", "port"),
    [
        ("postgresql://u:p%40@db.gov.example/d", Dialect.POSTGRESQL, 5432),
        (
            "postgres://u:p@10.0.0.8:6000/d?sslmode=verify-full&sslrootcert=/etc/ca.pem",
            Dialect.POSTGRESQL,
            6000,
        ),
        ("mysql://u:p@[2001:db8::1]/d\n", Dialect.MARIADB, 3306),
        ("mariadb://u:p@db/d?ssl_ca=/etc/ca.pem", Dialect.MARIADB, 3306),
    ],
)
def test_an_address_is_read(text: str, dialect: Dialect, port: int) -> None:
    found = address.parse(text)
    assert (found.dialect, found.port, found.database) == (dialect, port, "d")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no address",
        f"oracle://u:{SECRET}@h/d",
        f"postgresql+asyncpg://u:{SECRET}@h/d",
        f"postgresql://u:{SECRET}@/d?host=/var/run",
        f"postgresql://:{SECRET}@h/d",
        "postgresql://u@h/d",
        f"postgresql://u:{SECRET}@h",
        f"postgresql://u:{SECRET}@h/d?options=-c%20x",
        f"postgresql://u:{SECRET}@h/d?passfile=/etc/x",
        f"postgresql://u:{SECRET}@h/d?sslmode=maybe",
        f"postgresql://u:{SECRET}@h/d?sslmode=require&sslmode=disable",
        f"mysql://u:{SECRET}@h/d?local_infile=1",
        f"mysql://u:{SECRET}@h/d?read_default_file=/etc/my.cnf",
        f"mysql://u:{SECRET}@h/d?unix_socket=/run/s",
        f"mysql://u:{SECRET}@h:port/d",
    ],
)
def test_an_address_that_says_too_little_or_too_much_is_refused_unrepeated(text: str) -> None:
    with pytest.raises(AddressWrong) as refused:
        address.parse(text)
    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None


def test_an_address_never_shows_itself() -> None:
    said = repr(address.parse(f"postgresql://name:{SECRET}@db.gov.example/d"))
    assert SECRET not in said
    assert "db.gov.example" not in said


def test_an_address_is_kept_for_the_owner_alone(tmp_path: Path) -> None:
    address.keep(tmp_path, ID, "postgresql://u:p@h/d")
    kept = address.file_of(tmp_path, ID)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert address.kept(tmp_path, ID).user == "u"
    address.keep(tmp_path, ID, "postgresql://v:p@h/d\n")
    assert address.kept(tmp_path, ID).user == "v"
    assert [p.name for p in tmp_path.iterdir()] == [kept.name]
    address.forget(tmp_path, ID)
    with pytest.raises(AddressMissing):
        address.kept(tmp_path, ID)


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    given = tmp_path / "dsn"
    given.write_text("postgresql://u:p@h/d")
    given.chmod(0o644)
    with pytest.raises(AddressMissing, match="0644"):
        address.read_private(given)
    given.chmod(0o600)
    assert address.read_private(given).startswith("postgresql")
    given.write_bytes(b"\xff")
    with pytest.raises(AddressMissing):
        address.read_private(given)
    given.write_text("x" * 3_000)
    with pytest.raises(AddressWrong):
        address.read_private(given)


@pytest.mark.parametrize(
    ("place", "listed", "may"),
    [
        ("8.8.8.8", "", True),
        ("2001:4860:4860::8888", "", True),
        ("10.1.2.3", "", False),
        ("10.1.2.3", "10.1.0.0/16", True),
        ("10.2.2.3", "10.1.0.0/16", False),
        ("127.0.0.1", "", False),
        ("::1", "", False),
        ("::1", "::1", True),
        ("169.254.169.254", "", False),
        ("100.64.0.1", "", False),
        ("0.0.0.0", "", False),  # noqa: S104 - refused, not bound to
        ("224.0.0.1", "", False),
        ("fe80::1%eth0", "", False),
        ("fd00::1", "10.0.0.0/8", False),
        ("::ffff:10.1.2.3", "", False),
        ("::ffff:10.1.2.3", "10.1.2.3", True),
        ("::ffff:8.8.8.8", "", True),
        ("2002:0a01:0203::1", "", False),
    ],
)
def test_private_places_are_reached_only_where_they_are_listed(place: str, listed: str, may: bool) -> None:
    assert may_reach(place, networks(listed)) is may


def test_a_name_is_resolved_once_and_every_address_it_has_must_be_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def answers(*given: str):
        return lambda *_, **__: [(0, 0, 0, "", (place, 80)) for place in given]

    monkeypatch.setattr(targets.socket, "getaddrinfo", answers("8.8.8.8", "8.8.4.4"))
    assert targets.resolve("h", 80, ()) == "8.8.8.8"
    monkeypatch.setattr(targets.socket, "getaddrinfo", answers("8.8.8.8", "10.0.0.1"))
    with pytest.raises(targets.TargetForbidden):
        targets.resolve("h", 80, ())
    with pytest.raises(targets.TargetUnknown):
        monkeypatch.undo()
        targets.resolve("no such name.invalid", 80, ())
