"""The tree of offices and agencies: registering, renaming, succeeding; for whom each may send."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import NoReturn
from uuid import UUID

from xinheng.core.identity import mask
from xinheng.core.ids import new_id
from xinheng.core.times import Clock
from xinheng.core.wording import fault
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit, store, store_tree, succession
from xinheng.office.access.errors import AgencyRefused, AgencyUnknown
from xinheng.office.access.model import (
    FROM_THE_BEGINNING,
    Agency,
    AgencyKind,
    DatedName,
    Level,
    Standing,
)
from xinheng.office.access.model_tree import By, Under, level_fits, may_enter_for

CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")
DIVISION = re.compile(r"[0-9]{6}([0-9]{3}([0-9]{3})?)?")
NAME_LENGTH = 100


@dataclass(frozen=True)
class NewAgency:
    """What is known of an agency when it is registered; parent, line and predecessor by code."""

    code: str
    name: str
    parent: str | None = None
    kind: AgencyKind = AgencyKind.AGENCY
    level: Level | None = None  # None: its parent's, else county
    division: str | None = None
    from_on: date = FROM_THE_BEGINNING
    predecessor: str | None = None  # ends on `from_on`
    authorities: tuple[str, ...] = ()
    line: str | None = None  # the body that runs it (垂直管理), where that is not its parent


def add_agency(tx: Transaction, new: NewAgency, clock: Clock, actor: str) -> Agency:
    """Register an agency. Raises AgencyRefused, AgencyUnknown (parent, line or predecessor).

    With a predecessor it takes that one's place from its first day: the predecessor ends, and those below it
    stand below the new one.
    """
    _check(tx, new)
    parent = by_code(tx, new.parent) if new.parent else None
    line = by_code(tx, new.line) if new.line else None
    before = by_code(tx, new.predecessor) if new.predecessor else None
    level = new.level or (parent.level if parent else Level.COUNTY)
    if parent is not None and not level_fits(parent.level, level):
        _refuse(f"层级高于上级单位{parent.name}", "不高于上级单位的层级", new.code)
    agency = Agency(
        new_id(clock), new.code, new.name.strip(), new.kind, level, new.division, new.from_on, None
    )
    store.insert_agency(tx, agency)
    store.insert_name(tx, agency.agency, DatedName(agency.name, agency.from_on, None))
    above = parent.agency if parent else None
    store_tree.insert_superior(tx, Under(agency.agency, By.PLACE, above, agency.from_on, None))
    if line is not None:
        store_tree.insert_superior(tx, Under(agency.agency, By.LINE, line.agency, agency.from_on, None))
    for authority in new.authorities:
        store.insert_authority(tx, agency.agency, DatedName(authority.strip(), agency.from_on, None))
    audit.note(tx, clock, actor, "agency.add", f"{agency.code} {agency.name}")
    if before is not None:
        succession.succeed(tx, before, agency, agency.from_on, clock, actor)
    return agency


def _check(tx: Transaction, new: NewAgency) -> None:
    if not CODE.fullmatch(new.code):
        _refuse(f"代码“{mask(new.code)[0][:60]}”", "1 至 40 位字母、数字、点、横线", None)
    if mask(f"代码{new.code}")[1]:  # a unified code of digits alone is none
        _refuse("代码像是身份证号码", "单位代码", None)
    _check_name(new.name, new.code)
    for authority in new.authorities:
        _check_name(authority, new.code)
    # Only the shape: registers hold divisions that were never in GB/T 2260, zones and new ones among them.
    if new.division is not None and DIVISION.fullmatch(new.division) is None:
        _refuse("行政区划代码的写法不对", "6 位行政区划代码，乡镇、村可续至 9 或 12 位", new.code)
    if store.agency_by_code(tx, new.code) is not None:
        _refuse("代码已被使用", "未登记过的代码", new.code)


def _check_name(name: str, code: str) -> None:
    wrong = fault(name, 2, NAME_LENGTH)
    if wrong is not None:
        _refuse(f"单位名称{wrong}", f"2 至 {NAME_LENGTH} 个字的一行文字，不含证件号码", code)


def _refuse(found: str, expected: str, where: str | None) -> NoReturn:
    raise AgencyRefused(found=found, expected=expected, todo="修改后重新登记", where=where)


def rename(tx: Transaction, agency: Agency, name: str, on: date, clock: Clock, actor: str) -> Agency:
    """Another name from a day on; the old one stays for the days before. Raises AgencyRefused."""
    _check_name(name, agency.code)
    current = store.names_of(tx, [agency.agency])[-1]
    if on <= current.from_on:
        _refuse(f"更名日 {on} 不晚于现名称的起始日 {current.from_on}", "更晚的日期", agency.code)
    store.end_name(tx, agency.agency, on)
    store.insert_name(tx, agency.agency, DatedName(name.strip(), on, None))
    store.set_agency_name(tx, agency.agency, name.strip())
    audit.note(tx, clock, actor, "agency.rename", f"{agency.code} {agency.name} → {name.strip()}（{on}）")
    return replace(agency, name=name.strip())


def enter_authority(tx: Transaction, agency: Agency, authority: DatedName, clock: Clock, actor: str) -> None:
    """Enter an agency for an authority besides itself, from a day on. Raises AgencyRefused."""
    _check_name(authority.name, agency.code)
    if authority.to_on is not None and authority.to_on <= authority.from_on:
        _refuse(f"止日 {authority.to_on} 不晚于起始日 {authority.from_on}", "晚于起始日的止日", agency.code)
    if store.insert_authority(tx, agency.agency, authority):
        audit.note(
            tx, clock, actor, "agency.authority", f"{agency.code} {authority.name}（{authority.from_on}）"
        )


def end_authority(tx: Transaction, agency: Agency, name: str, on: date, clock: Clock, actor: str) -> None:
    """From a day on it no longer sends for that authority. Raises AgencyRefused where it did not before."""
    if not store_tree.end_authority(tx, agency.agency, name.strip(), on):
        _refuse(f"{agency.name}在 {on} 之前没有代这个机关报送", "已登记且尚未终止的机关", agency.code)
    audit.note(tx, clock, actor, "agency.authority", f"{agency.code} {name.strip()}（止 {on}）")


def by_code(tx: Transaction, code: str) -> Agency:
    """The agency with this code. Raises AgencyUnknown."""
    found = store.agency_by_code(tx, code)
    if found is None:
        raise AgencyUnknown(code)
    return found


def by_ids(tx: Transaction, ids: Iterable[UUID]) -> Mapping[UUID, Agency]:
    """Agencies by id; what is not there is left out."""
    return store.agencies_by_id(tx, ids)


def names_on(tx: Transaction, on: date) -> Mapping[UUID, str]:
    """What every body was called on a day; those without a name on that day are left out."""
    return store.names_on(tx, on)


def tree(tx: Transaction, on: date | None = None) -> list[tuple[int, Agency]]:
    """All agencies by place, parents before their children, with their depth; by code within a parent.

    `on`: as they stood that day; without one, as they stand by what was entered last. Ended ones are in it.
    """
    superiors = store_tree.links(tx).superiors(By.PLACE, on or date.max)
    children: dict[UUID | None, list[Agency]] = {}
    for agency in store.all_agencies(tx):
        if agency.agency in superiors:
            children.setdefault(superiors[agency.agency], []).append(agency)
    ordered: list[tuple[int, Agency]] = []
    waiting = [(0, agency) for agency in reversed(children.get(None, []))]
    while waiting:
        depth, agency = waiting.pop()
        ordered.append((depth, agency))
        waiting.extend((depth + 1, child) for child in reversed(children.get(agency.agency, [])))
    return ordered


def standing(tx: Transaction, agency: Agency) -> Standing:
    """For whom an agency sends: its names, its predecessors', the authorities it is entered for.

    Where one body was split, each of its successors may mend what it sent: nobody else could.
    """
    own = [agency.agency, *store_tree.succeeded(tx, agency.agency)]
    found = store.agencies_by_id(tx, own)
    return Standing(
        agency=agency,
        own=tuple(own),
        codes=tuple(found[a].code for a in own),
        names=store.names_of(tx, own),
        authorities=store.authorities_of(tx, agency.agency),
    )


def may_send(tx: Transaction, agency: Agency, authority: str | None, on: date | None) -> bool:
    """Whether an agency sends what `authority` decided on that day; for many rows take `standing` once."""
    return standing(tx, agency).may_send(authority, on)


def is_above(tx: Transaction, upper: Agency, lower: Agency, on: date | None = None) -> bool:
    """Whether `upper` stands somewhere above `lower`, by place or by line; not where they are the same.

    `on`: on that day; without one, by what was entered last.
    """
    links = store_tree.links(tx)
    return any(upper.agency in links.above(lower.agency, by, on or date.max) for by in By)


def enters_for(tx: Transaction, upper: Agency, lower: Agency, on: date) -> bool:
    """Whether `upper` may enter for `lower` that day (代录): above it, and allowed by the credit office."""
    permissions = store_tree.permissions(tx, lower.agency)
    return may_enter_for(upper.agency, lower.agency, store_tree.links(tx), permissions, on)


def entered_for(tx: Transaction, upper: Agency, on: date) -> list[Agency]:
    """For whom an agency may enter on that day, by code."""
    links, permissions = store_tree.links(tx), store_tree.permissions(tx, upper.agency)
    ids = {p.lower for p in permissions if may_enter_for(upper.agency, p.lower, links, permissions, on)}
    return sorted((a for a in store.agencies_by_id(tx, ids).values() if a.exists(on)), key=lambda a: a.code)
