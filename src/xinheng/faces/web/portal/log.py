"""The published log under /log, as static files."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from xinheng.faces.web.access import anyone
from xinheng.faces.web.context import House
from xinheng.faces.web.static_files import LogFolder

router = APIRouter(dependencies=[Depends(anyone)], include_in_schema=False)


@router.get("/log/{path:path}")
def show_log_file(request: Request, web: House, path: str) -> Response:
    """A checkpoint or a tile."""
    return LogFolder(web.app.home.log).response(request, path)
