"""`/api/v1/submissions`: agencies' systems hand in, ask how far it is, and fetch what came back."""

from __future__ import annotations

import logging
from contextlib import suppress
from itertools import islice
from typing import Annotated, Any, Final
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from xinheng.core.errors import Kind, XinhengError
from xinheng.evidence.intake import returning
from xinheng.evidence.intake import service as intake
from xinheng.evidence.intake import store as kept_rows
from xinheng.evidence.intake.incoming import Incoming
from xinheng.evidence.submissions import service
from xinheng.evidence.submissions.model import Filter, Handed, State, Submission
from xinheng.faces.web.access import Program, program
from xinheng.faces.web.api import schemas
from xinheng.faces.web.api import submission_shapes as shapes
from xinheng.faces.web.api.answers import PATH, submission_answer, submission_answers
from xinheng.faces.web.api.reading_bodies import handed_of
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.errors import STATUS_OF_KIND, CrowdedDeskError, ParameterError, ScopeNeededError
from xinheng.faces.web.failures import PROBLEM, RETRY_AFTER
from xinheng.faces.web.pages import PRIVATE
from xinheng.office.access.model_clients import ClientSession, Scope

logger = logging.getLogger(__name__)

JSON: Final = "application/json"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS: Final = 1_000  # returned rows of one answer
_PRIVATE = {"cache-control": PRIVATE}
_REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": schemas.Problem, "description": text}
    for status, text in (
        (400, "内容或参数不对"),
        (401, "令牌不对或已过期"),
        (403, "没有这项权限"),
        (404, "没有"),
        (409, "幂等键已用于另一份内容，或状态不允许"),
        (413, "内容超过上限"),
        (429, "调用太快，按 Retry-After 等待"),
        (503, "暂时不能答复，按 Retry-After 等待"),
    )
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": shapes.RowsBody.model_json_schema()},
            "multipart/form-data": {"schema": shapes.MULTIPART},
        },
    }
}
router = APIRouter(prefix=PATH, dependencies=[Depends(program)], responses=_REFUSALS)
Key = Annotated[str | None, Header(alias="Idempotency-Key", description="每份内容一个；重发时用原来的")]


@router.post(
    "",
    status_code=201,
    response_model=shapes.SubmissionAnswer,
    responses={202: {"model": shapes.SubmissionAnswer, "description": "排队或待审核，按 Location 查询"}},
    summary="报送",
    openapi_extra=_BODY,
)
async def hand_in(request: Request, web: House, session: Program, key: Key = None) -> Response:
    """Hand in a file, or rows as JSON. Small ones come back with their receipt; the same key and content
    come back with the same answer."""
    require(session, Scope.WRITE)
    token = await run_in_threadpool(web.uploads.begin)
    try:
        handed = await handed_of(request, web.uploads.file(token), session, key)
        return await run_in_threadpool(_hand_in, web, session, handed)
    finally:
        await run_in_threadpool(web.uploads.discard, token)


def _hand_in(web: Web, session: ClientSession, handed: Handed) -> Response:
    found = service.enter(web.app, handed)
    if service.at_once(found):
        # one after another: side by side, the engine would start anew for each. Who would wait for long is
        # told to ask later, and the job sends it.
        with suppress(CrowdedDeskError), web.program_turns.turn():
            found = service.run(web.app, found.id)
    if found.state is State.DONE:
        publish(web)
    if found.state is State.FAILED:
        return _problem(found)
    with web.transaction() as tx:
        value = submission_answer(web, tx, found, session.agency.agency)
    headers = {**_PRIVATE, "location": f"{PATH}/{found.id}"}
    return Response(orjson.dumps(value), 201 if found.state is State.DONE else 202, headers, JSON)


def _problem(found: Submission) -> Response:
    """What the intake refused, in the one shape; the submission itself is kept and can be asked for."""
    said = dict(found.error or {})
    status = STATUS_OF_KIND[Kind(said.pop("kind", Kind.INVALID))]
    headers = {**_PRIVATE, "location": f"{PATH}/{found.id}"}
    if status == 503:
        headers["retry-after"] = RETRY_AFTER
    return Response(orjson.dumps({"type": "about:blank", "status": status, **said}), status, headers, PROBLEM)


@router.get("", response_model=shapes.SubmissionList, summary="本单位的报送")
def show_list(
    web: House,
    session: Program,
    state: Annotated[State | None, Query(description="只要这一状态的")] = None,
    page: Annotated[UUID | None, Query(description="上一页给出的 next")] = None,
) -> Response:
    """The agency's submissions by any way, newest first, and those that it handed in for agencies below."""
    require(session, Scope.READ)
    wanted = Filter(
        agencies=(session.agency.agency,), states=(state,) if state is not None else None, before=page
    )
    with web.transaction() as tx:
        found = service.listed(tx, wanted, service.PAGE + 1)
        shown = found[: service.PAGE]
        values = submission_answers(web, tx, shown, session.agency.agency)
    after = str(shown[-1].id) if len(found) > len(shown) else None
    return _answer({"submissions": [v | {"receipt": None} for v in values], "next": after})


@router.get("/{submission}", response_model=shapes.SubmissionAnswer, summary="一次报送的状态和回执")
def show(web: House, session: Program, submission: UUID) -> Response:
    """How far a submission has come; with its receipt once it is done."""
    require(session, Scope.READ)
    with web.transaction() as tx:
        found = service.by_id(tx, submission, [session.agency.agency])
        return _answer(submission_answer(web, tx, found, session.agency.agency))


@router.get(
    "/{submission}/returned",
    response_model=shapes.ReturnedAnswer,
    responses={200: {"content": {XLSX: {}}, "description": "按 Accept 给出 JSON 或工作簿"}},
    summary="退回的数据",
)
def show_returned(
    request: Request,
    web: House,
    session: Program,
    submission: UUID,
    page: Annotated[int, Query(ge=0, le=2**31 - 1, description="上一页给出的 next")] = 0,
) -> Response:
    """The rows that came back with every reason: as JSON a page at a time, or all of them as a workbook."""
    require(session, Scope.READ)
    with web.transaction() as tx:
        found = service.by_id(tx, submission, [session.agency.agency])
        if found.receipt is None:
            raise _no_receipt(found)
        if XLSX in request.headers.get("accept", ""):
            content = intake.returned_workbook(tx, web.app.pack, found.receipt)
            name = {"content-disposition": f'attachment; filename="returned-{submission}.xlsx"'}
            return Response(content, 200, {**_PRIVATE, **name}, XLSX)
        count = intake.kept_receipt(tx, found.receipt).counts["returned"]
        rows = list(islice(kept_rows.returned(tx, found.receipt, page), ROWS + 1))
    shown = [
        {
            "line": row[0],
            "cells": orjson.loads(row[1]),
            "checks": [c.as_json() for c in returning.results(row[2])],
        }
        for row in rows[:ROWS]
    ]
    after = str(rows[ROWS - 1][0]) if len(rows) > ROWS else None
    return _answer(
        {"submission": submission, "receipt": found.receipt, "count": count, "rows": shown, "next": after}
    )


@router.get("/{submission}/rows", response_model=shapes.RowsAnswer, summary="逐行结果")
def show_rows(
    web: House,
    session: Program,
    submission: UUID,
    page: Annotated[int, Query(ge=0, le=2**31 - 1, description="上一页给出的 next")] = 0,
) -> Response:
    """What became of every row: its outcome, the id of the record it became or met, the checks it failed."""
    require(session, Scope.READ)
    with web.transaction() as tx:
        found = service.by_id(tx, submission, [session.agency.agency])
        if found.receipt is None:
            raise _no_receipt(found)
        every = intake.rows(tx, web.app.pack, found.receipt)
        rows = list(islice((r for r in every if r.line > page), ROWS + 1))
    after = str(rows[ROWS - 1].line) if len(rows) > ROWS else None
    shown = [
        {n: v for n, v in r.as_json().items() if n in ("line", "outcome", "record", "checks")}
        for r in rows[:ROWS]
    ]
    return _answer({"submission": submission, "receipt": found.receipt, "rows": shown, "next": after})


@router.post(
    "/{submission}/hand-on",
    responses={200: {"content": {"text/csv": {}}, "description": "自然人的行，UTF-8 的 CSV"}},
    summary="取自然人数据转交文件",
)
def hand_on(web: House, session: Program, submission: UUID) -> Response:
    """The rows about natural persons, given back once within 24 hours; the platform keeps none of them."""
    require(session, Scope.WRITE)
    with web.transaction() as tx:
        found = service.by_id(tx, submission, [session.agency.agency])
        if found.receipt is None:
            raise _no_receipt(found)
        content = Incoming(web.app.incoming).take(found.receipt, web.app.clock)
    name = {"content-disposition": f'attachment; filename="hand-on-{submission}.csv"'}
    return Response(content, 200, {**_PRIVATE, **name}, "text/csv; charset=utf-8")


def _answer(value: dict[str, Any]) -> Response:
    return Response(orjson.dumps(value), 200, _PRIVATE, JSON)


def require(session: ClientSession, scope: Scope) -> None:
    """That the token is good for this. Raises ScopeNeededError."""
    if not session.may(scope):
        raise ScopeNeededError(
            found=f"令牌没有权限 {scope.value}",
            expected=f"取令牌时包含 {scope.value}，且客户端登记了这项权限",
            todo="重新取令牌；没有登记的，请平台管理员登记",
        )


def _no_receipt(found: Submission) -> ParameterError:
    return ParameterError(
        found=f"报送 {found.id} 还没有回执",
        expected="已完成（done）的报送",
        todo="稍后再查它的状态",
        where=str(found.id),
    )


def publish(web: Web) -> None:
    """Bring tiles and checkpoint up to what was committed; what hinders this takes nothing back."""
    try:
        web.app.publish()
    except XinhengError as refusal:
        logger.warning("%s", refusal)
