"""The web application: routes, gate and error shape put together around a wired house."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from fastapi import FastAPI
from psycopg_pool import AsyncConnectionPool
from starlette.concurrency import run_in_threadpool

from xinheng.core.errors import XinhengError
from xinheng.evidence.subjects import lookup
from xinheng.faces.web import failures, reading
from xinheng.faces.web.access import Knock
from xinheng.faces.web.api import answers
from xinheng.faces.web.api import holdings as api_holdings
from xinheng.faces.web.api import routes as api
from xinheng.faces.web.api import submissions as api_submissions
from xinheng.faces.web.api import tokens as api_tokens
from xinheng.faces.web.api.description import describe
from xinheng.faces.web.context import Web
from xinheng.faces.web.desk import (
    bought,
    capture,
    cases,
    cases_receipt,
    catalogue,
    codes,
    codes_appeals,
    completeness,
    exchange,
    numbers,
    office,
    proposals,
    receipts,
    reviews,
    reviews_objections,
    sign_in,
    upload,
    upward,
    withdrawals,
)
from xinheng.faces.web.desk.appraisal_routes import FILES as APPRAISAL_FILES
from xinheng.faces.web.desk.appraisal_routes import ROUTERS as APPRAISAL
from xinheng.faces.web.desk.books_routes import ROUTERS as BOOKS
from xinheng.faces.web.desk.form_lost import handler as lost
from xinheng.faces.web.desk.form_lost import stale
from xinheng.faces.web.desk.form_routes import ROUTERS as ENTRY
from xinheng.faces.web.desk.letters_routes import ROUTERS as LETTERS
from xinheng.faces.web.desk.letters_routes import UPLOADS as LETTER_FILES
from xinheng.faces.web.desk.plans_routes import ROUTERS as PLANS
from xinheng.faces.web.desk.suspicions_routes import ROUTERS as SUSPICIONS
from xinheng.faces.web.desk.suspicions_routes import UPLOADS as SUSPICION_FILES
from xinheng.faces.web.desk.todo_routes import ROUTERS as WAITING
from xinheng.faces.web.desk.tree_routes import ROUTERS as TREE
from xinheng.faces.web.desk.turns import Turns
from xinheng.faces.web.desk.uploads import Uploads
from xinheng.faces.web.desk.watch_routes import ROUTERS as WATCH
from xinheng.faces.web.desk.watch_routes import UPLOADS as WATCH_LISTS
from xinheng.faces.web.errors import ForeignFormError, SignInNeededError
from xinheng.faces.web.guard import BODY_LIMIT, Guard
from xinheng.faces.web.pace import Pace
from xinheng.faces.web.pages import STATIC, Renderer, Site, assets_digest
from xinheng.faces.web.portal import home, lists, log, organisations, pages, quality, records, search
from xinheng.faces.web.quick import Quick
from xinheng.faces.web.static_files import Assets

if TYPE_CHECKING:
    from xinheng.faces.app import App

logger = logging.getLogger(__name__)

PACK_LOOK = 15  # seconds between looks for a newly activated pack
LOOKUPS = 6  # connections of either asynchronous pool
PATIENCE = 5  # seconds that a request waits for one
PORTAL = (home, search, organisations, records, lists, quality, pages, log)
DESK = (
    *(sign_in, upload, receipts, cases, cases_receipt, withdrawals, office, completeness, exchange, capture),
    *(upward, numbers, bought, catalogue, proposals, codes, codes_appeals, reviews, reviews_objections),
)
# looked through in this order: what systems ask all day comes first
API = (api, api_tokens, api_submissions, api_holdings)
ROUTERS = tuple(module.router for module in (*API, *PORTAL, *DESK))
ROOMS = (*APPRAISAL, *BOOKS, *ENTRY, *WAITING, *TREE, *LETTERS, *PLANS, *WATCH, *SUSPICIONS)


def create_app(app: App) -> FastAPI:
    """Portal, desk and api over `app`. Opens nothing until it is started; closes only what it opened."""
    render = Renderer(Site(app.settings.site_name, app.settings.site_notice, assets_digest()))

    @asynccontextmanager
    async def lifespan(web: FastAPI) -> AsyncIterator[None]:
        searches = _pool(app, lookup.configure)
        reads = _pool(app, reading.configure)
        await run_in_threadpool(app.reload_pack)
        async with searches, reads, _kept_current(app):
            web.state.web = Web(
                app=app,
                render=render,
                searches=searches,
                reads=reads,
                knock=Knock(app.keys.session),
                uploads=Uploads(app.incoming),
                turns=Turns(),
                calls=Pace(app.settings.calls_per_minute),
                program_turns=Turns(at_once=1, patience=30),
            )
            yield

    web = FastAPI(
        title="信衡公共信用信息接口",
        version="1",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    respond = failures.responder(render)
    failures.install(web, respond)
    web.add_exception_handler(SignInNeededError, lost(render, respond))
    web.add_exception_handler(ForeignFormError, stale(render, respond))
    for router in (*ROUTERS, *ROOMS):
        web.include_router(router)
    describe(web)
    web.mount("/static", Assets(directory=STATIC), name="static")
    uploads = (upload.PATH, answers.PATH, *APPRAISAL_FILES, *LETTER_FILES, *WATCH_LISTS, *SUSPICION_FILES)
    limit_of = _limit_of(uploads, app.settings.upload_bytes)
    # described by FastAPI with the others, answered before them: asked for all day
    web.add_middleware(Quick, prefix=f"{api.API}{api.SUBJECTS}/", handler=api.quick_subject)
    web.add_middleware(Guard, respond=respond, limit_of=limit_of, pace=Pace(app.settings.lookups_per_minute))
    return web


def _pool(app: App, configure: Callable[[psycopg.AsyncConnection[Any]], Awaitable[None]]) -> lookup.Pool:
    return AsyncConnectionPool(
        app.database.dsn, configure=configure, min_size=1, max_size=LOOKUPS, open=False, timeout=PATIENCE
    )


@asynccontextmanager
async def _kept_current(app: App) -> AsyncIterator[None]:
    """A pack that another process activated is taken up within seconds; no request has to look for it."""

    async def look() -> None:
        while True:
            await asyncio.sleep(PACK_LOOK)
            try:
                await run_in_threadpool(app.reload_pack)
            except XinhengError as refusal:  # the next look may find it
                logger.warning("%s", refusal)

    looking = asyncio.create_task(look())
    try:
        yield
    finally:
        looking.cancel()


def _limit_of(upload_paths: tuple[str, ...], upload_bytes: int) -> Callable[[str], int]:
    return lambda path: upload_bytes if path in upload_paths else BODY_LIMIT
