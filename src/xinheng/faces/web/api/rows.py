"""Rows of a JSON body as JSON lines, to the letter: numbers keep their digits, a name given twice stays.

The intake reads numbers as they were written (`0.10`, 18 digits of a code); a parser that makes floats of
them would lose what the checks are about.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from xinheng.faces.web.errors import ParameterError


@dataclass(frozen=True)
class _Literal:
    """A number as it stood in the text."""

    text: str


class _Pairs(list[tuple[str, Any]]):
    """An object as its names and values, in order."""


def body_of(content: bytes) -> dict[str, Any]:
    """The members of a JSON object; `rows` holds rows for `lines_of`. Raises ParameterError."""
    try:
        found = json.loads(
            content,
            object_pairs_hook=_Pairs,
            parse_int=_Literal,
            parse_float=_Literal,
            parse_constant=_Literal,
        )
    except (ValueError, RecursionError):
        raise _unreadable("不是 JSON") from None
    if not isinstance(found, _Pairs):
        raise _unreadable("不是一个 JSON 对象")
    if len({name for name, _ in found}) != len(found):
        raise _unreadable("同一个名称出现了两次")
    return dict(found)


def lines_of(rows: Any) -> bytes:
    """JSON lines of the rows of a body. Raises ParameterError."""
    if not isinstance(rows, list) or isinstance(rows, _Pairs) or not rows:
        raise _unreadable("rows 不是行的列表，或者是空的")
    if not all(isinstance(row, _Pairs) for row in rows):
        raise _unreadable("rows 里有的行不是对象")
    return "".join(_text(row) + "\n" for row in rows).encode("utf-8", "surrogatepass")


def texts_of(value: Any, name: str) -> dict[str, str]:
    """An object of texts, such as `set`; None: none. Raises ParameterError."""
    if value is None:
        return {}
    if not isinstance(value, _Pairs) or not all(isinstance(text, str) for _, text in value):
        raise _unreadable(f"{name} 不是“名称: 文本”的对象")
    return {key: str(text) for key, text in value}


def _text(value: Any) -> str:
    if isinstance(value, _Literal):
        return value.text
    if isinstance(value, _Pairs):
        members = (f"{json.dumps(key, ensure_ascii=False)}:{_text(inner)}" for key, inner in value)
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_text, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _unreadable(found: str) -> ParameterError:
    return ParameterError(
        found=f"请求内容{found}",
        expected="接口文档里写明的 JSON：item、profile、set、rows",
        todo="核对接口文档后重新发送",
        where="body",
    )
