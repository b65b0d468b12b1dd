"""Routes that need nothing but templates and the pack: about, boundary, help, patterns."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from xinheng.faces.web.access import anyone
from xinheng.faces.web.context import House
from xinheng.faces.web.portal import about, patterns, windows

router = APIRouter(dependencies=[Depends(anyone)], include_in_schema=False)


@router.get("/about")
def show_about(request: Request, web: House) -> Response:
    """Keys, checkpoint, pack, instruments: what one needs in order not to trust us."""
    return web.render.public(request, "portal/about.html", "about", about=about.view(web))


@router.get("/boundary")
def show_boundary(request: Request, web: House) -> Response:
    """What is deliberately not here."""
    return web.render.public(request, "portal/boundary.html", "boundary")


@router.get("/help")
def show_help(request: Request, web: House) -> Response:
    """How to search, object, repair; accessibility."""
    told = windows.all_windows(web.app.pack, web.today())
    return web.render.public(request, "portal/help.html", "help", windows=told)


@router.get("/patterns")
def show_patterns(request: Request, web: House) -> Response:
    """Every component with its states."""
    return web.render.public(request, "patterns.html", "", demo=patterns.demo())
