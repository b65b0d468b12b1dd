"""Rendering: one Jinja environment, autoescaped, undefined names refused."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from jinja2_fragments import render_block

HERE = Path(__file__).parent
STATIC = HERE / "static"
PUBLIC = "no-cache"  # kept, but asked about each time: what is no longer shown is gone at once (decision 29)
PRIVATE = "no-store"
ROBOTS = "noarchive"  # a search engine's copy would go on showing what is shown no longer


@dataclass(frozen=True)
class Site:
    """What every page says about the house."""

    name: str
    notice: str | None = None  # above everything: demo data and the like
    assets: str = ""  # digest of the style sheet, so that a new one is fetched


def environment() -> Environment:
    """The templates with the components as `c` in every one of them, fragments included."""
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals["c"] = env.get_template("components.html").module
    return env


def assets_digest() -> str:
    """Eight hex digits over the static files that carry no version in their names."""
    return hashlib.sha256((STATIC / "xinheng.css").read_bytes()).hexdigest()[:8]


class Renderer:
    """Makes pages of views."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._env = environment()

    def text(self, template: str, here: str = "", **views: Any) -> str:
        """The whole page. `here` marks the current entry of the navigation."""
        return self._env.get_template(template).render(site=self.site, here=here, **views)

    def public(self, request: Request, template: str, here: str = "", **views: Any) -> Response:
        """A page anyone may see, with an entity tag over its bytes; for htmx the block `results` alone, where
        the page has one.

        The bytes hold the publicity state of everything shown, and so does the tag (decision 29).
        """
        if _wants_part(request) and "results" in self._env.get_template(template).blocks:
            body = str(render_block(self._env, template, "results", site=self.site, here=here, **views))
        else:
            body = self.text(template, here, **views)
        page = tagged(request, body.encode(), "text/html; charset=utf-8", vary="HX-Request")
        page.headers["x-robots-tag"] = ROBOTS
        return page

    def private(self, template: str, here: str = "", status: int = 200, **views: Any) -> HTMLResponse:
        """A page of the desk: never kept by anyone on the way."""
        return HTMLResponse(self.text(template, here, **views), status, {"cache-control": PRIVATE})


def _wants_part(request: Request) -> bool:
    return "hx-request" in request.headers and "hx-history-restore-request" not in request.headers


def entity_tag(body: bytes) -> str:
    """A strong validator over the bytes themselves."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def tagged(request: Request, body: bytes, media_type: str, vary: str | None = None) -> Response:
    """`body` with its entity tag, or 304 where the asker already has these bytes."""
    tag = entity_tag(body)
    headers = {"etag": tag, "cache-control": PUBLIC} | ({"vary": vary} if vary else {})
    known = {t.strip().removeprefix("W/") for t in request.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)
