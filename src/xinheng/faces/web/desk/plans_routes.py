"""The pages about work plans: which body is who, plans, one task."""

from __future__ import annotations

from typing import Final

from xinheng.faces.web.desk import plans, plans_bodies, plans_task

ROUTERS: Final = (plans_bodies.router, plans.router, plans_task.router)
