"""`/api/v1`: public, no account, only what is shown today. One answer, one entity tag over its bytes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from xinheng.evidence.ledger.model import EventKind
from xinheng.evidence.ledger.proof import prove
from xinheng.evidence.ledger.publishing import CHECKPOINT, latest
from xinheng.evidence.subjects import lookup
from xinheng.evidence.subjects import service as subjects
from xinheng.evidence.subjects.model import MOST_ASKED, Found, NameState, Subject
from xinheng.faces.web.access import anyone
from xinheng.faces.web.api import schemas
from xinheng.faces.web.context import House
from xinheng.faces.web.errors import PageAbsentError
from xinheng.faces.web.pages import tagged
from xinheng.faces.web.portal.organisations import organisation_absent
from xinheng.faces.web.portal.records import current_version, shown_record
from xinheng.faces.web.portal.shown import record_lines
from xinheng.faces.web.reading import read
from xinheng.ground.store.transaction import Transaction
from xinheng.judgement.publicity import service as publicity
from xinheng.judgement.publicity.model import PublicityRow, is_shown
from xinheng.law.packs import Pack
from xinheng.office.access import service as agencies

JSON = "application/json"
SHOWN = 100  # records of one organisation in one answer

_REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": schemas.Problem, "description": text}
    for status, text in (
        (400, "参数不对"),
        (404, "没有"),
        (429, "查询太快，按 Retry-After 等待"),
        (503, "暂时不能答复，按 Retry-After 等待"),
    )
}
API = "/api/v1"
SUBJECTS = "/subjects"
router = APIRouter(prefix=API, dependencies=[Depends(anyone)], responses=_REFUSALS)


def answer(request: Request, value: dict[str, Any]) -> Response:
    """The value as JSON, or 304 where the asker has it already."""
    return tagged(request, orjson.dumps(value), JSON)


@router.get(SUBJECTS + "/{code}", response_model=schemas.SubjectAnswer, summary="按代码查一家单位")
async def subject(request: Request, web: House, code: str) -> Response:
    """The organisation that bears or bore the code, and its records that are shown today."""
    pack, day = web.app.pack, web.today()
    return answer(request, await read(web.reads, lambda tx: subject_answer(tx, pack, code, day)))


async def quick_subject(request: Request, code: str) -> Response:
    """The same past FastAPI's routing (`web.quick`), which costs as much as the answer."""
    return await subject(request, request.app.state.web, code)


def subject_answer(tx: Transaction, pack: Pack, code: str, day: date) -> dict[str, Any]:
    """The value of a SubjectAnswer. Raises OrganisationAbsentError."""
    found = subjects.by_code(tx, code)
    if found is None:
        raise organisation_absent(code)
    page = publicity.shown_records(tx, publicity.Listing(subject=found.subject), day, SHOWN)
    lines = record_lines(tx, pack, page.rows)
    items = {row.record: row.item for row in page.rows}
    return {
        "day": day,
        "subject": organisation(found),
        "shown": [
            {
                "record": line.record,
                "item": items[line.record],
                "document": line.document,
                "authority": line.authority,
                "decided_on": line.decided_on,
                "last_day": line.until,
            }
            for line in lines
        ],
        "more": page.after is not None,
    }


def organisation(found: Subject) -> dict[str, Any]:
    """The value of an Organisation. The legal representative is not part of it."""
    return {
        "code": found.code,
        "name": found.name,
        "kind": found.kind,
        "division": found.division,
        "status": found.status,
        "registered": found.registered,
        "former_names": [n.name for n in found.names if n.state is NameState.FORMER],
        "former_codes": list(found.former_codes),
        "asked_code": found.asked_code,
    }


@router.get(SUBJECTS, response_model=schemas.SearchAnswer, summary="按名称查单位")
async def search(
    request: Request,
    web: House,
    q: Annotated[
        str,
        Query(
            description="名称的一部分，或代码", json_schema_extra={"minLength": 1, "maxLength": MOST_ASKED}
        ),
    ],
    page: Annotated[int, Query(ge=1, le=50)] = 1,
) -> Response:
    """One page of what the text finds; a misspelt name finds names much like it."""
    return answer(request, search_answer(q, await lookup.find(web.searches, q, page)))


def search_answer(query: str, found: Found) -> dict[str, Any]:
    """The value of a SearchAnswer."""
    return {
        "query": query,
        "page": found.page,
        "pages": found.pages,
        "total": found.total,
        "beyond": found.beyond,
        "similar": found.similar,
        "suggestion": found.suggestion,
        "subjects": [
            {
                "code": h.code,
                "name": h.name,
                "kind": h.kind,
                "division": h.division,
                "status": h.status,
                "registered": h.registered,
                "other_name": h.other_name,
            }
            for h in found.hits
        ],
    }


@router.get("/records/{record}", response_model=schemas.RecordAnswer, summary="一条正在公示的记录")
def record(request: Request, web: House, record: UUID) -> Response:
    """Every field that the law publishes; a record that is not shown is answered as absent."""
    day = web.today()
    with web.transaction() as tx:
        row, others, versions = shown_record(tx, record, day)
        said = current_version(versions)
        source = said.provenance.source
        names = agencies.by_ids(tx, [source] if source else [])
    item = web.app.pack.item(row.item)
    shown = [row, *(o for o in others if is_shown(o, day))]
    value = {
        "day": day,
        "record": record,
        "item": item.id,
        "edition": item.edition,
        "fields": orjson.loads(said.public or "{}"),
        "known": said.known.isoformat(),
        "corrected": any(v.kind == EventKind.CORRECTED for v in versions),
        "seq": said.seq,
        "pack": said.provenance.pack,
        "source": names[source].name if source and source in names else None,
        "publicity": [_publicity(r) for r in shown],
    }
    return answer(request, value)


def _publicity(row: PublicityRow) -> dict[str, Any]:
    given = row.decision
    return {
        "channel": given.channel,
        "regime": given.regime,
        "category": given.class_,
        "first_day": given.first_day,
        "earliest_end": given.earliest_end,
        "earliest_note": given.earliest_note,
        "last_day": given.last_day,
        "reason": given.reason,
    }


@router.get("/records/{record}/proof", response_model=schemas.ProofAnswer, summary="一条记录的存在证明")
def proof(request: Request, web: House, record: UUID) -> Response:
    """The proof of a record that is shown today; `python -m xinheng.verify` checks it offline."""
    with web.transaction() as tx:
        shown_record(tx, record, web.today())
        value = prove(tx, web.app.files, record, shown=True)
    response = answer(request, value)
    response.headers["content-disposition"] = f'attachment; filename="proof-{record}.json"'
    return response


@router.get("/checkpoint", response_model=schemas.CheckpointAnswer, summary="最近的检查点")
def checkpoint(request: Request, web: House) -> Response:
    """The newest checkpoint that this home signed."""
    found = latest(web.app.files)
    if found is None or found.checkpoint is None:
        raise PageAbsentError(
            found="还没有发布检查点", expected="至少有一条入账的记录", todo="第一批记录入账之后再查"
        )
    value = {
        "epoch": found.epoch,
        "origin": found.checkpoint.origin,
        "size": found.checkpoint.size,
        "root": found.checkpoint.root.hex(),
        "note": (web.app.files.epoch(found.epoch) / CHECKPOINT).read_text(encoding="utf-8"),
    }
    return answer(request, value)
