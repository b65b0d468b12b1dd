"""The routes of watching."""

from __future__ import annotations

from xinheng.faces.web.desk import watch, watch_gaps, watch_late, watch_lists, watch_silence

ROUTERS = (watch.router, watch_late.router, watch_gaps.router, watch_silence.router, watch_lists.router)
UPLOADS = (watch_lists.PATH,)
