"""The routes of the group 待办 that are not one case: the list, and what is told."""

from xinheng.faces.web.desk import todo

ROUTERS = (todo.router,)
