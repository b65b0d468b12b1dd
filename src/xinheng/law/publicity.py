"""What a pack says about publicity: which channel shows which records, in which class, from when until when.

A *ruling* is one channel's rules for one item: facts read from a record's fields, and *regimes* by date of
decision, each with its classes, gravest first. The first class whose condition holds is the record's; where
none holds the class is unknown, and the mildest one that the recorded facts allow applies, and says so. A day
that no regime covers has the answer 无现行规则, a day whose rules could not be read 待核实: neither is shown.

Conditions are SQL over the record's fields, confined like every rule (`law.rules`); `law.publicity_sql` makes
one text of them, which decides a million records and one alike, and the worked examples when a pack loads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from xinheng.law.bases import Bases
from xinheng.law.errors import PackValueError
from xinheng.law.model import Basis, Item, Place, Span
from xinheng.law.yaml_lines import Node


class Clock(StrEnum):
    """From which day a publicity period is counted; that day itself does not count (民法典 art. 201)."""

    DECIDED = "decided"
    PUBLISHED = "published"


class Early(StrEnum):
    """What is said about ending publicity before its last day, besides a minimum period in months."""

    MONTHS = "months"  # after the minimum period
    NEVER = "never"
    NONE = "none"  # there is no minimum period
    UNREAD = "待核实"


class Transition(StrEnum):
    """What a new regime does with records that an older one still shows on its first day."""

    KEEP = "keep"
    RECOMPUTE = "recompute"


@dataclass(frozen=True)
class PublicityClass:
    """One class of a regime. `maximum` None where a record is shown without an end (or not at all)."""

    id: str
    name: str | None  # 轻微, 一般, 严重; None where the regime knows no classes
    when: str  # SQL, regenerated
    shown: bool
    early: Early
    minimum: int | None  # months
    maximum: int | None  # months
    basis: Basis
    note: str | None = None
    place: Place | None = None


@dataclass(frozen=True)
class Unknown:
    """What happens to a record whose class the facts do not tell: it is treated as `like`."""

    like: PublicityClass
    note: str


@dataclass(frozen=True)
class Regime:
    """The rules for decisions of certain days. `span` is by the day of decision."""

    id: str
    span: Span
    clock: Clock
    transition: Transition
    classes: tuple[PublicityClass, ...]
    unknown: Unknown | None
    basis: Basis
    place: Place | None = None


@dataclass(frozen=True)
class Unread:
    """Days of decision whose rules existed but could not be read: 待核实, not shown."""

    before: date
    note: str


@dataclass(frozen=True)
class Case:
    """A worked example: a record's fields and what must come out. `outcome` is a dict of the columns that
    `publicity_sql.decision` makes; only the named ones are compared."""

    given: Mapping[str, str | None]
    outcome: Mapping[str, str | bool | None]
    place: Place


@dataclass(frozen=True)
class Ruling:
    """One channel's rules for one item. `columns` are the roles used and the field codes that play them."""

    channel: str
    item: str
    columns: Mapping[str, str]
    applies: str | None  # SQL: to which records of the item; None: to all
    regimes: tuple[Regime, ...]
    unread: Unread | None
    cases: tuple[Case, ...]
    place: Place | None = None

    def regime_on(self, decided: date) -> Regime | None:
        """The regime for a decision of that day; None is an answer of its own (无现行规则)."""
        return next((r for r in self.regimes if r.span.covers(decided)), None)


@dataclass(frozen=True)
class Publicity:
    """All rulings of a pack, in the order of its files."""

    rulings: tuple[Ruling, ...] = ()

    def for_item(self, item: str) -> tuple[Ruling, ...]:
        """The rulings of one item, one a channel."""
        return tuple(r for r in self.rulings if r.item == item)

    def fields(self, item: str) -> tuple[str, ...]:
        """The fields that the rulings of one item read, by their codes, sorted."""
        return tuple(sorted({code for ruling in self.for_item(item) for code in ruling.columns.values()}))


def parse(
    documents: Sequence[Node], bases: Bases, inherited: Publicity | None, pack: str, *, tried: bool = True
) -> Publicity:
    """The publicity rules of a chain of packs with those of one more. Called by `law.packs`, root first.

    `tried` False: the pack is known, its examples were run before.

    Raises PackOverrideError where a lower pack brings rules of its own, and the refusals of
    `law.publicity_reading`, each with file and line.
    """
    from xinheng.law.publicity_reading import read  # it needs the values above

    return read(documents, bases, inherited or Publicity(), pack, tried=tried)


def verify(publicity: Publicity, items: Mapping[str, Item]) -> None:
    """Refuse a ruling about an item or a field that the catalogue does not have (PackValueError)."""
    for ruling in publicity.rulings:
        place = ruling.place or ruling.channel
        item = items.get(ruling.item)
        if item is None:
            raise PackValueError(place, found=f"事项 {ruling.item}", expected="、".join(items) or "（无）")
        if item.secret:
            raise PackValueError(place, found=f"{item.name}是涉密事项", expected="涉密事项没有公示规则")
        kept = {one.code for one in item.fields if not one.dropped}
        for role, code in ruling.columns.items():
            if code not in kept or item.roles.get(role, code) != code:
                found = f"{role}: {code}"
                raise PackValueError(place, found=found, expected=f"{item.name}的数据项，与其角色一致")
