"""`/api/v1/holdings` and `/api/v1/withdrawals`: a lower platform compares what stands here of its records
with its own, and takes back what it withdrew."""

from __future__ import annotations

from datetime import UTC, date
from typing import Annotated, Any, Final
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from xinheng.core.errors import XinhengError
from xinheng.core.times import today
from xinheng.faces.web.access import Program, program
from xinheng.faces.web.api import schemas
from xinheng.faces.web.api.schemas import Shape
from xinheng.faces.web.api.submissions import JSON, publish, require
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.pages import PRIVATE
from xinheng.office.access.model_clients import ClientSession, Scope
from xinheng.outward.reconciliation import holding
from xinheng.outward.reconciliation.holding import Holding, ToWithdraw

PAGE: Final = 1_000  # records of one answer, and withdrawals of one call
_PRIVATE = {"cache-control": PRIVATE}
_REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": schemas.Problem, "description": text}
    for status, text in (
        (400, "参数不对"),
        (401, "令牌不对或已过期"),
        (403, "没有这项权限"),
        (429, "调用太快，按 Retry-After 等待"),
        (503, "暂时不能答复，按 Retry-After 等待"),
    )
}
router = APIRouter(prefix="/api/v1", dependencies=[Depends(program)], responses=_REFUSALS)


class HeldRecord(Shape):
    """A record of the asker's as it stands here."""

    record: UUID = Field(description="信衡编号：本平台对这条记录的编号，与报送结果中的一致")
    item: str
    document: str | None = Field(description="决定文书号，规范写法")
    decided_on: date | None
    state: str = Field(description="current 现行、withdrawn 已撤回、erased 内容已依法删除")
    shown: bool = Field(description="今天是否公示")
    digest: str | None = Field(
        description="内容摘要：各数据项（不含 X_ 开头的）规范 JSON 的 SHA-256，十六进制；内容已删除的为空"
    )


class HoldingsAnswer(Shape):
    """One page of what stands here of the asker's records."""

    at: str = Field(description="本页查询的时间（UTC）")
    holdings: list[HeldRecord]
    next: str | None = Field(description="下一页的 page；空：没有了")


class WithdrawalAsked(Shape):
    """What is to be withdrawn."""

    record: UUID = Field(description="信衡编号")
    on: date | None = Field(default=None, description="从哪一天起不再有效；不写即今天")
    reason: str = Field(description="理由，公开")


class WithdrawalsBody(Shape):
    """Records to be withdrawn, each for itself."""

    withdrawals: list[WithdrawalAsked] = Field(min_length=1, max_length=PAGE)


class WithdrawalOutcome(Shape):
    """What became of one of them."""

    record: UUID
    outcome: str = Field(description="withdrawn 已撤回、already 早已撤回或删除、refused 没有撤回")
    code: str | None = Field(description="没有撤回的原因编号")
    found: str | None = Field(description="没有撤回的原因")


class WithdrawalsAnswer(Shape):
    """One outcome for each, in their order."""

    withdrawals: list[WithdrawalOutcome]


@router.get("/holdings", response_model=HoldingsAnswer, summary="本单位报送的记录现状，供对账")
def show_holdings(
    web: House,
    session: Program,
    item: Annotated[str | None, Query(description="只要这一事项的")] = None,
    page: Annotated[UUID | None, Query(description="上一页给出的 next")] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE,
) -> Response:
    """Every record whose source is the asker's agency, in a fixed order: what was sent stands here once."""
    require(session, Scope.READ)
    wanted = web.app.pack.item(item).id if item else None
    clock = web.app.clock
    at = clock.now().at
    with web.transaction() as tx:
        sources = holding.sources(tx, session.agency)
        found = holding.holdings(tx, sources, today(clock), limit + 1, page, wanted)
    shown = found[:limit]
    return _answer(
        {
            "at": at.astimezone(UTC).isoformat(),
            "holdings": [_held(h) for h in shown],
            "next": str(shown[-1].record) if len(found) > limit else None,
        }
    )


def _held(held: Holding) -> dict[str, Any]:
    return {
        "record": held.record,
        "item": held.item,
        "document": held.document,
        "decided_on": held.decided_on,
        "state": held.state,
        "shown": held.shown,
        "digest": held.digest,
    }


@router.post("/withdrawals", response_model=WithdrawalsAnswer, summary="撤回本单位报送的记录")
def withdraw(web: House, session: Program, body: WithdrawalsBody) -> Response:
    """Each is withdrawn for itself; the same call again finds them withdrawn already."""
    require(session, Scope.WRITE)
    outcomes = [_withdrawn(web, session, asked) for asked in body.withdrawals]
    publish(web)
    return _answer({"withdrawals": outcomes})


def _withdrawn(web: Web, session: ClientSession, asked: WithdrawalAsked) -> dict[str, Any]:
    said: dict[str, str | None]
    app, wanted = web.app, ToWithdraw(asked.record, asked.on, asked.reason)
    try:
        with app.database.transaction() as tx:
            done = holding.withdraw(tx, app.pack, session.agency, wanted, app.clock, app.projectors)
    except XinhengError as refusal:
        if refusal.kind in holding.PASSING:  # of the platform, not of this record: the caller comes again
            raise
        said = {"outcome": "refused", "code": refusal.code, "found": refusal.found}
    else:
        said = {"outcome": "withdrawn" if done else "already", "code": None, "found": None}
    return {"record": asked.record, **said}


def _answer(value: dict[str, Any]) -> Response:
    return Response(orjson.dumps(value), 200, _PRIVATE, JSON)
