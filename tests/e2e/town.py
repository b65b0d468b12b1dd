"""A small town for the tests of the web faces: a real home, keys and database, two agencies, files sent.

Built once a session; tests that change something use what nobody else looks at.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from tests.conftest import TEMPLATE, SteppingClock, _create
from tests.e2e import invented

from xinheng.core.times import today
from xinheng.evidence.intake import service as intake
from xinheng.evidence.intake.model import Receipt, Request
from xinheng.faces.app import App, Settings, init_home, open_app
from xinheng.ground.store import Server
from xinheng.office.access import accounts
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Agency, AgencyKind, Role

NAME = "示例市公共信用信息平台"


@dataclass
class Town:
    """The house, who may enter with which password, and what was sent."""

    app: App
    clock: SteppingClock
    passwords: dict[str, str] = field(default_factory=dict)
    agencies: dict[str, UUID] = field(default_factory=dict)
    penalties: Receipt | None = None
    permits: Receipt | None = None

    @property
    def day(self) -> date:
        return today(self.clock)


@contextmanager
def town(folder: Path, server: Server) -> Iterator[Town]:
    """A town in a database of its own on the session's server."""
    name = f"town_{folder.name.replace('-', '_').lower()}"
    _create(server, name, TEMPLATE)
    settings = Settings(
        home=folder / "home", dsn=server.address(name), site_name=NAME, site_notice="全部内容均为虚构"
    )
    clock = SteppingClock()
    init_home(settings, "national", clock)
    with open_app(settings, clock, serving=True) as app:
        built = Town(app, clock)
        _people(built)
        _files(built, folder)
        yield built


def _people(built: Town) -> None:
    app = built.app
    with app.database.transaction() as tx:
        for code, name, kind in (
            ("XYB", "示例市信用办", AgencyKind.OFFICE),
            ("SJJ", invented.MARKET, AgencyKind.AGENCY),
            ("HBJ", invented.ENVIRONMENT, AgencyKind.AGENCY),
            ("JTJ", "示例市交通运输局", AgencyKind.AGENCY),
        ):
            parent = None if code == "XYB" else "XYB"
            new = agencies.NewAgency(code, name, parent, kind)
            agency = agencies.add_agency(tx, new, app.clock, "测试")
            built.agencies[code] = agency.agency
            _account(built, tx, agency)


def _account(built: Town, tx, agency: Agency) -> None:
    role = Role.OFFICE if agency.kind is AgencyKind.OFFICE else Role.CLERK
    login = agency.code.lower()
    new = accounts.NewAccount(login, f"{agency.code}经办", role, agency)
    built.passwords[login] = accounts.add_account(tx, new, built.app.passwords, built.app.clock, "测试")[1]


def _files(built: Town, folder: Path) -> None:
    day = built.day
    rows = [
        *invented.penalties(60, day),
        # decided three years ago and found ordinary: its year has long passed
        invented.penalty(61, date(2022, 3, 1), 行政处罚决定书文号="示市监罚字〔2022〕62号"),
        invented.penalty(62, day, 处罚类别="罚"),
        invented.penalty(63, day, 统一社会信用代码="9142O1OOMA49XK074B"),
        invented.penalty(
            64, day, 行政相对人名称="赵某", 行政相对人类别="自然人", 统一社会信用代码="", 法定代表人=""
        ),
    ]
    built.penalties = send(built, folder, "SJJ", "penalty", rows)
    built.permits = send(
        built, folder, "HBJ", "permit", [invented.permit(n, day - timedelta(days=3 * n)) for n in range(30)]
    )
    # the same decision, put right a minute later
    built.clock.step(minutes=1)
    send(
        built,
        folder,
        "SJJ",
        "penalty",
        [
            invented.penalty(
                5, day - timedelta(days=5), 处罚内容="处以罚款人民币叁仟元", **{"罚款金额（万元）": "0.3"}
            )
        ],
    )
    built.app.publish()


def send(built: Town, folder: Path, source: str, item: str, rows: list[dict[str, str]]) -> Receipt:
    """Send rows as a file of an agency."""
    file = folder / "sent.csv"
    file.write_bytes(invented.sheet(rows))
    return intake.submit(built.app, Request(file, "十一月.csv", item, source=source))
