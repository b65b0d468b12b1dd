"""The composition root: everything a face needs, put together once from the settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from xinheng.core.times import Clock
from xinheng.evidence.completeness.projector import HeldProjector
from xinheng.evidence.ledger import erasure, publishing
from xinheng.evidence.ledger.day_counts import DayProjector
from xinheng.evidence.ledger.projection import Projector
from xinheng.evidence.ledger.publishing import LogFiles, Published
from xinheng.evidence.subjects.coverage import CoverageProjector
from xinheng.faces.app.activation import active_digest, archived
from xinheng.faces.app.clock import SystemClock
from xinheng.faces.app.errors import NoHome
from xinheng.faces.app.home import Home
from xinheng.faces.app.settings import Settings
from xinheng.ground.engine import Engine
from xinheng.ground.keys import Keys
from xinheng.ground.store import Database, Server, kept_running, revision
from xinheng.ground.store.errors import SchemaUnknown
from xinheng.judgement.publicity.projector import PublicityProjector
from xinheng.law.packs import Pack
from xinheng.office.access import accounts, clients
from xinheng.office.access.accounts import Opened
from xinheng.office.access.errors import InvalidClient, SignInRefused
from xinheng.office.access.model_clients import Token
from xinheng.office.access.passwords import Passwords

# Tables outside the ledger in which a record's content may have stood, rewritten after an erasure.
ALSO_SCRUBBED = (
    "publicity",
    "publicity_names",
    "publicity_grounds",
    "returned_rows",
    "record_reviews",
    "capture_drafts",
    "submissions",
    "subject_names",
    "subjects",
    "revocations",
    "cases",
    "case_steps",
    "upward_records",
    "upward_versions",
    "upward_differences",
    "upward_heard",
    "suspicions",
    "suspicion_lines",
    "suspicion_answers",
    "letters",
    "letter_files",
    "gap_stretches",
    "watch_list_lines",
)


@dataclass
class App:
    """A wired house. Made by `open_app`; usable while that stands open."""

    settings: Settings
    home: Home
    database: Database
    keys: Keys
    engine: Engine
    clock: Clock
    files: LogFiles
    passwords: Passwords = field(default_factory=Passwords)
    _pack: Pack | None = field(default=None, repr=False)

    @property
    def incoming(self) -> Path:
        return self.home.incoming

    @property
    def pack(self) -> Pack:
        """The active pack, from its archive; loaded at the first use, current until `reload_pack`."""
        if self._pack is None:
            self._pack = self._active()
        return self._pack

    @property
    def projectors(self) -> Sequence[Projector]:
        """The rooms above the ledger that keep projections of their own, in the order of the floors."""
        return projectors_of(self.pack, self.engine)

    def reload_pack(self) -> bool:
        """Take up a pack that was activated meanwhile; whether it is another one."""
        with self.database.transaction() as tx:
            digest = active_digest(tx)
        if self._pack is not None and digest == self._pack.digest:
            return False
        self._pack = self._active()
        return True

    def _active(self) -> Pack:
        with self.database.transaction() as tx:
            digest = active_digest(tx)
            if digest is None:
                raise NoHome(str(self.home.root))
            return archived(tx, digest)

    def publish(self) -> Published:
        """Bring tiles and checkpoint up to what is committed: after every commit that appended."""
        with self.database.transaction() as tx:
            return publishing.publish(tx, self.files)

    def scrub(self) -> None:
        """Remove the bytes of erased contents from every table that held them. Raises NotScrubbed."""
        erasure.scrub(self.database, ALSO_SCRUBBED)

    def sign_in(self, login: str, password: str, address: str) -> Opened:
        """A new session; no transaction is open while the password is checked.

        Raises SignInRefused, TooManyAttempts, SignInBusy.
        """
        with self.database.transaction() as tx:
            tried = accounts.challenge(tx, login, address, self.clock)
        right = len(password) <= accounts.PASSWORD_LENGTH and self.passwords.verify(tried.password, password)
        with self.database.transaction() as tx:
            opened = accounts.settle(tx, tried, right, self.clock)
        if opened is None:
            raise SignInRefused
        return opened

    def client_token(self, client_id: str, secret: str, scope: str | None, address: str) -> Token:
        """A bearer for a program (RFC 6749 section 4.4); a wrong secret counts though nothing is issued.

        Raises InvalidClient, InvalidScope, TooManyAttempts.
        """
        try:
            with self.database.transaction() as tx:
                return clients.token(tx, client_id, secret, scope, self.clock, address)
        except InvalidClient:
            with self.database.transaction() as tx:
                clients.failed(tx, client_id, self.clock, address)
            raise


def projectors_of(pack: Pack, engine: Engine) -> tuple[Projector, ...]:
    """Every room's projector, for a pack."""
    return (PublicityProjector(pack, engine), HeldProjector(), CoverageProjector(), DayProjector())


@contextmanager
def open_app(settings: Settings, clock: Clock | None = None, *, serving: bool = False) -> Iterator[App]:
    """Open a home: server, database, keys; publish what is missing, or stop the log where it was overtaken.

    `serving` has room for many requests at once. Raises NoHome, SchemaUnknown, and the refusals of store
    and keys. At the end everything is closed, and the server stopped where nobody else uses it.
    """
    home = Home(settings.home)
    home.require()
    with ExitStack() as stack:
        dsn = stack.enter_context(address(settings, home, keep=serving))
        there, wanted = revision(dsn)
        if there != wanted:
            raise SchemaUnknown(f"数据库结构为 {there or '空'}，程序需要 {wanted}")
        app = App(
            settings=settings,
            home=home,
            database=stack.enter_context(Database(dsn, size=16 if serving else 4)),
            keys=Keys(home.keys),
            engine=Engine(settings.memory_mb, settings.threads),
            clock=clock or SystemClock(),
            files=log_files(settings, home),
        )
        stack.enter_context(app.engine)
        with app.database.transaction() as tx:
            publishing.resume(tx, app.files)
        yield app


@contextmanager
def address(settings: Settings, home: Home, *, keep: bool = False) -> Iterator[str]:
    """The database's address while the block lasts: the one of the settings, or of the home's own server.

    `keep`: the home's own server is started again where it crashes.
    """
    if settings.dsn is not None:
        yield settings.dsn
        return
    with Server(home.db, settings.db_user) as server, kept_running(server) if keep else nullcontext():
        yield server.dsn


def log_files(settings: Settings, home: Home) -> LogFiles:
    """Where this home's log is published, and with which key. Raises the refusals of keys."""
    return LogFiles(home.log, Keys(home.keys).log, settings.checkpoint_dirs)
