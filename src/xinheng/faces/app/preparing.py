"""Making a home: idempotent, and resumable when it was killed midway."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from xinheng.core.times import Clock
from xinheng.evidence.ledger import publishing
from xinheng.evidence.ledger.service import open_log
from xinheng.faces.app import issuing
from xinheng.faces.app.activation import activate
from xinheng.faces.app.clock import SystemClock
from xinheng.faces.app.home import Home
from xinheng.faces.app.settings import Settings
from xinheng.faces.app.wiring import address, log_files, projectors_of
from xinheng.ground.engine import Engine
from xinheng.ground.keys import Keys
from xinheng.ground.store import Database, migrate
from xinheng.law import packs
from xinheng.law.packs import Pack
from xinheng.office.access import audit

LOG_NAME = "log.name"  # platform fact: the name of the key that opened the log


@dataclass(frozen=True)
class Prepared:
    """What `init_home` did."""

    home: Home
    pack: Pack = field(repr=False)
    fresh: bool  # the home is new
    activated: bool  # the pack is another than before


def init_home(
    settings: Settings,
    pack_name: str | None = None,
    clock: Clock | None = None,
    say: Callable[[str], None] = lambda step: None,
) -> Prepared:
    """Prepare a home: folders, database, keys, log, pack. A home that is whole stays as it is.

    Without `pack_name`: the pack of the settings. `say` is told each step in Chinese. Raises the refusals of
    home, store, keys, law and ledger; whatever was done before is found and used by the next call.
    """
    clock = clock or SystemClock()
    home = Home(settings.home)
    fresh = not home.exists()
    say("检查规则包")
    home_roots = [packs.shipped(), home.packs]
    roots = [root for root in home_roots if root.is_dir()]
    pack = packs.load(pack_name or issuing.own_name(home, settings.pack), roots)
    say("准备目录")
    home.prepare()
    with home.alone():
        say("准备数据库")
        with address(settings, home) as dsn:
            migrate(dsn)
            with Database(dsn, size=2) as database:
                say("准备密钥与存证日志")
                keys = _keys(home, database)
                with database.transaction() as tx:
                    open_log(tx, keys.log.name)
                    audit.set_fact(tx, LOG_NAME, keys.log.name)
                files = log_files(settings, home)
                with database.transaction() as tx:
                    publishing.resume(tx, files)
                say(f"启用规则包 {pack.name}")
                engine = Engine(settings.memory_mb, settings.threads)
                with database.transaction() as tx:
                    activated = activate(tx, pack, clock, projectors_of(pack, engine))
                    if activated:
                        audit.note(tx, clock, audit.LOCAL_OPERATOR, "pack.activate", pack.label)
                with database.transaction() as tx:
                    publishing.publish(tx, files)
        if fresh:
            home.mark(clock.now())
    return Prepared(home, pack, fresh, activated)


def _keys(home: Home, database: Database) -> Keys:
    """Keys are made for a log that is yet to begin; one that has begun needs its own (KeyMissing)."""
    with database.transaction() as tx:
        begun = audit.fact(tx, LOG_NAME) is not None
    return Keys(home.keys) if begun else Keys.create(home.keys)
