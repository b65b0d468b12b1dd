"""The desk's pages of letters; those with fixed addresses before those with an id in them."""

from __future__ import annotations

from typing import Final

from xinheng.faces.web.desk import letters, letters_acting, letters_late, letters_new

ROUTERS: Final = (letters_new.router, letters_late.router, letters_acting.router, letters.router)
UPLOADS: Final = letters_acting.UPLOADS
