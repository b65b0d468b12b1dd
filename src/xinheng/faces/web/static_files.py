"""Files served as they lie: our own assets, and the published log."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from xinheng.faces.web.pages import tagged

FOREVER = "public, max-age=31536000, immutable"
SHORTLY = "public, max-age=3600"
ALWAYS_ASK = "no-cache"

_EPOCH = re.compile(r"\d{1,9}")
_PUBLISHED = re.compile(
    r"\d{1,9}/(?:checkpoint|tile/(?:\d{1,2}|entries)/(?:x\d{3}/){0,6}\d{3}(?:\.p/\d{1,3})?)"
)


class Assets(StaticFiles):
    """Style sheet, script, pictures. An address with a version in it never changes its content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        versioned = scope.get("query_string", b"").startswith(b"v=")
        response.headers["cache-control"] = FOREVER if versioned else SHORTLY
        return response


class LogFolder:
    """The published log, below /log: `<epoch>/checkpoint` and `<epoch>/tile/…`, and nothing else in there.

    `checkpoint` alone leads to the newest epoch's. Full tiles never change; checkpoints and partial tiles do.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def response(self, request: Request, path: str) -> Response:
        """The file at `path` below /log, or 304 where the asker has it. Raises HTTPException 404."""
        if path == "checkpoint":
            newest = max(
                (int(e.name) for e in self._epochs() if (e / "checkpoint").is_file()),
                default=None,
            )
            if newest is None:
                raise HTTPException(404)
            return RedirectResponse(f"/log/{newest}/checkpoint", 302, {"cache-control": ALWAYS_ASK})
        if not _PUBLISHED.fullmatch(path) or not (self._folder / path).is_file():
            raise HTTPException(404)
        text = path.endswith("/checkpoint")
        changes = text or ".p/" in path
        media = "text/plain; charset=utf-8" if text else "application/octet-stream"
        if changes:  # small, and asked for again and again by those who mirror the log
            return tagged(request, (self._folder / path).read_bytes(), media)
        return FileResponse(self._folder / path, media_type=media, headers={"cache-control": FOREVER})

    def _epochs(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return [entry for entry in self._folder.iterdir() if _EPOCH.fullmatch(entry.name)]
