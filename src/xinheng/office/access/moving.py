"""Where bodies stand: moving under another from a day on, who is counted where, entry on behalf."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from xinheng.core.times import Clock
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit, model_tree, store, store_tree
from xinheng.office.access.errors import TreeRefused
from xinheng.office.access.model import Agency
from xinheng.office.access.model_tree import By, Counted, Links, Permission, Under

ORDERS = {By.PLACE: "按地域", By.LINE: "按条线"}


def move(
    tx: Transaction, agency: Agency, by: By, superior: Agency | None, on: date, clock: Clock, actor: str
) -> None:
    """Stand under another body from a day on; figures of the days before stay where they were.

    By line and with None: it has no line of its own any more, that of its place holds. Raises TreeRefused
    for a circle, a level that does not fit, or a day before the present place began.
    """
    if not agency.exists(on) or (superior is not None and not superior.exists(on)):
        absent = superior if agency.exists(on) and superior is not None else agency
        raise _refused(f"{absent.name}在 {on} 不存在", "双方在移动日都存在", absent)
    if by is By.PLACE and superior is not None and not model_tree.level_fits(superior.level, agency.level):
        raise _refused(f"{agency.name}的层级高于{superior.name}", "不高于上级单位的层级", agency)
    _put(tx, agency, by, superior, on)
    whither = f"{superior.code} {superior.name}" if superior else "最上层" if by is By.PLACE else "同地域"
    audit.note(tx, clock, actor, "agency.move", f"{agency.code} {ORDERS[by]} → {whither}（{on}）")


def _put(tx: Transaction, agency: Agency, by: By, superior: Agency | None, on: date) -> None:
    links = store_tree.links(tx)
    spans = [u for u in links.all if u.agency == agency.agency and u.by is by]
    last = spans[-1] if spans else None
    if last is not None and on <= last.from_on:
        raise _refused(f"移动日 {on} 不晚于现位置的起始日 {last.from_on}", "更晚的日期", agency)
    new = Under(agency.agency, by, superior.agency if superior else None, on, None)
    if (last.superior if last else None) == new.superior:
        raise _refused(f"{agency.name}已经在这个上级之下", "另一个上级单位", agency)
    rest = Links(
        tuple(Under(u.agency, u.by, u.superior, u.from_on, on) if u is last else u for u in links.all)
    )
    day = model_tree.circle_on(rest, new)
    if day is not None:
        raise _refused(f"自 {day} 起{agency.name}会成为自己的下级", "不在其下的上级单位", agency)
    store_tree.end_superior(tx, agency.agency, by, on)
    store_tree.insert_superior(tx, new)


def take_over(tx: Transaction, lower: Agency, by: By, former: Agency, successor: Agency, on: date) -> None:
    """Where `lower` stands under `former` in that order, let it stand under its successor from that day."""
    last = [u for u in store_tree.links(tx).all if u.agency == lower.agency and u.by is by]
    if not last or last[-1].superior != former.agency:
        return
    if lower.agency == successor.agency:  # it takes the place of the one above it
        upper = store_tree.links(tx).superiors(by, on).get(former.agency)
        found = store.agencies_by_id(tx, [upper] if upper else [])
        _put(tx, lower, by, found[upper] if upper else None, on)
        return
    _put(tx, lower, by, successor, on)


def directly_below(tx: Transaction, agency: Agency, on: date) -> list[Agency]:
    """Those that stand directly under a body that day or later, in either order, and exist then; by code."""
    ids = {
        u.agency
        for u in store_tree.links(tx).all
        if u.superior == agency.agency and (u.to_on is None or u.to_on > on)
    }
    there = store.agencies_by_id(tx, ids).values()
    return sorted((a for a in there if a.to_on is None or a.to_on > on), key=lambda a: a.code)


def _refused(found: str, expected: str, agency: Agency) -> TreeRefused:
    return TreeRefused(found=found, expected=expected, todo="修改后重试", where=agency.code)


# -- who is counted ----------------------------------------------------------------------------------


def links(tx: Transaction) -> Links:
    """All that was entered about who stands under whom."""
    return store_tree.links(tx)


def scope(tx: Transaction, agency: Agency | None, on: date, by: By | None = None) -> frozenset[UUID]:
    """Who is counted in an agency's figure on a day (see model_tree): itself and all below it; None: all.

    `by`: along which order; without one, that of its kind.
    """
    order = by or (model_tree.order_of(agency.kind) if agency else By.PLACE)
    return model_tree.scope(store_tree.links(tx), agency.agency if agency else None, order, on)


def parts(
    tx: Transaction, agency: Agency | None, from_on: date, to_on: date, by: By | None = None
) -> dict[UUID, list[Counted]]:
    """The same for a period, from its first day to before `to_on`, apart: its own, and each branch's.

    No body is in two parts on one day: the parts add up to the whole.
    """
    order = by or (model_tree.order_of(agency.kind) if agency else By.PLACE)
    head = agency.agency if agency else None
    return model_tree.parts(store_tree.links(tx), head, order, from_on, to_on)


# -- entry on behalf ---------------------------------------------------------------------------------


def allow_behalf(tx: Transaction, given: Permission, clock: Clock, actor: str) -> None:
    """The office allows one agency to enter for another below it (代录). Raises TreeRefused."""
    found = store.agencies_by_id(tx, [given.upper, given.lower])
    upper, lower = found[given.upper], found[given.lower]
    links = store_tree.links(tx)
    if not any(upper.agency in links.above(lower.agency, by, given.from_on) for by in By):
        raise _refused(f"{upper.name}在 {given.from_on} 不是{lower.name}的上级单位", "树中的上级单位", upper)
    if given.to_on is not None and given.to_on <= given.from_on:
        raise _refused(f"止日 {given.to_on} 不晚于起始日 {given.from_on}", "晚于起始日的止日", upper)
    if store_tree.insert_permission(tx, given):
        span = f"{given.from_on}–{given.to_on or ''}"
        audit.note(tx, clock, actor, "behalf.allow", f"{upper.code} 代 {lower.code} 录入（{span}）")


def end_behalf(tx: Transaction, upper: Agency, lower: Agency, on: date, clock: Clock, actor: str) -> None:
    """From a day on it may not any more. Raises TreeRefused where it might not before."""
    if not store_tree.end_permission(tx, upper.agency, lower.agency, on):
        raise _refused(f"{upper.name}没有代{lower.name}录入的许可", "尚未终止的许可", upper)
    audit.note(tx, clock, actor, "behalf.end", f"{upper.code} 代 {lower.code} 录入（止 {on}）")
