"""The page of one record: what the law publishes of it, its source, until when it is shown and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Request, Response

from xinheng.evidence.ledger.history import Version, history
from xinheng.evidence.ledger.model import EventKind
from xinheng.faces.web.access import anyone
from xinheng.faces.web.context import House
from xinheng.faces.web.errors import NotShownError
from xinheng.faces.web.portal.outlived import outlived
from xinheng.faces.web.portal.record_fields import published, role_text
from xinheng.faces.web.portal.shown import Public
from xinheng.faces.web.portal.views import HistoryStep, RecordView, term_bar
from xinheng.faces.web.portal.windows import windows_of
from xinheng.faces.web.views import Figure, Pair, Tag, grouped, moment
from xinheng.ground.store.transaction import Transaction
from xinheng.judgement.publicity import service as publicity
from xinheng.judgement.publicity.model import UNREAD, PublicityRow, is_shown, status
from xinheng.law.kinds import CREDIT_SITE
from xinheng.law.packs import Pack
from xinheng.office.access import service as agencies

router = APIRouter(dependencies=[Depends(anyone)], include_in_schema=False)

STEPS = {
    EventKind.RECORDED: "入账",
    EventKind.CORRECTED: "更正",
    EventKind.WITHDRAWN: "撤回",
    EventKind.PUBLICITY_ENDED: "终止公示",
    EventKind.CONTENT_ERASED: "依法删除",
}
UNTIL_NONE = "没有规定终止日"
MINIMUM = "最短公示期届满"
NO_MINIMUM = {"never": "不得提前终止", "none": "没有最短公示期"}


@router.get("/records/{record}")
def show_record(request: Request, web: House, record: UUID) -> Response:
    """A record that is shown today; any other is answered as absent."""
    day = web.today()
    with web.transaction() as tx:
        row, others, versions = shown_record(tx, record, day)
        said = current_version(versions)
        sources = agencies.by_ids(tx, {v.provenance.source for v in versions if v.provenance.source})
    names = {agency: found.name for agency, found in sources.items()}
    public: Public = orjson.loads(said.public or "{}")
    view = record_view(web.app.pack, row, others, versions, (public, names, day))
    return web.render.public(request, "portal/record.html", "search", record=view)


def shown_record(
    tx: Transaction, record: UUID, day: date
) -> tuple[PublicityRow, tuple[PublicityRow, ...], list[Version]]:
    """The decision for this site, those for other channels, and the history. Raises NotShownError."""
    rows = publicity.publicity_of(tx, [record]).get(record, ())
    here = [r for r in rows if r.decision.channel == CREDIT_SITE and is_shown(r, day)]
    versions = history(tx, record) if here else []
    if not versions or current_version(versions).public is None:
        raise not_shown(record)
    return here[0], tuple(r for r in rows if r is not here[0]), versions


def not_shown(record: UUID) -> NotShownError:
    return NotShownError(
        found=f"编号 {record} 没有正在公示的内容",
        expected="正在公示的记录；公示期届满、终止公示和不予公示的都查不到",
        todo="核对编号；本单位要看自己的记录，请向报送的信源单位或信用办查询",
        where=str(record),
    )


def current_version(versions: Sequence[Version]) -> Version:
    """The last that was said about the record."""
    return [v for v in versions if v.kind in (EventKind.RECORDED, EventKind.CORRECTED)][-1]


def record_view(
    pack: Pack,
    row: PublicityRow,
    others: Sequence[PublicityRow],
    versions: Sequence[Version],
    told: tuple[Public, dict[UUID, str], date],
) -> RecordView:
    """The page as a value. `told`: the public content, agencies' names by id, today. Pure."""
    public, names, day = told
    item = pack.item(row.item)
    said = current_version(versions)
    given = row.decision
    fields = published(item, public)
    document = role_text(item, public, "document")
    corrected = any(v.kind == EventKind.CORRECTED for v in versions)
    tags = [Tag(item.name), Tag(status(row, day).value, "info")]
    if corrected:
        tags.append(Tag("更正过", "warn"))
    ends = given.last_day is not None  # what has no end, such as a permit, needs no repair
    return RecordView(
        record=row.record,
        title=document or f"{item.name}决定（无文号）",
        item_name=item.name,
        document=document,
        party_code=role_text(item, public, "party_code") or "",
        party_name=role_text(item, public, "party_name") or "行政相对人",
        tags=tuple(tags),
        summary=_summary(row, role_text(item, public, "authority")),
        fields=fields.pairs,
        empty_fields=fields.empty,
        bar=term_bar(given.first_day, given.earliest_end, given.last_day, day),
        reason=given.reason,
        publicity=_publicity(row, others, day),
        source=(
            Pair("决定机关", role_text(item, public, "authority")),
            Pair("信源单位", _source(said, names)),
            Pair("目录事项", f"{item.name}（{item.edition}）"),
            Pair("平台知悉", moment(said.known)),
            Pair(
                "校核时的规则包",
                said.provenance.pack,
                mono=True,
                note=f"目录依据：{pack.cite(item.basis)}",
            ),
        ),
        proof=(
            Pair("信衡编号", str(row.record), mono=True),
            Pair("日志序号", grouped(said.seq)),
        ),
        history=tuple(_step(v, names) for v in reversed(versions)),
        windows=windows_of(pack, day, ends=ends, elsewhere=any(is_shown(o, day) for o in others)),
        corrected=corrected,
        unverified=_unverified(row),
        outlived=outlived(pack, row, day),
    )


def _source(version: Version, names: dict[UUID, str]) -> str | None:
    return names.get(version.provenance.source) if version.provenance.source else None


def _summary(row: PublicityRow, authority: str | None) -> tuple[Figure, ...]:
    given = row.decision
    figures = [
        Figure("决定机关", authority or row.authority or "—"),
        Figure("决定日期", row.decided_on.isoformat() if row.decided_on else "—"),
    ]
    if given.last_day:
        figures.append(Figure(MINIMUM, _minimum(row)))
    figures.append(Figure("公示至", given.last_day.isoformat() if given.last_day else UNTIL_NONE))
    return tuple(figures)


def _minimum(row: PublicityRow) -> str:
    """The end of the minimum publicity, before which nobody may apply for repair; or why there is none."""
    given = row.decision
    if given.earliest_end is not None:
        return given.earliest_end.isoformat()
    return NO_MINIMUM.get(given.earliest_note or "", given.earliest_note or "—")


def _publicity(row: PublicityRow, others: Sequence[PublicityRow], day: date) -> tuple[Pair, ...]:
    given = row.decision
    pairs = [
        Pair("公示渠道", f"{given.channel}（本平台）"),
        Pair("公示制度", given.regime),
        Pair("类别", given.class_, otherwise="不分类"),
        Pair("起算日", given.first_day.isoformat() if given.first_day else None),
    ]
    if given.last_day:
        pairs.append(Pair(MINIMUM, _minimum(row)))
    until = f"{given.last_day.isoformat()}（含当日），次日起自动终止" if given.last_day else UNTIL_NONE
    pairs.append(Pair("公示至", until))
    for other in others:
        ends = other.decision.last_day
        text = f"{status(other, day).value}" + (f"，公示至 {ends.isoformat()}" if ends else "")
        pairs.append(Pair(f"另一渠道：{other.decision.channel}", text, note=other.decision.reason))
    return tuple(pairs)


def _unverified(row: PublicityRow) -> str | None:
    if row.decision.earliest_note == UNREAD:
        return "最短公示期的规定没有读到原文，不据此作出不利于该单位的处理。"
    if row.decision.class_ == "未定":
        return "记录的内容不足以确定类别，按所记事实允许的最轻一类处理。"
    return None


def _step(version: Version, names: dict[UUID, str]) -> HistoryStep:
    source = _source(version, names)
    note = f"日志序号 {grouped(version.seq)}" + (f"，信源单位：{source}" if source else "")
    return HistoryStep(STEPS.get(EventKind(version.kind), "其他"), moment(version.known), note)
