"""The text of a PDF, read back from its own streams: what a reader that copies it gets."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator


def text(pdf: bytes) -> str:
    streams = [_unpacked(body) for body in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)]
    shown: dict[bytes, str] = {}
    for stream in streams:
        if b"begincmap" in stream:
            for code, meant in re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>\r?\n", stream):
                shown[code.lower()] = bytes.fromhex(meant.decode()).decode("utf-16-be")
    pieces = [string for stream in streams if b"Tf" in stream for string in _strings(stream)]
    codes = [piece[at : at + 2].hex().encode() for piece in pieces for at in range(0, len(piece), 2)]
    return "".join(shown.get(code, "�") for code in codes)


def _unpacked(body: bytes) -> bytes:
    try:
        return zlib.decompress(body)
    except zlib.error:
        return body


_ESCAPES = {ord("n"): 10, ord("r"): 13, ord("t"): 9, ord("b"): 8, ord("f"): 12}


def _strings(stream: bytes) -> Iterator[bytes]:
    """The strings of a content stream: hexadecimal, or literal with escapes and balanced brackets."""
    at = 0
    while at < len(stream):
        if stream[at : at + 1] == b"<" and stream[at + 1 : at + 2] != b"<":
            end = stream.index(b">", at)
            yield bytes.fromhex(stream[at + 1 : end].decode())
            at = end
        elif stream[at : at + 2] == b"<<":
            at += 1
        elif stream[at : at + 1] == b"(":
            string, at = _literal(stream, at + 1)
            yield string
        at += 1


def _literal(stream: bytes, at: int) -> tuple[bytes, int]:
    """A literal string, and where its closing bracket stands."""
    found, depth = bytearray(), 1
    while True:
        byte = stream[at]
        if byte == ord("\\"):
            octal = re.match(rb"[0-7]{1,3}", stream[at + 1 : at + 4])
            found.append(int(octal[0], 8) if octal else _ESCAPES.get(stream[at + 1], stream[at + 1]))
            at += len(octal[0]) if octal else 1
        else:
            depth += {ord("("): 1, ord(")"): -1}.get(byte, 0)
            if depth == 0:
                return bytes(found), at
            found.append(byte)
        at += 1
