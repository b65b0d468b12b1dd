"""目录: every item that may be collected, as the active pack has it: who answers for it, on what ground, how
often, how open, how long, and its three marks (R002, R003, R006)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from xinheng.evidence.completeness import service as completeness
from xinheng.faces.web.access import AnySession, signed_in, who
from xinheng.faces.web.context import House
from xinheng.faces.web.views import Pair, Tag
from xinheng.law.model import Check, Item, Severity
from xinheng.law.packs import Pack
from xinheng.law.words import DISCLOSURES, EVERY, KINDS, PROVIDERS, SOURCES, TYPES, marked
from xinheng.office.access import service as agencies

router = APIRouter(include_in_schema=False)
PATH: Final = "/desk/catalogue"
MARKS: Final = (("collected", "归集"), ("shown", "公示"), ("reported", "上报"))
SEVERITIES: Final = {
    Severity.RETURN: Tag("退回", "bad"),
    Severity.MARK: Tag("标记", "info"),
    Severity.WARN: Tag("提示", "warn"),
}


@dataclass(frozen=True)
class ItemLine:
    id: str
    name: str
    kind: str
    source: str
    provider: str
    every: str
    disclosure: str
    marks: tuple[tuple[str, str], ...]  # 归集, 公示, 上报 and what stands under each


@dataclass(frozen=True)
class CatalogueView:
    lines: tuple[ItemLine, ...]
    kinds: tuple[tuple[str, str], ...]
    kind: str
    pack: str
    title: str


@dataclass(frozen=True)
class FieldLine:
    code: str
    name: str
    type: str
    said: str
    disclosure: str


@dataclass(frozen=True)
class CheckLine:
    id: str
    tag: Tag
    message: str
    basis: str


@dataclass(frozen=True)
class CatalogueItemView:
    name: str
    day: str
    pairs: tuple[Pair, ...]
    fields: tuple[FieldLine, ...]
    checks: tuple[CheckLine, ...]


@router.get(PATH, dependencies=[Depends(signed_in)])
def show_catalogue(
    web: House, session: AnySession, kind: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """The items of the active pack, all or of one class. Secret ones are not named here."""
    pack = web.app.pack
    items = [item for item in pack.items.values() if not item.secret]
    kinds = {item.kind.value: KINDS[item.kind] for item in items}
    view = CatalogueView(
        lines=tuple(item_line(item) for item in items if kind in ("", item.kind.value)),
        kinds=tuple(kinds.items()),
        kind=kind if kind in kinds else "",
        pack=pack.label,
        title=pack.title,
    )
    return web.render.private("desk/catalogue.html", "catalogue", view=view, who=who(session))


@router.get(PATH + "/{item}", dependencies=[Depends(signed_in)])
def show_item(web: House, session: AnySession, item: str) -> Response:
    """One item as it is in force today. Raises UnknownItemError, also for a secret one."""
    day, pack = web.today(), web.app.pack
    found = pack.collected(item, day)
    with web.transaction() as tx:
        feeds = [f for f in completeness.listed(tx, None, found.id) if f.to_on is None]
        names = agencies.by_ids(tx, {f.agency for f in feeds})
    view = CatalogueItemView(
        name=found.name,
        day=day.isoformat(),
        pairs=pairs(pack, found, day, sorted(names[f.agency].name for f in feeds)),
        fields=tuple(field_lines(found, day)),
        checks=tuple(check_line(pack, check) for check in found.checks_on(day)),
    )
    return web.render.private("desk/catalogue_item.html", "catalogue", view=view, who=who(session))


def item_line(item: Item) -> ItemLine:
    """An item as the list has it."""
    return ItemLine(
        id=item.id,
        name=item.name,
        kind=KINDS[item.kind],
        source=SOURCES[item.source],
        provider=item.provider,
        every=EVERY[item.frequency.every] if item.frequency else "—",
        disclosure=DISCLOSURES[item.disclosure],
        marks=tuple((text, marked(item, name)) for name, text in MARKS),
    )


def pairs(pack: Pack, item: Item, day: date, senders: Iterable[str]) -> tuple[Pair, ...]:
    """The head of an item, each statement with its ground."""
    terms = [t for t in item.timeliness if t.span.covers(day)]
    often = item.frequency
    found = [
        Pair("事项编号", item.id, mono=True),
        Pair("版本", item.edition),
        Pair("类别", KINDS[item.kind]),
        Pair("来源", SOURCES[item.source]),
        Pair("依据", pack.cite(item.basis), wide=True),
        Pair("责任单位", f"{item.provider}（{PROVIDERS[item.provider_kind]}）", wide=True),
        Pair("登记的报送单位", "、".join(senders), wide=True, otherwise="没有登记归集责任"),
        Pair(
            "频次", often.text if often else None, wide=True, note=pack.cite(often.basis) if often else None
        ),
        Pair("公开属性", DISCLOSURES[item.disclosure]),
        Pair("保存期限", item.retention),
    ]
    found += [Pair(text, marked(item, name)) for name, text in MARKS]
    found += [
        Pair(f"{t.channel}时限", f"{t.working_days} 个工作日", wide=True, note=pack.cite(t.basis))
        for t in terms
    ]
    found += [Pair("说明", item.note, wide=True)] if item.note else []
    return tuple(found)


def field_lines(item: Item, day: date) -> Iterable[FieldLine]:
    """The data items that are in force on `day`."""
    for whole in item.fields:
        field = whole.on(day)
        if field is not None:
            said = (
                "不采集" if field.dropped else "必填" if field.required else "应填" if field.expected else ""
            )
            yield FieldLine(field.code, field.name, TYPES[field.type], said, DISCLOSURES[field.disclosure])


def check_line(pack: Pack, check: Check) -> CheckLine:
    """A rule, what it says of a row, and on what ground."""
    message = check.message.replace("{found}", "…")
    return CheckLine(check.id, SEVERITIES[check.severity], message, pack.cite(check.basis))
