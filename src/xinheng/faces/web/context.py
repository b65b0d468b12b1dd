"""What every route is given: the wired house, the renderer, the connections of the asynchronous lookups."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Annotated, cast

from fastapi import Depends, Request

from xinheng.core.times import today
from xinheng.faces.web.desk.turns import Turns
from xinheng.faces.web.desk.uploads import Uploads
from xinheng.faces.web.pages import Renderer
from xinheng.faces.web.portal.none_found import Statements
from xinheng.faces.web.portal.quality_months import Months
from xinheng.ground.store.transaction import Transaction

if TYPE_CHECKING:
    from xinheng.evidence.subjects.lookup import Pool
    from xinheng.faces.app import App
    from xinheng.faces.web.access import Knock
    from xinheng.faces.web.pace import Pace


@dataclass(frozen=True)
class Web:
    """Built once by `create_app`; holds nothing that changes but connections."""

    app: App
    render: Renderer
    searches: Pool  # asynchronous connections for search (decision 26); opened with the server
    reads: Pool  # and for reading by key
    knock: Knock
    uploads: Uploads
    turns: Turns
    calls: Pace  # of agencies' programs
    program_turns: Turns
    statements: Statements = field(default_factory=Statements)
    quality: Months = field(default_factory=Months)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One transaction, committed at the end; faces alone open them."""
        with self.app.database.transaction() as tx:
            yield tx

    def today(self) -> date:
        """The civil date in Asia/Shanghai, by the house's clock."""
        return today(self.app.clock)


async def web_of(request: Request) -> Web:
    """What was built at the start. Asynchronous: a plain function would cost every request a thread."""
    return cast(Web, request.app.state.web)


House = Annotated[Web, Depends(web_of)]
