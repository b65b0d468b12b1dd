"""A proof file: that one record, as the public sees it, stands in the signed log; or that a log only grew."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from xinheng.verify.leaf import CLASSES, KIND, KNOWN, Leaf, commitment, entry_hash
from xinheng.verify.merkle import LARGEST, grown, included, leaf_hash
from xinheng.verify.note import Checkpoint, Key, open_checkpoint
from xinheng.verify.refusal import Refused, Unreadable

RECORD = "xinheng-proof/1"
GROWTH = "xinheng-consistency/1"
LARGEST_PROOF = 16 << 20
_PARTS = {"format", "header", "provenance", "commitments", "public", "inclusion", "checkpoint"}


@dataclass(frozen=True)
class Proved:
    """What a proof file showed. `content` is the public content of a record, None for a growth."""

    checkpoint: Checkpoint
    header: Leaf | None = None
    record: str | None = None
    position: int | None = None
    provenance: dict[str, str | None] | None = None
    content: str | None = None


def check_proof(raw: bytes, keys: list[Key]) -> Proved:
    """Check a proof file of either kind. Raises Refused."""
    value = parse(raw)
    if value.get("format") == GROWTH:
        return _check_growth(_exact(value, {"format", "old", "new", "path"}), keys)
    if value.get("format") == RECORD:
        return _check_record(_exact(value, _PARTS), keys)
    raise Unreadable("不是信衡证明文件", "not a Xinheng proof file")


def parse(raw: bytes) -> dict[str, Any]:
    """A JSON object without floats or doubled names. Raises Unreadable."""
    try:
        value = json.loads(
            raw.decode(), object_pairs_hook=_unique, parse_float=_no_number, parse_constant=_no_number
        )
        json.dumps(value, ensure_ascii=False).encode()  # a lone surrogate has no bytes
    except (ValueError, RecursionError) as error:
        raise Unreadable("不是有效的 JSON", "not valid JSON") from error
    if not isinstance(value, dict):
        raise Unreadable("不是信衡证明文件", "not a Xinheng proof file")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _check_record(value: dict[str, Any], keys: list[Key]) -> Proved:
    header = _exact(value["header"], {"kind", "event", "record", "known"})
    source = _exact(value["provenance"], {"item", "subject", "source", "pack", "valid_from"})
    opened = _exact(value["public"], {"salt", "content"})
    place = _exact(value["inclusion"], {"position", "path"})
    closed = _exact(value["commitments"], set(CLASSES))
    commitments = [_hex(closed[disclosure], 32) for disclosure in CLASSES]
    content = _text(opened["content"])
    if commitment(_hex(opened["salt"], 16), content) != commitments[0]:
        raise Refused("公开内容与其承诺不符", "the public content does not fit its commitment")
    kind, known = _matching(header["kind"], KIND), _matching(header["known"], KNOWN)
    entry = entry_hash(
        [kind, _id(header["event"]), _id(header["record"])],
        [
            _optional(source["item"]),
            _id(source["subject"]),
            _id(source["source"]),
            _text(source["pack"]),
            _optional(source["valid_from"]),
        ],
        commitments,
    )
    leaf = Leaf(kind, known, entry)
    checkpoint = open_checkpoint(_text(value["checkpoint"]), keys)
    position = _number(place["position"])
    if not included(
        position, 0, checkpoint.size, leaf_hash(leaf.data()), _path(place["path"]), checkpoint.root
    ):
        raise Refused(
            "该记录不在检查点所签的日志中", "the record is not in the log that the checkpoint signs"
        )
    return Proved(checkpoint, leaf, header["record"], position, source, content)


def _check_growth(value: dict[str, Any], keys: list[Key]) -> Proved:
    old = open_checkpoint(_text(value["old"]), keys)
    new = open_checkpoint(_text(value["new"]), keys)
    if old.origin != new.origin:
        raise Refused("两个检查点不属于同一日志", "the checkpoints are of different logs")
    if not grown(old.size, new.size, _path(value["path"]), old.root, new.root):
        raise Refused("新日志没有原样包含旧日志", "the new log does not hold the old one unchanged")
    return Proved(new)


def _exact(value: Any, names: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) != names:
        raise _malformed("项目不齐或多出", "fields are missing or unknown")
    return value


def _malformed(chinese: str, english: str) -> Refused:
    return Refused(f"证明文件格式不对：{chinese}", f"malformed proof: {english}")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _malformed("应为文字", "text expected")
    return value


def _optional(value: Any) -> str:
    """Absent values are hashed as empty; an empty text would be a second way to write the same."""
    if value == "":
        raise _malformed("空值应写作 null", "an absent value must be null")
    return "" if value is None else _text(value)


def _matching(value: Any, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(_text(value)):
        raise _malformed("事件种类或时间不对", "kind or time")
    return str(value)


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value < LARGEST:
        raise _malformed("位置不对", "position")
    return value


def _id(value: Any) -> bytes:
    if value is None:
        return b""
    try:
        found = UUID(_text(value))
    except ValueError as error:
        raise _malformed("编号不对", "id") from error
    if str(found) != value:
        raise _malformed("编号不对", "id")
    return found.bytes


def _hex(value: Any, size: int) -> bytes:
    if not re.fullmatch(f"[0-9a-f]{{{2 * size}}}", _text(value)):
        raise _malformed("十六进制值不对", "hexadecimal value")
    return bytes.fromhex(value)


def _path(value: Any) -> list[bytes]:
    if not isinstance(value, list) or len(value) > 64:
        raise _malformed("路径不对", "path")
    return [_hash(each) for each in value]


def _hash(value: Any) -> bytes:
    try:
        raw = base64.b64decode(_text(value), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _malformed("路径不对", "path") from error
    if len(raw) != 32 or base64.b64encode(raw).decode() != value:
        raise _malformed("路径不对", "path")
    return raw
