"""How a partner is reached: read from a private file, refused where it is not one, never shown."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest

from xinheng.outward.reconciliation import connection
from xinheng.outward.reconciliation.connection import ApiAt, FolderAt, SftpAt
from xinheng.outward.reconciliation.errors import ConnectionMissing, PartnerWrong

SECRET = "planted-secret"
SFTP = {"way": "sftp", "host": "h.invalid", "user": "u", "host_key": "ssh-ed25519 AAAA", "path": "/x"}


def test_the_three_ways_are_read() -> None:
    assert connection.parse('{"way": "folder", "path": "/srv/x"}') == FolderAt("/srv/x")
    sftp = connection.parse(json.dumps(SFTP | {"password": SECRET}))
    assert isinstance(sftp, SftpAt)
    assert (sftp.port, sftp.password, sftp.key) == (22, SECRET, None)
    api = connection.parse(
        json.dumps({"way": "api", "base": "https://p.invalid/", "client": "c", "secret": SECRET})
    )
    assert isinstance(api, ApiAt)
    assert (api.host, api.port, api.secure) == ("p.invalid", 443, True)
    assert SECRET not in repr(sftp) + repr(api)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"way": "post"}',
        '{"way": "folder"}',
        '{"way": "folder", "path": "/x", "more": "y"}',
        json.dumps(SFTP),
        json.dumps(SFTP | {"password": SECRET, "key": SECRET}),
        json.dumps(SFTP | {"password": SECRET, "port": 0}),
        json.dumps(SFTP | {"password": SECRET, "host_key": "AAAA"}),
        json.dumps({"way": "api", "base": "ftp://x", "client": "c", "secret": SECRET}),
        json.dumps({"way": "api", "base": "https://u:p@x", "client": "c", "secret": SECRET}),
        json.dumps({"way": "api", "base": "https://x/y", "client": "c", "secret": SECRET}),
        json.dumps({"way": "api", "base": "https://x:99999", "client": "c", "secret": SECRET}),
    ],
)
def test_anything_else_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(PartnerWrong) as refused:
        connection.parse(text)
    assert SECRET not in str(refused.value)


def test_the_file_is_the_owner_s_alone(tmp_path: Path) -> None:
    partner = UUID(int=5)
    connection.keep(tmp_path, partner, '{"way": "folder", "path": "/srv/x"}')
    file = connection.file_of(tmp_path, partner)
    assert file.stat().st_mode & 0o777 == 0o600
    assert connection.kept(tmp_path, partner) == FolderAt("/srv/x")
    file.chmod(0o644)
    with pytest.raises(ConnectionMissing, match="0644"):
        connection.kept(tmp_path, partner)
    connection.forget(tmp_path, partner)
    with pytest.raises(ConnectionMissing):
        connection.kept(tmp_path, partner)
    with pytest.raises(PartnerWrong):
        connection.keep(tmp_path, partner, "{}")
    assert list(tmp_path.iterdir()) == []
