"""The routes of the group 待办 that are not one case: the list, and what is told."""

from xinheng.faces.web.desk import cases_passing, notices, todo

# the office's pages have names where the others have an id: they are looked through first
ROUTERS = (todo.router, cases_passing.router, notices.office_router, notices.router)
