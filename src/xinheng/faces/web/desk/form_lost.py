"""A form that comes when the session has ended or changed: what was typed is handed back, to be sent again.

Nothing is kept for it: the page holds the fields itself, and is sent again from the same window.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from fastapi import Request, Response

from xinheng.core.errors import XinhengError
from xinheng.faces.web.access import FIELDS, who
from xinheng.faces.web.pages import Renderer

if TYPE_CHECKING:
    Answer = Callable[[Request, Exception], Awaitable[Response]]

DESK: Final = "/desk/"
FORMS: Final = "/desk/form/"
ASIDE: Final = "/autosave"
FORGOTTEN: Final = ("csrf",)  # of the session that has ended


def handler(render: Renderer, otherwise: Callable[[Request, XinhengError], Response]) -> Answer:
    """What answers a request without a session: the form again, or what every other page does."""

    async def answer(request: Request, error: Exception) -> Response:
        path = request.url.path
        refusal = error if isinstance(error, XinhengError) else None
        if refusal is None:
            raise error
        typed = await _typed(request)
        if path.startswith(FORMS) and path.endswith(ASIDE):
            draft = next((value for name, value in typed if name == "draft"), "")
            failed = "登录已过期；请按“检查”，照页面的提示登录，填写的内容不会丢"
            return render.private("desk/form_saved.html", status=401, draft=draft, saved="", failed=failed)
        entry = path.startswith(FORMS) and request.method == "POST"
        if not entry and not any(value.strip() for _, value in typed):
            return otherwise(request, refusal)
        again = [(n, v) for n, v in typed if n != "do"] if entry else typed  # an entry is looked at first
        return render.private(
            "desk/form_lost.html", "form", 401, typed=again, path=path, entry=entry, who=None, csrf=""
        )

    return answer


def stale(render: Renderer, otherwise: Callable[[Request, XinhengError], Response]) -> Answer:
    """What answers a form of an earlier session when somebody has signed in since: the same, to be confirmed.

    Only where the browser says that the form came from a page of ours; a stranger's is refused as before.
    """

    async def answer(request: Request, error: Exception) -> Response:
        refusal = error if isinstance(error, XinhengError) else None
        if refusal is None:
            raise error
        session = getattr(request.state, "session", None)
        ours = request.headers.get("sec-fetch-site") == "same-origin" or "origin" in request.headers
        typed = await _typed(request) if session is not None and ours else []
        if session is None or not any(value.strip() for _, value in typed):
            return otherwise(request, refusal)
        return render.private(
            "desk/form_lost.html",
            "form",
            403,
            typed=typed,
            path=request.url.path,
            entry=False,
            who=who(session),
            csrf=session.csrf,
        )

    return answer


async def _typed(request: Request) -> list[tuple[str, str]]:
    """The fields of a plain form of the desk, without its token; of anything else, nothing."""
    plain = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    if request.method != "POST" or not plain or not request.url.path.startswith(DESK):
        return []
    form = await request.form(max_fields=FIELDS)
    return [(n, v) for n, v in form.multi_items() if isinstance(v, str) and n not in FORGOTTEN]
