"""Building the demo city: its files go through the real intake, each on its day.

Idempotent, and resumable wherever it was killed: a delivery whose receipt is there answers with that receipt,
and the number of days done stands in the home's demo folder.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path
from typing import Final

from xinheng.core.times import Known
from xinheng.evidence.intake.model import Request
from xinheng.evidence.intake.own_columns import CASE
from xinheng.evidence.intake.returned_cases import KIND as RETURNED
from xinheng.evidence.intake.service import submit
from xinheng.faces.app.demo import others, planting
from xinheng.faces.app.demo.accounts import ACTOR
from xinheng.faces.app.demo.decisions import Row
from xinheng.faces.app.demo.errors import DemoRunning, NotADemoHome
from xinheng.faces.app.demo.places import AGENCIES, BY_KEY, FOUNDED
from xinheng.faces.app.demo.plan import SEED, TOGETHER, Delivery, by_day, deliveries, in_order
from xinheng.faces.app.demo.sheets import write
from xinheng.faces.app.preparing import init_home
from xinheng.faces.app.settings import Settings
from xinheng.faces.app.wiring import App, open_app
from xinheng.ground.engine import Engine
from xinheng.office.access import service as access
from xinheng.office.access.errors import AgencyUnknown
from xinheng.office.access.model import AgencyKind, Level
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Filter, Page

FOLDER: Final = "demo"
STATE: Final = "state.json"
SAMPLES: Final = "samples"
OUTGOING: Final = "outgoing"
# Before the first delivery, so that the pack is in force when it arrives.
OPENED: Final = Known(datetime(2023, 11, 19, 1, tzinfo=UTC))
NOTICE: Final = "演示：本站全部单位、机构和记录均为虚构"
PACK: Final = "national"
DOCUMENTS: Final = {"penalty": "CF_WSH", "permit": "XK_WSH"}  # field of the number, where rows come back

Say = Callable[[str, int, int], None]
"""Told of every step: what happens, how many of its parts are done, how many there are."""


class ReplayClock:
    """Stands where it is put and never goes back: the demo's three years pass in a minute."""

    def __init__(self, at: Known) -> None:
        self._at = at

    def now(self) -> Known:
        return self._at

    def set(self, at: Known) -> None:
        self._at = max(self._at, at)


@dataclass(frozen=True)
class DemoHome:
    """The demo's own folder in a home."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / FOLDER

    @property
    def samples(self) -> Path:
        """Files that were not sent: for whoever tries the desk."""
        return self.folder / SAMPLES

    def claim(self) -> None:
        """Make the folder in an empty place, or find it. Raises NotADemoHome."""
        if not (self.folder / STATE).is_file():
            if self.root.exists() and (not self.root.is_dir() or any(self._strangers())):
                raise NotADemoHome(str(self.root))
            self.folder.mkdir(parents=True, exist_ok=True)
            self.folder.chmod(0o700)
            self.note(0)

    def _strangers(self) -> Iterator[Path]:
        return (path for path in self.root.iterdir() if path != self.folder)

    def done(self) -> int | None:
        """How many days of deliveries went in; None when all did."""
        state = json.loads((self.folder / STATE).read_text(encoding="utf-8"))
        return None if state["complete"] else int(state["sent"])

    def note(self, sent: int, *, complete: bool = False) -> None:
        aside = self.folder / f"{STATE}.new"
        aside.write_text(
            json.dumps({"seed": SEED, "sent": sent, "complete": complete}) + "\n", encoding="ascii"
        )
        aside.replace(self.folder / STATE)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One demo a home. Raises DemoRunning."""
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise DemoRunning(str(self.root)) from error
        finally:
            os.close(lock)


def prepare(settings: Settings, say: Say) -> DemoHome:
    """The demo home of the settings, made and filled where it is not. Raises NotADemoHome among others."""
    home = DemoHome(settings.home)
    home.claim()
    if home.done() is None:
        return home
    clock = ReplayClock(OPENED)
    init_home(settings, PACK, clock, lambda step: say(step, 0, 0))
    with open_app(settings, clock, serving=True) as app:
        install_demo(app, home, clock, say)
    return home


def install_demo(app: App, home: DemoHome, clock: ReplayClock, say: Say, most: int | None = None) -> None:
    """Enter the agencies and send what is not sent yet; `most` ends after so many days.

    Files of one day go in at once, each with an engine of its own: their order says nothing, and the days
    stay in theirs.
    """
    say("登记单位", 0, 0)
    enter_agencies(app)
    others.enter(app)
    say("生成演示数据", 0, 0)
    *sent, sample = deliveries()
    sent = in_order([*sent, *planting.deliveries(), *others.deliveries()])
    days = by_day(sent)
    start = home.done() or 0
    outgoing = home.folder / OUTGOING
    shutil.rmtree(outgoing, ignore_errors=True)  # what a killed start left
    outgoing.mkdir(mode=0o700)
    with ExitStack() as stack:
        apps = [app, *(stack.enter_context(_second(app)) for _ in range(TOGETHER - 1))]
        workers = stack.enter_context(ThreadPoolExecutor(len(apps)))
        for number, day in enumerate(days[start:most], start + 1):
            say("报送", day[-1].number, len(sent))
            clock.set(day[0].sent)
            list(workers.map(send, apps, day, repeat(outgoing)))
            home.note(number)
    app.publish()
    if most is None:
        planting.enter(app)
        planting.keep(home.folder)
        _lay_out(sample, home.samples)
        home.note(len(days), complete=True)


@contextmanager
def _second(app: App) -> Iterator[App]:
    """The same house with another engine."""
    with Engine(app.settings.memory_mb, app.settings.threads) as engine:
        yield replace(app, engine=engine)


def enter_agencies(app: App) -> None:
    """The tree of offices and agencies, parents first; what is there stays."""
    with app.database.transaction() as tx:
        for agency in AGENCIES:
            try:
                access.by_code(tx, agency.code)
            except AgencyUnknown:
                parent = BY_KEY[agency.parent].code if agency.parent else None
                new = access.NewAgency(
                    agency.code,
                    agency.name,
                    parent,
                    AgencyKind(agency.kind),
                    Level(agency.level),
                    agency.division,
                )
                access.add_agency(tx, replace(new, from_on=FOUNDED), app.clock, ACTOR)


def send(app: App, delivery: Delivery, outgoing: Path) -> None:
    """One file through the real intake; gone afterwards, as every upload."""
    path = outgoing / delivery.file_name
    write(_answering(app, delivery), delivery.item, delivery.style, delivery.title, path)
    submit(
        app,
        Request(
            path=path,
            file_name=delivery.file_name,
            item_id=delivery.item,
            profile=delivery.profile,
            constants=delivery.constants,
            source=delivery.agency.code,
        ),
    )
    path.unlink()


def _answering(app: App, delivery: Delivery) -> list[Row]:
    """The rows, with the 退回编号 that the returned workbook gave where one mends what came back."""
    with app.database.transaction() as tx:
        agency = access.by_code(tx, delivery.agency.code).agency
        waiting = cases.listed(tx, Filter(owner=agency, kind=RETURNED, closed=False), Page(1, 1_000))
    back = {case.title.rpartition("：")[2]: str(case.case) for case in waiting}
    number = DOCUMENTS.get(delivery.item, "")
    return [{**row, CASE: back[row[number]]} if row.get(number) in back else row for row in delivery.rows]


def _lay_out(sample: Delivery, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    write(list(sample.rows), sample.item, sample.style, sample.title, folder / sample.file_name)
