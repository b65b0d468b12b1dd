"""Bodies end: with a successor or without, several into one, one into several.

Nothing of what was is rewritten. The ended body keeps its names, its place in the tree and its figures up to
its last day; its successor may mend what it sent.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import NoReturn
from uuid import UUID

from xinheng.core.times import Clock
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit, moving, store, store_tree
from xinheng.office.access.errors import AgencyRefused, TreeRefused
from xinheng.office.access.model import Agency
from xinheng.office.access.model_tree import By


def end(tx: Transaction, agency: Agency, on: date, clock: Clock, actor: str) -> None:
    """A body ends without a successor; `on` is the first day without it.

    Raises TreeRefused where others stand below it then; AgencyRefused where the day does not fit.
    """
    _fits_end(tx, agency, on)
    below = moving.directly_below(tx, agency, on)
    if below:
        names = "、".join(a.name for a in below[:3])
        raise TreeRefused(
            found=f"{agency.name}之下还有 {len(below)} 个单位：{names}",
            expected="没有下级单位",
            todo="先用 xinheng agency move 移走下级，或用 xinheng agency succeed 登记承继单位",
            where=agency.code,
        )
    store.end_agency(tx, agency.agency, on)
    audit.note(tx, clock, actor, "agency.end", f"{agency.code} {agency.name}（{on}）")


def succeed(tx: Transaction, former: Agency, successor: Agency, on: date, clock: Clock, actor: str) -> None:
    """From a day on `successor` stands in the place of `former`, which ends then where it has not yet.

    Merging is this for several formers and one successor, splitting for one former and several successors;
    those below the former move under the first successor that is entered. Raises AgencyRefused where days do
    not fit, TreeRefused where a body would succeed itself.
    """
    if former.agency == successor.agency:
        raise TreeRefused(
            found=f"{former.name}不能承继自己", expected="两个不同的单位", todo="核对代码", where=former.code
        )
    if not successor.exists(on):
        _refuse(f"{successor.name}在 {on} 不存在", "承继日存在的承继单位", successor.code)
    if former.to_on is not None and on < former.to_on:
        _refuse(f"承继日 {on} 早于{former.name}的终止日 {former.to_on}", "不早于终止日", former.code)
    if former.to_on is None:
        _fits_end(tx, former, on)
    for lower in moving.directly_below(tx, former, on):
        for by in By:
            moving.take_over(tx, lower, by, former, successor, on)
    if former.to_on is None:
        store.end_agency(tx, former.agency, on)
    if store_tree.insert_succession(tx, former.agency, successor.agency, on):
        audit.note(
            tx, clock, actor, "agency.succeed", f"{former.code} {former.name} → {successor.code}（{on}）"
        )


def own_of(tx: Transaction, agencies: Collection[UUID], on: date) -> dict[UUID, tuple[UUID, ...]]:
    """Each body with all whom it had succeeded by that day: whose records it answers for."""
    formers: dict[UUID, list[UUID]] = {}
    for former, successor, day in store_tree.all_successions(tx):
        if day <= on:
            formers.setdefault(successor, []).append(former)
    found = {}
    for agency in agencies:
        own, waiting = [agency], [agency]
        while waiting:
            for former in formers.get(waiting.pop(), ()):
                if former not in own:
                    own.append(former)
                    waiting.append(former)
        found[agency] = tuple(own)
    return found


def _fits_end(tx: Transaction, agency: Agency, on: date) -> None:
    """A body ends once, and not before anything that was entered of it began."""
    if agency.to_on is not None:
        _refuse(f"{agency.name}已于 {agency.to_on} 终止", "尚未终止的单位", agency.code)
    begun = [agency.from_on]
    begun += [name.from_on for name in store_tree.dated_names(tx, agency.agency)]
    begun += [u.from_on for u in store_tree.links(tx).all if agency.agency in (u.agency, u.superior)]
    begun += [day for _, after, day in store_tree.successions(tx, [agency.agency]) if after == agency.agency]
    if on <= max(begun):
        earliest = max(begun) + timedelta(days=1)
        _refuse(f"终止日 {on} 不晚于该单位登记事项的起始日", f"{earliest} 或以后", agency.code)


def _refuse(found: str, expected: str, where: str) -> NoReturn:
    raise AgencyRefused(found=found, expected=expected, todo="核对日期后重试", where=where)
