"""Uploads in flight are private, belong to one account and do not stay."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from xinheng.faces.web.desk.uploads import Upload, Uploads
from xinheng.faces.web.errors import UploadAbsentError

OWNER, OTHER, RECEIPT = UUID(int=1), UUID(int=2), UUID(int=3)


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "incoming")


def begun(uploads: Uploads) -> Upload:
    token = uploads.begin()
    uploads.file(token).write_bytes(b"a,b\n1,2\n")
    upload = Upload(token, str(OWNER), "十月.csv", 8, "penalty", "report")
    uploads.save(upload)
    return upload


def test_an_upload_is_kept_as_it_was_said_and_can_be_changed(uploads: Uploads) -> None:
    upload = begun(uploads)
    assert uploads.load(upload.token, OWNER) == upload
    changed = replace(upload, mapping={"文号": "CF_WSH"}, constants={"CF_CFJG": "甲局"})
    uploads.save(changed)
    assert uploads.load(upload.token, OWNER) == changed


def test_everything_in_it_is_closed_to_others(uploads: Uploads) -> None:
    upload = begun(uploads)
    folder = uploads.file(upload.token).parent
    assert (folder.parent.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o700, 0o700)
    assert (folder / "upload.json").stat().st_mode & 0o777 == 0o600


def test_another_account_does_not_find_it(uploads: Uploads) -> None:
    upload = begun(uploads)
    with pytest.raises(UploadAbsentError):
        uploads.load(upload.token, OTHER)


@pytest.mark.parametrize("token", ["", "../../etc", "a" * 21, "a" * 23, "a" * 21 + "/", "x" * 22])
def test_a_token_that_was_never_given_out_finds_nothing(uploads: Uploads, token: str) -> None:
    with pytest.raises(UploadAbsentError):
        uploads.load(token, OWNER)


def test_after_sending_the_file_is_gone_and_the_receipt_is_remembered(uploads: Uploads) -> None:
    upload = begun(uploads)
    assert uploads.sent(upload.token) is None
    uploads.finish(upload.token, RECEIPT)
    assert uploads.sent(upload.token) == RECEIPT
    assert not uploads.file(upload.token).exists()


def test_a_discarded_upload_leaves_nothing(uploads: Uploads) -> None:
    upload = begun(uploads)
    uploads.discard(upload.token)
    assert list(uploads.folder.iterdir()) == []


def test_what_nobody_sent_within_a_day_is_removed(uploads: Uploads, clock) -> None:
    old, young = begun(uploads), begun(uploads)
    now = clock.now().at.timestamp()
    os.utime(uploads.file(old.token).parent, (now - 86_401, now - 86_401))
    os.utime(uploads.file(young.token).parent, (now - 86_399, now - 86_399))
    uploads.sweep(clock)
    with pytest.raises(UploadAbsentError):
        uploads.load(old.token, OWNER)
    assert uploads.load(young.token, OWNER) == young
