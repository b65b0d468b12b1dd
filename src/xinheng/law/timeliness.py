"""How soon a record is due: terms in working days, by channel. A lower pack may only be stricter."""

from __future__ import annotations

from xinheng.law.bases import VALUE, VALUE_OPTIONAL, Bases
from xinheng.law.errors import PackOverrideError, PackSyntaxError
from xinheng.law.kinds import CHANNELS
from xinheng.law.model import Timeliness
from xinheng.law.yaml_lines import Node


def read_timeliness(node: Node, bases: Bases, pack: str) -> tuple[Timeliness, ...]:
    """The terms of an item as one pack writes them."""
    found: list[Timeliness] = []
    for entry in node.items():
        entries = entry.mapping(("channel", "working_days", *VALUE), VALUE_OPTIONAL)
        span = entry.span()
        term = Timeliness(
            channel=entries["channel"].one_of(CHANNELS),
            working_days=entries["working_days"].integer(1, 250),
            span=span,
            basis=bases.resolve(entry, span),
            pack=pack,
            place=entry.place,
        )
        for other in found:
            if other.channel == term.channel and _meet(other, term):
                expected = f"与 {other.place} 不重叠的期间"
                raise PackSyntaxError(entry.place, found=f"{term.channel} 同日有两个时限", expected=expected)
        found.append(term)
    return tuple(found)


def add_timeliness(
    inherited: tuple[Timeliness, ...], added: tuple[Timeliness, ...]
) -> tuple[Timeliness, ...]:
    """Terms of the parent and those of a lower pack, each shorter than all it meets."""
    for term in added:
        for other in inherited:
            if (
                other.channel == term.channel
                and _meet(other, term)
                and term.working_days >= other.working_days
            ):
                found = f"{term.channel} {term.working_days} 个工作日"
                expected = f"严于 {other.pack} 的 {other.working_days} 个工作日（{other.place}）"
                raise PackOverrideError(term.place or term.pack, found=found, expected=expected)
    return inherited + added


def _meet(one: Timeliness, other: Timeliness) -> bool:
    """Is there a day on which both hold."""
    before = one.span.to is not None and one.span.to <= other.span.start
    after = other.span.to is not None and other.span.to <= one.span.start
    return not before and not after
