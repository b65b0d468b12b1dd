"""Bulletins of a wired house: each month under the pack that was active when it ended."""

from __future__ import annotations

from datetime import UTC, date
from typing import TYPE_CHECKING

from xinheng.core.times import Known
from xinheng.evidence.completeness.model import next_month
from xinheng.faces.app.activation import active_digest, archived, first_digest
from xinheng.faces.app.errors import NoHome
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.office.access.model import Agency
from xinheng.outward.reports import scope, service
from xinheng.outward.reports.service import Made

if TYPE_CHECKING:
    from xinheng.faces.app.wiring import App


def bulletin(app: App, tx: Transaction, head: Agency | None, month: date, cutoff: date | None = None) -> Made:
    """A month's bulletin of a head (None: the whole place). Raises NotYet, NoCutoff."""
    pack = pack_of(app, tx, head, month)
    given = service.scope_of(tx, pack, head, month, app.clock, app.settings.site_name, cutoff)
    return service.make(tx, pack, given)


def pack_of(app: App, tx: Transaction, head: Agency | None, month: date) -> Pack:
    """The pack a month is computed under: the one it was issued under, else the one active when it ended.

    A month that ended before any was active is computed under the first one.
    """
    there = service.found(tx, head.code if head else "", month)
    ended = Known(scope.starts(next_month(month)).astimezone(UTC))
    digest = there.pack if there else active_digest(tx, ended) or first_digest(tx)
    if digest is None:
        raise NoHome(str(app.home.root))
    return app.pack if app.pack.digest == digest else archived(tx, digest)
