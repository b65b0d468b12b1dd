"""The routers of suspected concealment, in the order in which addresses are tried."""

from __future__ import annotations

from typing import Final

from xinheng.faces.web.desk import (
    suspicions,
    suspicions_acting,
    suspicions_giving,
    suspicions_import,
    suspicions_scans,
)

# addresses of their own before the one that takes any id
ROUTERS: Final = (
    *(suspicions.router, suspicions_import.router, suspicions_giving.router),
    *(suspicions_acting.router, suspicions_scans.router),
)
UPLOADS: Final = (suspicions_import.PATH, suspicions_giving.MERGE, suspicions_acting.ACT)
