"""城市信用状况监测预警指标 as data: only what was read. No points are made up below what is printed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from xinheng.law.bases import VALUE, VALUE_OPTIONAL, Bases
from xinheng.law.citing import Basis, Place, Span
from xinheng.law.errors import PackSyntaxError, PackValueError
from xinheng.law.yaml_lines import Node

_DECIMAL = re.compile(r"\d{1,4}(\.\d{1,2})?")
REACHES = ("live", "hand", "out")


@dataclass(frozen=True)
class Monitored:
    """A second-level indicator (二级指标) with its printed points, and what the platform can say of it.

    `reach`: `live` (the platform computes `figures` that bear on it; they are not its official formula),
    `hand` (someone enters the state), `out` (out of reach, with the reason in `note`).
    """

    id: str
    name: str
    points: Decimal
    reach: str
    figures: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class MonitoredGroup:
    """一级指标 with its printed points."""

    id: str
    name: str
    points: Decimal
    indicators: tuple[Monitored, ...]


@dataclass(frozen=True)
class MonitoringTable:
    """One edition of the table. `third`: names of third-level indicators that were read, without the second
    level they belong to and without points, since neither was read."""

    id: str
    name: str
    total: Decimal
    window_months: int
    groups: tuple[MonitoredGroup, ...]
    third: tuple[str, ...]
    unread: str  # Chinese: what could not be read
    span: Span
    basis: Basis
    pack: str
    place: Place

    @property
    def indicators(self) -> tuple[Monitored, ...]:
        """The second level, in order."""
        return tuple(i for group in self.groups for i in group.indicators)


def read_table(node: Node, bases: Bases, pack: str) -> MonitoringTable:
    """One edition. Raises PackError where the points of a level do not add up to those of the level above."""
    entries = node.mapping(
        ("id", "name", "total", "window_months", "groups", "third", "unread", *VALUE), VALUE_OPTIONAL
    )
    span = node.span()
    table = MonitoringTable(
        id=entries["id"].text(),
        name=entries["name"].text(),
        total=_points(entries["total"]),
        window_months=entries["window_months"].integer(1, 60),
        groups=tuple(_group(each) for each in entries["groups"].items()),
        third=entries["third"].texts(),
        unread=entries["unread"].text(),
        span=span,
        basis=bases.resolve(node, span),
        pack=pack,
        place=node.place,
    )
    added = sum((g.points for g in table.groups), Decimal())
    if added != table.total:
        raise PackValueError(
            node.place, found=f"一级指标合计 {added}", expected=f"total 所写的 {table.total}"
        )
    ids = [i.id for i in table.indicators]
    if twice := sorted({i for i in ids if ids.count(i) > 1}):
        raise PackSyntaxError(node.place, found=f"重复的 id“{twice[0]}”", expected="每个 id 一次")
    return table


def _points(node: Node) -> Decimal:
    if not _DECIMAL.fullmatch(node.text()):
        raise node.wrong("加引号的分值，如 '5'")
    return Decimal(node.text())


def _group(node: Node) -> MonitoredGroup:
    entries = node.mapping(("id", "name", "points", "indicators"))
    group = MonitoredGroup(
        entries["id"].text(),
        entries["name"].text(),
        _points(entries["points"]),
        tuple(_indicator(each) for each in entries["indicators"].items()),
    )
    added = sum((i.points for i in group.indicators), Decimal())
    if added != group.points:
        raise PackValueError(
            node.place, found=f"二级指标合计 {added}", expected=f"一级指标所写的 {group.points}"
        )
    return group


def _indicator(node: Node) -> Monitored:
    entries = node.mapping(("id", "name", "points", "reach", "note"), ("figures",))
    reach = entries["reach"].one_of(REACHES)
    figures = entries["figures"].texts() if "figures" in entries else ()
    if (reach == "live") != bool(figures):
        expected = "live 写明 figures，hand 与 out 不写"
        raise PackValueError(
            node.place, found=f"reach: {reach}，figures {len(figures)} 项", expected=expected
        )
    return Monitored(
        entries["id"].text(),
        entries["name"].text(),
        _points(entries["points"]),
        reach,
        figures,
        entries["note"].text(),
    )
