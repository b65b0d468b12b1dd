"""`POST /api/v1/oauth/token`: client credentials (RFC 6749 section 4.4), in its own shapes and its own words.

Refusals here speak RFC 6749 (`error`, `error_description` in ASCII): clients of that kind know no other.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus

import orjson
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from xinheng.core.errors import XinhengError
from xinheng.faces.web.access import anyone
from xinheng.faces.web.context import House
from xinheng.office.access.errors import InvalidClient, InvalidScope, TooManyAttempts
from xinheng.office.access.model_clients import scopes_text

PATH: Final = "/api/v1/oauth/token"
router = APIRouter(dependencies=[Depends(anyone)])
WAIT = 900  # seconds, after too many failures
_FIELDS = 20
_NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}


class TokenAnswer(BaseModel):
    """RFC 6749 section 5.1."""

    model_config = ConfigDict(extra="forbid")

    access_token: str
    token_type: str = Field(description="总是 Bearer")
    expires_in: int = Field(description="秒")
    scope: str


class TokenRefusal(BaseModel):
    """RFC 6749 section 5.2."""

    model_config = ConfigDict(extra="forbid")

    error: str
    error_description: str


class _RefusedError(Exception):
    def __init__(self, status: int, error: str, description: str, **headers: str) -> None:
        super().__init__(error)
        self.answer = Response(
            orjson.dumps({"error": error, "error_description": description}),
            status,
            {**_NO_STORE, **headers},
            "application/json",
        )


_REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": TokenRefusal, "description": text}
    for status, text in ((400, "请求不合规范"), (401, "客户端或密钥不对"), (429, "失败次数过多"))
}
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"type": "string", "enum": ["client_credentials"]},
                        "client_id": {"type": "string"},
                        "client_secret": {"type": "string"},
                        "scope": {"type": "string", "description": "空格分隔；不写即全部"},
                    },
                }
            }
        },
    }
}


@router.post(PATH, response_model=TokenAnswer, responses=_REFUSALS, summary="取访问令牌", openapi_extra=_FORM)
async def token(request: Request, web: House) -> Response:
    """A bearer for an hour. The client names itself by HTTP Basic or in the form, not by both."""
    try:
        return await _token(request, web)
    except _RefusedError as refused:
        return refused.answer


async def _token(request: Request, web: House) -> Response:
    form = _form(request.headers.get("content-type", ""), await request.body())
    client, secret = _credentials(request.headers.get("authorization"), form)
    if not form.get("grant_type"):
        raise _RefusedError(400, "invalid_request", "grant_type is missing")
    if form["grant_type"] != "client_credentials":
        raise _RefusedError(400, "unsupported_grant_type", "only client_credentials is supported")
    address = request.client.host if request.client else "?"
    try:
        given = await run_in_threadpool(
            web.app.client_token, client, secret, form.get("scope") or None, address
        )
    except XinhengError as refusal:
        raise _refused(refusal) from None
    answer = TokenAnswer(
        access_token=given.bearer,
        token_type="Bearer",  # noqa: S106 - the type's name, no secret
        expires_in=given.seconds,
        scope=scopes_text(given.scopes),
    )
    return Response(answer.model_dump_json(), 200, _NO_STORE, "application/json")


def _refused(refusal: XinhengError) -> Exception:
    if isinstance(refusal, InvalidClient):
        challenge = {"www-authenticate": 'Basic realm="xinheng"'}
        return _RefusedError(401, "invalid_client", "client_id or client_secret is wrong", **challenge)
    if isinstance(refusal, InvalidScope):
        return _RefusedError(400, "invalid_scope", "the client may not have this scope")
    if isinstance(refusal, TooManyAttempts):
        later = {"retry-after": str(WAIT)}
        return _RefusedError(429, "temporarily_unavailable", "too many failed attempts", **later)
    return refusal


def _form(content_type: str, body: bytes) -> dict[str, str]:
    """The fields, each at most once (RFC 6749 section 3.2)."""
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise _RefusedError(400, "invalid_request", "the body is not application/x-www-form-urlencoded")
    try:
        pairs = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            max_num_fields=_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise _RefusedError(400, "invalid_request", "the form cannot be read") from None
    if len(dict(pairs)) != len(pairs):
        raise _RefusedError(400, "invalid_request", "a parameter is given twice")
    return dict(pairs)


def _credentials(header: str | None, form: dict[str, str]) -> tuple[str, str]:
    if header is None:
        if not form.get("client_id") or not form.get("client_secret"):
            raise _RefusedError(
                401,
                "invalid_client",
                "client_id and client_secret are missing",
                **{"www-authenticate": 'Basic realm="xinheng"'},
            )
        return form["client_id"], form["client_secret"]
    if "client_secret" in form:
        raise _RefusedError(400, "invalid_request", "credentials are given in header and body")
    kind, _, coded = header.partition(" ")
    try:
        text = base64.b64decode(coded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        text = ""
    if kind.lower() != "basic" or ":" not in text:
        raise _RefusedError(400, "invalid_request", "the Authorization header is not HTTP Basic")
    client, _, secret = text.partition(":")
    return unquote_plus(client), unquote_plus(secret)
