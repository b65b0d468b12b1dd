"""Two platforms that reconcile: a lower one and an upper one; what contract and drill share."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.conftest import TEMPLATE, SteppingClock, _create, _numbers, _run
from tests.sending import AUTHORITY, House, row

from xinheng.evidence.intake import withdrawal
from xinheng.evidence.intake.model import Receipt
from xinheng.evidence.ledger import following
from xinheng.faces.app import App, Settings, init_home, open_app
from xinheng.faces.app.wiring import projectors_of
from xinheng.faces.web.server import server as web_server
from xinheng.ground.engine import Engine
from xinheng.ground.keys import Keys
from xinheng.ground.store import Database, Server
from xinheng.law.packs import Pack
from xinheng.office.access import clients
from xinheng.office.access import service as access
from xinheng.office.access.model import AgencyKind
from xinheng.office.access.model_clients import Scope
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Filter, State
from xinheng.outward.reconciliation import holding, running, service, store, ways_store
from xinheng.outward.reconciliation.differences_store import Difference, Wanted
from xinheng.outward.reconciliation.folder import FolderPartner
from xinheng.outward.reconciliation.formats import MANIFEST, described, said_row, written
from xinheng.outward.reconciliation.model import Kind, Outcome, Partner, digest
from xinheng.outward.reconciliation.partner import Said
from xinheng.outward.reconciliation.places import LocalPlace
from xinheng.outward.reconciliation.ways_store import Kept


class PublishingHouse(House):
    """A house whose log nobody looks at."""

    def publish(self) -> None:
        return None


@contextmanager
def second_database(server: Server) -> Iterator[Database]:
    """Another fresh, migrated database."""
    name = f"test_{next(_numbers)}"
    _create(server, name, TEMPLATE)
    with Database(server.address(name), size=4) as opened:
        yield opened
    _run(server, f"drop database {name} with (force)")


def house(
    database: Database, engine: Engine, pack: Pack, clock: SteppingClock, folder: Path
) -> PublishingHouse:
    """A house with agency A, the authority, and an office XYB above nobody."""
    folder.mkdir(exist_ok=True)
    made = PublishingHouse(database, engine, Keys.create(folder / "keys"), pack, clock, folder)
    made.projectors = projectors_of(pack, engine)
    made.open()
    return made


def lower_house(*given: Any) -> PublishingHouse:
    """The platform that sends: agencies A and B, and its office."""
    made = house(*given)
    with made.database.transaction() as tx:
        access.add_agency(
            tx, access.NewAgency("XYB", "清河市信用办", None, AgencyKind.OFFICE), made.clock, "t"
        )
    return made


def upper_house(*given: Any) -> PublishingHouse:
    """The platform above: the lower one is an agency there, entered for the bodies that decide below it."""
    made = house(*given)
    with made.database.transaction() as tx:
        new = access.NewAgency("QH", "清河市信用办", None, AgencyKind.OFFICE, authorities=(AUTHORITY,))
        access.add_agency(tx, new, made.clock, "t")
    return made


@dataclass
class Deal:
    """Both platforms, and what the lower one knows of the upper."""

    lower: PublishingHouse
    upper: PublishingHouse | App
    partner: Partner
    clock: SteppingClock

    def decide(self, *numbers: int, **cells: str) -> Receipt:
        """Penalties of these numbers are sent to the lower platform."""
        return self.lower.send(*(row(n, **cells) for n in numbers))

    def withdraw(self, record: UUID, reason: str = "复议决定撤销") -> None:
        with self.lower.database.transaction() as tx:
            agency = access.by_code(tx, "A")
            asked = withdrawal.Taken(record, self.clock.now().at.date(), reason, self.lower.pack.label)
            withdrawal.withdraw(tx, asked, agency, self.clock, self.lower.projectors)

    def ways(self) -> dict[UUID, Kept]:
        """Every record on its way."""
        with self.lower.database.transaction() as tx:
            records = [r[0] for r in tx.fetch("select record from upward_records")]
            return ways_store.by_records(tx, self.partner.partner, records)

    def states(self) -> list[str]:
        return sorted(k.way.state.value for k in self.ways().values())

    def differences(self, kind: Kind | None = None) -> list[Difference]:
        with self.lower.database.transaction() as tx:
            return service.differences(tx, Wanted(self.partner.partner, kind), 10_000)

    def open_cases(self) -> list[str]:
        with self.lower.database.transaction() as tx:
            found = cases.listed(tx, Filter())
        return sorted(c.kind for c in found if c.state is not State.CLOSED and c.kind.startswith("upward"))

    def known(self) -> Partner:
        with self.lower.database.transaction() as tx:
            return service.by_id(tx, self.partner.partner)

    def batches(self) -> int:
        with self.lower.database.transaction() as tx:
            return len(store.batches(tx, self.partner.partner, 10_000))

    def here(self) -> list[str]:
        """Digests of what should stand above, sorted."""
        with self.lower.database.transaction() as tx:
            rows = tx.fetch("select event from records where state = 'current' and reported_mark")
            said = following.contents(tx, [r[0] for r in rows])
        return sorted(digest(c.fields) for c in said.values())

    def there(self) -> list[str]:
        """Digests of what stands above, sorted."""
        with self.upper.database.transaction() as tx:
            sender = access.by_code(tx, "QH")
            held = holding.holdings(tx, holding.sources(tx, sender), self.clock.now().at.date(), 100_000)
        return sorted(h.digest or "" for h in held if h.state == "current")

    def events_above(self) -> int:
        """Events about records above: each version once."""
        with self.upper.database.transaction() as tx:
            return int(tx.fetch("select count(*) from events")[0][0])


def register(lower: PublishingHouse, text: str, **more: Any) -> Partner:
    """Enter the upper platform with the lower one."""
    with lower.database.transaction() as tx:
        new = service.NewPartner("省平台", "XYB", text, **more)
        return service.register(tx, lower.pack, lower.keys.folder, new, lower.clock, "test")


@contextmanager
def upper_app(
    server: Server, clock: SteppingClock, folder: Path, authority: str = AUTHORITY
) -> Iterator[App]:
    """The platform above as a whole home, where the lower one is an agency entered for who decides below."""
    name = f"test_{next(_numbers)}"
    _create(server, name, TEMPLATE)
    settings = Settings(home=folder, dsn=server.address(name), calls_per_minute=0)
    init_home(settings, "national", clock)
    with open_app(settings, clock, serving=True) as app:
        with app.database.transaction() as tx:
            new = access.NewAgency("QH", "清河市信用办", None, AgencyKind.OFFICE, authorities=(authority,))
            access.add_agency(tx, new, clock, "t")
        yield app


@contextmanager
def served(app: App) -> Iterator[str]:
    """The app on a free loopback port; its address."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = int(door.getsockname()[1])
        running = web_server(app, port=port)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        while not running.started:
            thread.join(0.02)
            assert thread.is_alive(), "the server did not start"
        yield f"http://127.0.0.1:{port}"
        running.should_exit = True
        thread.join()


def api_text(app: App, base: str) -> str:
    """The connection file of a client of the agency above."""
    with app.database.transaction() as tx:
        agency = access.by_code(tx, "QH")
        made, secret = clients.add_client(tx, agency, "对账", list(Scope), app.clock, "t")
    return json.dumps({"way": "api", "base": base, "client": made.client, "secret": secret})


def province(app: App, between: Path) -> Partner:
    """A partner of the town by files, which took everything but the first penalty that it was sent."""
    text = json.dumps({"way": "folder", "path": str(between)})
    with app.database.transaction() as tx:
        new = service.NewPartner("湖口省平台", "XYB", text)
        made = service.register(tx, app.pack, app.home.keys, new, app.clock, "test")

    def run() -> running.Ran:
        return running.run(app, made.partner, lambda _: FolderPartner(LocalPlace(between)))

    assert run().batches > 0
    for manifest in sorted((between / "outbox").glob(f"*{MANIFEST}")):
        of = json.loads(manifest.read_text())
        rows = [json.loads(line) for line in (between / "outbox" / of["file"]).read_text().splitlines()]
        said = [Said(UUID(r["version"]), Outcome.TAKEN, f"U{r['seq']}") for r in rows]
        if of["item"] == "penalty":
            said[0] = Said(said[0].version, Outcome.RETURNED, None, ("处罚类别不在省目录内",))
        name = f"{of['batch']}.receipt.jsonl"
        content, count = written(said_row(s) for s in said)
        (between / "inbox" / name).write_bytes(content)
        given = described("receipt", name, content, count, app.clock.now().at)
        (between / "inbox" / (name + MANIFEST)).write_bytes(given.as_json())
    assert run().differences == 1
    return made
