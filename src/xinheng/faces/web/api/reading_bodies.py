"""From the body of a call to what is handed in: a file of a form, or rows of JSON."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

from fastapi import Request

from xinheng.evidence.intake.model import Way
from xinheng.evidence.submissions.model import Handed
from xinheng.faces.web.api.rows import body_of, lines_of, texts_of
from xinheng.faces.web.desk.receiving import receive
from xinheng.faces.web.errors import BodyTooLargeError, ParameterError
from xinheng.office.access.model_clients import ClientSession

JSON_LIMIT: Final = 20 << 20  # bytes; more goes as a file, which never stands in memory as a whole
_MEMBERS = frozenset({"item", "profile", "set", "rows", "agency", "callback"})
_ROWS_NAME = "rows.jsonl"


async def handed_of(request: Request, target: Path, session: ClientSession, key: str | None) -> Handed:
    """What the body hands in; a file is written to `target`. Raises ParameterError, BodyTooLargeError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await _file(request, target, session, key)
    if kind == "application/json":
        return _rows(body_of(await _whole(request.stream())), session, key)
    raise ParameterError(
        found=f"内容类型是 {kind[:60] or '空'}",
        expected="multipart/form-data（带文件）或 application/json（带 rows）",
        todo="核对接口文档后重新发送",
        where="content-type",
    )


async def _whole(stream: AsyncIterator[bytes]) -> bytes:
    content = bytearray()
    async for chunk in stream:
        content += chunk
        if len(content) > JSON_LIMIT:
            raise BodyTooLargeError(
                found="JSON 内容超过上限",
                expected=f"不超过 {JSON_LIMIT >> 20} MB",
                todo="改用 multipart/form-data 传文件，或分几次报送",
            )
    return bytes(content)


def _rows(body: dict[str, Any], session: ClientSession, key: str | None) -> Handed:
    strangers = sorted(set(body) - _MEMBERS)
    if strangers:
        raise _wrong("、".join(strangers)[:100], "不认识的名称")
    callback = body.get("callback", True)
    if not isinstance(callback, bool):
        raise _wrong("callback", "不是 true 或 false")
    return _handed(
        session,
        key,
        content=lines_of(body.get("rows")),
        file_name=_ROWS_NAME,
        item_id=_required(body.get("item"), "item"),
        profile=_required(body.get("profile", "report"), "profile"),
        constants=texts_of(body.get("set"), "set"),
        source=_optional(body.get("agency"), "agency"),
        callback=callback,
    )


async def _file(request: Request, target: Path, session: ClientSession, key: str | None) -> Handed:
    got = await receive(
        request.headers.get("content-type", ""), request.stream(), target, lambda fields: None
    )
    if got.file_name is None or not got.size:
        raise _wrong("file", "没有文件，或者文件是空的")
    said = got.fields
    if said.get("callback", "true") not in ("true", "false"):
        raise _wrong("callback", "不是 true 或 false")
    return _handed(
        session,
        key,
        content=target,
        file_name=got.file_name,
        item_id=_required(said.get("item"), "item"),
        profile=said.get("profile") or "report",
        constants=_object(said, "set"),
        mapping=_object(said, "map"),
        sheet=said.get("sheet") or None,
        source=said.get("agency") or None,
        callback=said.get("callback", "true") == "true",
    )


def _handed(session: ClientSession, key: str | None, *, source: str | None, **more: Any) -> Handed:
    own = session.agency.code
    return Handed(
        source=source or own,
        behalf=own if source and source != own else None,
        way=Way.API,
        client=session.client.client,
        idempotency_key=key,
        actor=session.client.client,
        **more,
    )


def _object(fields: dict[str, str], name: str) -> dict[str, str]:
    text = fields.get(name, "")
    # as the value of a member, so that numbers and repeated names are treated alike
    return texts_of(body_of(b'{"it":' + text.encode() + b"}")["it"], name) if text.strip() else {}


def _required(value: Any, name: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _wrong(name, "没有写，或者不是文本")
    return value.strip()


def _optional(value: Any, name: str) -> str | None:
    return None if value is None else _required(value, name)


def _wrong(name: str, found: str) -> ParameterError:
    return ParameterError(
        found=f"{name}：{found}", expected="接口文档里写明的内容", todo="核对接口文档后重新发送", where=name
    )
