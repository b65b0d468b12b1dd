"""The pages of the books: bulletins, dashboards, exports."""

from __future__ import annotations

from typing import Final

from xinheng.faces.web.desk import bulletins, dashboard, exports

ROUTERS: Final = (bulletins.router, dashboard.router, exports.router)
