"""Taking an uploaded file as a stream: straight into the private incoming area, never through /tmp.

A form parser would spool the file into the system's temporary folder first; rows about natural persons must
not lie there (decision 11). So the multipart body is read here: small fields into memory, one file onto disk.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool

from xinheng.faces.web.errors import ParameterError

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FIELD_LIMIT = 64 << 10  # bytes of all small fields together
FIELDS = 50
NAME_LIMIT = 200  # characters of a file name that are kept


@dataclass
class Received:
    """The small fields by name, and the name of the file that was written; None where none came."""

    fields: dict[str, str] = field(default_factory=dict)
    file_name: str | None = None
    size: int = 0


async def receive(
    content_type: str,
    stream: AsyncIterator[bytes],
    target: Path,
    admit: Callable[[dict[str, str]], None],
) -> Received:
    """Write the one file of a multipart body to `target` (0600) and return the rest.

    `admit` sees the fields that came before the file and raises where the file may not come in; a body
    without a file is admitted at its end. Raises ParameterError for anything that is no such body.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise _unreadable("不是带文件的表单")
    parts = _Parts(target, admit)
    try:
        parser = MultipartParser(boundary, parts.callbacks())
        async for chunk in stream:
            await run_in_threadpool(parser.write, chunk)  # writes to the disk: not on the event loop
        parser.finalize()
    except FormParserError:
        raise _unreadable("表单内容不完整") from None
    finally:
        parts.close()
    if not parts.ended:
        raise _unreadable("表单内容不完整")
    if parts.received.file_name is None:
        admit(parts.received.fields)
    return parts.received


class _Parts:
    """Callbacks of the parser: one part after another."""

    def __init__(self, target: Path, admit: Callable[[dict[str, str]], None]) -> None:
        self.received = Received()
        self.ended = False
        self._target, self._admit = target, admit
        self._file: BinaryIO | None = None
        self._header = self._value = b""
        self._disposition = b""
        self._name = ""
        self._data = bytearray()
        self._small = 0

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _begin(self) -> None:
        self._disposition, self._header, self._value = b"", b"", b""
        self._data = bytearray()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" not in options:
            return
        name = options[b"filename"].decode("utf-8", "replace").replace("\\", "/").rsplit("/", 1)[-1]
        if not name:  # a file field that was left empty
            return
        if self.received.file_name is not None:
            raise _unreadable("一次只收一个文件")
        self._admit(self.received.fields)
        self.received.file_name = "".join(c for c in name if c.isprintable())[-NAME_LIMIT:]
        self._target.touch(mode=0o600)
        self._file = self._target.open("wb")

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(memoryview(data)[start:end])
            self.received.size += end - start
            return
        self._small += end - start
        if self._small > FIELD_LIMIT:
            raise _unreadable("表单的文字内容太长")
        self._data += data[start:end]

    def _part_end(self) -> None:
        if self._file is not None:
            self.close()
            return
        if len(self.received.fields) >= FIELDS:
            raise _unreadable("表单的项太多")
        self.received.fields[self._name] = self._data.decode("utf-8", "replace")

    def _end(self) -> None:
        self.ended = True


def _unreadable(found: str) -> ParameterError:
    return ParameterError(found=found, expected="从报送页面提交的一个文件", todo="回到报送页面重新选择文件")
