"""The pages about the tree: bodies, their accounts, their figures."""

from __future__ import annotations

from typing import Final

from xinheng.faces.web.desk import accounts, figures, tree

ROUTERS: Final = (figures.router, tree.router, accounts.router)
