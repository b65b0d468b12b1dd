"""Uploads as a stream: fields before the file decide, the file lands where it was told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.faces.web.desk.receiving import Received, receive
from xinheng.faces.web.errors import ForeignFormError, ParameterError, foreign_form

TYPE = "multipart/form-data; boundary=xx"


def part(name: str, value: bytes, file_name: str | None = None) -> bytes:
    named = f'; filename="{file_name}"' if file_name is not None else ""
    return b'--xx\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n' % (
        name.encode(),
        named.encode(),
        value,
    )


def send(body: bytes, target: Path, admit=lambda fields: None, size: int = 7, kind: str = TYPE) -> Received:
    async def stream() -> AsyncIterator[bytes]:
        for start in range(0, len(body), size):
            yield body[start : start + size]

    return asyncio.run(receive(kind, stream(), target, admit))


@given(content=st.binary(max_size=300), size=st.integers(1, 100))
def test_the_file_arrives_byte_for_byte_however_it_is_cut(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, size: int
) -> None:
    target = tmp_path_factory.mktemp("up") / "file"
    if b"--xx" in content:
        return
    body = part("csrf", b"t") + part("file", content, "十月.csv") + part("item", b"penalty") + b"--xx--\r\n"
    got = send(body, target, size=size)
    assert target.read_bytes() == content
    assert got == Received({"csrf": "t", "item": "penalty"}, "十月.csv", len(content))


def test_the_file_is_readable_by_the_house_alone(tmp_path: Path) -> None:
    send(part("file", b"a", "a.csv") + b"--xx--\r\n", tmp_path / "file")
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_a_file_is_not_written_before_its_sender_is_admitted(tmp_path: Path) -> None:
    def admit(fields: dict[str, str]) -> None:
        if fields.get("csrf") != "t":
            raise foreign_form()

    with pytest.raises(ForeignFormError):
        send(part("file", b"secret", "a.csv") + part("csrf", b"t") + b"--xx--\r\n", tmp_path / "file", admit)
    assert not (tmp_path / "file").exists()
    with pytest.raises(ForeignFormError):
        send(part("item", b"x") + b"--xx--\r\n", tmp_path / "file", admit)


def test_a_path_in_the_file_name_is_dropped(tmp_path: Path) -> None:
    for sent, kept in {
        "../../etc/passwd": "passwd",
        "C:\\表\\十月.xls": "十月.xls",
        "a\x07b.csv": "ab.csv",
    }.items():
        assert send(part("file", b"a", sent) + b"--xx--\r\n", tmp_path / "f").file_name == kept


def test_an_empty_file_field_is_no_file(tmp_path: Path) -> None:
    got = send(part("item", b"penalty") + part("file", b"", "") + b"--xx--\r\n", tmp_path / "f")
    assert got.file_name is None
    assert got.fields["item"] == "penalty"


@pytest.mark.parametrize(
    "body",
    [
        part("a", b"1"),  # broken off
        part("file", b"1", "a.csv") + part("more", b"2", "b.csv") + b"--xx--\r\n",  # two files
        part("a", b"x" * 70_000) + b"--xx--\r\n",  # text without end
        b"".join(part(f"f{i}", b"1") for i in range(60)) + b"--xx--\r\n",  # fields without end
        b"no multipart at all",
        b"",
    ],
)
def test_what_is_no_single_file_form_is_refused(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(ParameterError):
        send(body, tmp_path / "f", size=1_000)


def test_another_content_type_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError):
        send(b"", tmp_path / "f", kind="application/json")
