"""The pages of form entry and handing in, in the order in which their addresses are looked through."""

from __future__ import annotations

from xinheng.faces.web.desk import form, form_items, review

ROUTERS = (form_items.router, form.router, review.router)
