"""Folders here and on an SFTP server: one behaviour; a server is trusted by the entered key alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from tests.contract.sftp import PASSWORD, USER, SftpServer, sftp_server

from xinheng.outward.reconciliation.connection import SftpAt
from xinheng.outward.reconciliation.errors import FolderUnusable, HostKeyWrong, PartnerAway, PartnerWrong
from xinheng.outward.reconciliation.places import LocalPlace, Place, SftpPlace
from xinheng.outward.targets import TargetForbidden

LOOPBACK = (ip_network("127.0.0.0/8"),)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpServer]:
    root = tmp_path_factory.mktemp("sftp")
    with sftp_server(root, root.parent / "sftp-keys") as running:
        yield running


def at(served: SftpServer) -> SftpAt:
    return SftpAt("127.0.0.1", served.port, USER, served.host_key, "/", password=PASSWORD)


@pytest.fixture(params=["local", "sftp"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "local":
        yield LocalPlace(tmp_path)
        return
    opened = SftpPlace(at(request.getfixturevalue("served")), LOOPBACK)
    yield opened
    opened.close()


def test_files_are_put_read_replaced_and_taken_away(place: Place) -> None:
    assert place.names("outbox") == []
    place.write("outbox", "b.jsonl", "一".encode())
    place.write("outbox", "a.jsonl", b"1" * 100_000)
    place.write("outbox", "b.jsonl", "二".encode())
    assert place.names("outbox") == ["a.jsonl", "b.jsonl"]
    assert place.read("outbox", "b.jsonl") == "二".encode()
    assert place.read("outbox", "a.jsonl") == b"1" * 100_000
    assert place.read("outbox", "none") is None
    for name in ("a.jsonl", "b.jsonl", "none"):
        place.remove("outbox", name)
    assert place.names("outbox") == []


def test_what_is_still_being_written_is_not_there_yet(served: SftpServer) -> None:
    place = SftpPlace(replace(at(served), password=None, key=served.client_key), LOOPBACK)
    try:
        place.names("inbox")
        (served.root / "inbox" / "x.jsonl.part").write_bytes(b"half")
        (served.root / "inbox" / "folder").mkdir(exist_ok=True)
        assert place.names("inbox") == []
    finally:
        place.close()


def test_another_host_key_is_refused_and_nothing_is_sent(served: SftpServer) -> None:
    kind, text = served.host_key.split()
    for wrong in (f"{kind} {text[:-6]}AAAAAA", f"ssh-rsa {text}", f"{kind} 不是"):
        with pytest.raises(HostKeyWrong):
            SftpPlace(replace(at(served), host_key=wrong), LOOPBACK)
    assert not any(t.is_authenticated() for t in served.connections[-3:])


def test_wrong_credentials_and_servers_out_of_reach_say_so(served: SftpServer) -> None:
    with pytest.raises(PartnerWrong) as refused:
        SftpPlace(replace(at(served), password="falsch"), LOOPBACK)
    assert "falsch" not in str(refused.value)
    with pytest.raises(PartnerWrong, match="私钥"):
        SftpPlace(replace(at(served), password=None, key="kein Schlüssel"), LOOPBACK)
    with pytest.raises(PartnerAway):
        SftpPlace(replace(at(served), port=9), LOOPBACK)
    with pytest.raises(TargetForbidden):
        SftpPlace(at(served), ())


def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(FolderUnusable, match="目录不存在"):
        LocalPlace(tmp_path / "none").names("inbox")
