"""From any refusal to its answer: problem+json for systems, the same words on a page for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import quote

import orjson
import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.exceptions import HTTPException

from xinheng.core.errors import Kind, XinhengError
from xinheng.faces.web import errors
from xinheng.faces.web.pages import PRIVATE, Renderer
from xinheng.faces.web.reading import refusal

PROBLEM = "application/problem+json"
RETRY_AFTER = "5"  # seconds
METHOD_REFUSED = 405


def problem(error: XinhengError) -> dict[str, Any]:
    """The body of a refusal (RFC 9457), the same for every endpoint."""
    return {"type": "about:blank", "status": errors.status_of(error), **error.as_dict()}


def responder(render: Renderer) -> Callable[[Request, XinhengError], Response]:
    """A function that answers a refusal in the form the asker reads."""

    def respond(request: Request, error: XinhengError) -> Response:
        status = errors.status_of(error)
        headers = {"cache-control": PRIVATE}
        if error.kind is Kind.BUSY:
            headers["retry-after"] = str(getattr(error, "retry_after", RETRY_AFTER))
        if challenge := getattr(error, "challenge", None):
            headers["www-authenticate"] = challenge
        path = request.url.path
        if path.startswith("/api/"):
            return Response(orjson.dumps(problem(error)), status, headers, PROBLEM)
        if isinstance(error, errors.SignInNeededError):
            back = quote(path, safe="/") if request.method in ("GET", "HEAD") else "/desk"
            return RedirectResponse(f"/desk/sign-in?next={back}", 303, headers)
        if "hx-request" in request.headers:
            headers |= {"hx-retarget": "body", "hx-reswap": "innerHTML"}
        body = render.text("portal/error.html", error=error.as_dict())
        return Response(body, status, headers, "text/html")

    return respond


def install(app: FastAPI, respond: Callable[[Request, XinhengError], Response]) -> None:
    """Give every kind of failure that Starlette and FastAPI know the one error shape."""

    async def refused(request: Request, error: Exception) -> Response:
        return respond(request, cast(XinhengError, error))

    async def http(request: Request, error: Exception) -> Response:
        if isinstance(error.__cause__, XinhengError):  # of the gate, met while FastAPI read a JSON body
            return respond(request, error.__cause__)
        status = cast(HTTPException, error).status_code
        response = respond(request, _of_status(request, status))
        if status == METHOD_REFUSED:
            response.headers["allow"] = ", ".join(_allowed(request))
        return response

    async def invalid(request: Request, error: Exception) -> Response:
        return respond(request, _of_validation(request, cast(RequestValidationError, error)))

    async def unavailable(request: Request, error: Exception) -> Response:
        # only the asynchronous search lets the driver's own errors through
        return respond(request, refusal(cast(psycopg.Error, error)))

    app.add_exception_handler(XinhengError, refused)
    app.add_exception_handler(psycopg.Error, unavailable)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)


def _allowed(request: Request) -> list[str]:
    """Every method that the address takes, which RFC 9110 asks a 405 to say."""
    routes = [context.original_route for context in iter_route_contexts(request.app.routes)]
    path = request.url.path
    found = {
        method
        for route in routes
        if isinstance(route, APIRoute) and route.path_regex.match(path)
        for method in route.methods or ()
    } or {"GET"}  # static files
    return sorted(found | {"HEAD"} if "GET" in found else found)  # of a page, the head alone (web.guard)


def _of_status(request: Request, status: int) -> XinhengError:
    if status == 404:
        return errors.page_absent(request.url.path)
    if status == METHOD_REFUSED:
        return errors.MethodRefusedError(
            found=f"用 {request.method} 请求 {request.url.path[:200]}",
            expected="接口文档里写明的方法",
            todo="换一种方法，或者从页面上操作",
        )
    return errors.ParameterError(
        found="请求读不懂", expected="符合 HTTP 和接口文档的请求", todo="从页面重新提交，或者核对接口文档"
    )


def _of_validation(request: Request, error: RequestValidationError) -> XinhengError:
    if any(e["type"] == "json_invalid" for e in error.errors()):
        return errors.ParameterError(
            found="请求内容不是 JSON",
            expected="接口文档里写明的 JSON",
            todo="改正后重新提交",
            where="body",
        )
    names = "、".join(dict.fromkeys(str(e["loc"][-1]) for e in error.errors()))
    if not request.url.path.startswith("/api/"):  # people have no interface description before them
        return errors.ParameterError(
            found=f"地址里的 {names} 缺少或者格式不对",
            expected="页面上的链接、按钮给出的地址",
            todo="从页面重新进入；地址是别人发来的，请核对是否完整",
            where=names,
        )
    return errors.ParameterError(
        found=f"参数 {names} 缺少或者格式不对",
        expected="接口文档里写明的格式",
        todo="改正后重新提交",
        where=names,
    )
