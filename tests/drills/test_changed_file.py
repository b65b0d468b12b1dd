"""A file that changes while it is read is refused as a whole, whenever it changes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.sending import House, row, write

from xinheng.evidence.intake import service
from xinheng.evidence.intake.model_refusals import FileChangedError


def change(path: Path, how: str) -> None:
    if how == "append":
        with path.open("a", encoding="utf-8") as file:
            file.write("\n")
    elif how == "replace":
        other = path.with_suffix(".new")
        write(other, [row(1, CF_SY="另一个文件")])
        other.replace(path)
    else:  # same length, and its time set back
        before = path.stat()
        path.write_bytes(path.read_bytes().replace("广告".encode(), "商标".encode()))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("how", ["append", "replace", "hidden"])
@pytest.mark.parametrize("stage", ["read", "compare", "seal"])
def test_what_changed_while_it_was_read_is_not_entered(house: House, how: str, stage: str) -> None:
    request = house.request([row(1), row(2, CF_XDR_SHXYM="91")])

    def progress(now: str) -> None:
        if now == stage:
            change(request.path, how)

    with pytest.raises(FileChangedError) as refused:
        service.submit(house, request, progress)
    assert refused.value.code == "XH712"
    assert [house.count(t) for t in ("receipts", "records", "events", "returned_rows")] == [0, 0, 0, 0]


def test_the_same_file_afterwards_is_taken(house: House) -> None:
    request = house.request([row(1)])
    assert service.submit(house, request).counts.accepted == 1
