"""A form that comes when the session has ended: what was typed is handed back, to be sent after signing in.

Nothing is kept for it: the page holds the fields itself, and is sent again from the same window.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from fastapi import Request, Response

from xinheng.core.errors import XinhengError
from xinheng.faces.web.access import FIELDS
from xinheng.faces.web.pages import Renderer

if TYPE_CHECKING:
    Answer = Callable[[Request, Exception], Awaitable[Response]]

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
        if request.method != "POST" or not path.startswith(FORMS):
            return otherwise(request, refusal)
        form = await request.form(max_fields=FIELDS)
        typed = [(n, v) for n, v in form.multi_items() if isinstance(v, str) and n not in FORGOTTEN]
        if path.endswith(ASIDE):
            draft = next((value for name, value in typed if name == "draft"), "")
            failed = "登录已过期；请按“检查”，照页面的提示登录，填写的内容不会丢"
            return render.private("desk/form_saved.html", status=401, draft=draft, saved="", failed=failed)
        return render.private("desk/form_lost.html", "form", 401, typed=typed, path=path, who=None)

    return answer
