"""A city under a pack that has a work plan, in November of the plan's year: for the pages of work plans."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.conftest import TEMPLATE, SteppingClock, _create
from tests.e2e.town import Town

from xinheng.faces.app import Settings, init_home, open_app
from xinheng.ground.store import Server
from xinheng.office.access import accounts
from xinheng.office.access import service as agencies
from xinheng.office.access.model import AgencyKind, Role
from xinheng.outward.plans import service

PLAN, MONTHLY, BARE = "huangshi-2023", "huangshi-2023-12", "huangshi-2023-15"
ARTICLES = "huangshi-2023-f-articles"
BUREAU = "市市场监管局"  # as the plan names it
PEOPLE = (
    ("xyb", "XYB", Role.OFFICE),
    ("xyb2", "XYB", Role.OFFICE),
    ("sjj", "SJJ", Role.CLERK),
    ("hbj", "HBJ", Role.CLERK),
)


@contextmanager
def plan_town(folder: Path, server: Server) -> Iterator[Town]:
    """The city: an office, a bureau that the plan names, another that it does not."""
    name = f"plans_{folder.name.replace('-', '_').lower()}"
    _create(server, name, TEMPLATE)
    settings = Settings(home=folder / "home", dsn=server.address(name), site_name="示例市公共信用信息平台")
    clock = SteppingClock(datetime(2023, 11, 20, 2, tzinfo=UTC))
    init_home(settings, "hubei-huangshi", clock)
    with open_app(settings, clock, serving=True) as app:
        built = Town(app, clock)
        with app.database.transaction() as tx:
            for code, called, kind in (
                ("XYB", "示例市信用办", AgencyKind.OFFICE),
                ("SJJ", BUREAU, AgencyKind.AGENCY),
                ("HBJ", "示例市生态环境局", AgencyKind.AGENCY),
            ):
                parent = None if code == "XYB" else "XYB"
                agencies.add_agency(tx, agencies.NewAgency(code, called, parent, kind), clock, "测试")
            for login, code, role in PEOPLE:
                new = accounts.NewAccount(login, f"{login}经办", role, agencies.by_code(tx, code))
                built.passwords[login] = accounts.add_account(tx, new, app.passwords, clock, "测试")[1]
            bureau = agencies.by_code(tx, "SJJ")
            service.enter_body(tx, app.pack, "市直相关部门", bureau, clock, "xyb")
        yield built
