"""Loading a pack and those it extends, with all laws of the loader, into one immutable value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

from xinheng.law import publicity as shown
from xinheng.law import sources
from xinheng.law.bases import VALUE, VALUE_OPTIONAL, Bases, cite, read_instruments
from xinheng.law.bench import Bench
from xinheng.law.calendar import Calendar, read_calendar
from xinheng.law.catalogue import Shelf, read_catalogue
from xinheng.law.duties import (
    Measure,
    Remedy,
    Target,
    read_measures,
    read_remedies,
    read_targets,
)
from xinheng.law.errors import NoRuleInForceError, PackOverrideError, PackSyntaxError, UnknownItemError
from xinheng.law.model import Basis, Instrument, Item, Marks, Profile
from xinheng.law.yaml_lines import Node


@dataclass(frozen=True)
class Pack:
    """What holds in one place: its own rules and those of the packs it extends. Immutable."""

    name: str
    title: str
    chain: tuple[str, ...]  # root first, this pack last
    digest: str  # SHA-256 over the canonical content of the chain, hex
    instruments: Mapping[str, Instrument]
    items: Mapping[str, Item]
    calendar: Calendar
    publicity: shown.Publicity
    profiles: Mapping[str, Profile]
    targets: Mapping[str, Target]
    remedies: Mapping[str, Remedy]
    measures: Mapping[str, Measure]
    _archive: bytes = field(repr=False, default=b"")

    @property
    def label(self) -> str:
        """`national@sha256:<hex>`: how receipts and records name the pack they were checked under."""
        return f"{self.name}@sha256:{self.digest}"

    @property
    def marks(self) -> Mapping[str, Marks]:
        """The three marks of each item, by id."""
        return MappingProxyType({item.id: item.marks for item in self.items.values()})

    def item(self, name: str, on: date | None = None) -> Item:
        """The item with this id or Chinese name; with `on`, in force on that day (a report date).

        Raises UnknownItemError, and NoRuleInForceError where no edition covers the day.
        """
        found = [item for item in self.items.values() if name in (item.id, item.name)]
        if not found:
            known = "、".join(f"{item.name}（{item.id}）" for item in self.items.values()) or "（无）"
            raise UnknownItemError(
                found=f"事项“{name[:60]}”", expected=known, todo="改用目录中的事项", where=self.name
            )
        if on is not None and not found[0].span.covers(on):
            span = found[0].span
            raise NoRuleInForceError(
                found=f"{on} 没有有效的“{found[0].name}”数据标准",
                expected=f"{span.start} 至 {span.to or '今'} 之间的日期",
                todo="核对日期，或更新规则包",
                where=self.name,
            )
        return found[0]

    def cite(self, basis: Basis) -> str:
        """The basis as a Chinese citation; with （待核实） where its text could not be read."""
        return cite(basis, self.instruments)

    def archive(self) -> bytes:
        """The canonical content of the chain; `load_archive` makes the same pack of it."""
        return self._archive


def shipped() -> Path:
    """The folder of the packs that come with the project."""
    return Path(__file__).resolve().parents[3] / "policies"


def load(name: str, roots: Sequence[Path]) -> Pack:
    """Load pack `name` from `roots` (the shipped folder, then overlays; a later one takes precedence).

    Raises UnknownPackError, and a PackError with file and line for the first law of the loader that is
    broken. Takes about a second: all worked examples are run.
    """
    return _build(sources.chain(name, roots))


def load_archive(data: bytes, digest: str | None = None) -> Pack:
    """Load a pack from the bytes of `Pack.archive`. Raises ArchiveError, PackError."""
    return _build(sources.unarchive(data, digest))


def _build(chain: Sequence[sources.Source]) -> Pack:
    data = sources.archive(chain)
    pack = Pack(
        name=chain[-1].name,
        title=chain[-1].title,
        chain=tuple(source.name for source in chain),
        digest=sources.digest(data),
        instruments=MappingProxyType({}),
        items=MappingProxyType({}),
        calendar=Calendar(),
        publicity=shown.Publicity(),
        profiles=MappingProxyType({}),
        targets=MappingProxyType({}),
        remedies=MappingProxyType({}),
        measures=MappingProxyType({}),
        _archive=data,
    )
    with Bench() as bench:
        for source in chain:
            pack = _add(pack, source, bench)
    shown.verify(pack.publicity, pack.items)
    return pack


def _add(pack: Pack, source: sources.Source, bench: Bench) -> Pack:
    """The pack with what one more member of the chain adds."""
    instruments = read_instruments(source.folder("instruments"), pack.instruments, source.name)
    bases = Bases(instruments)
    name, root = source.name, source.extends is None
    return replace(
        pack,
        instruments=instruments,
        items=read_catalogue(source.folder("catalogue"), pack.items, Shelf(bases, bench, name)),
        calendar=read_calendar(source.folder("calendar"), pack.calendar, bases),
        publicity=_publicity(source, pack, bases),
        profiles=_profiles(source.files[sources.HEAD], pack.profiles, bases, root=root),
        targets=read_targets(source.folder("targets"), pack.targets, bases, name),
        remedies=read_remedies(source.folder("remedies"), pack.remedies, bases, name),
        measures=read_measures(source.folder("measures"), pack.measures, bases, root=root),
    )


def _publicity(source: sources.Source, pack: Pack, bases: Bases) -> shown.Publicity:
    documents = source.folder("publicity")
    if not documents:
        return pack.publicity
    return shown.parse(documents, bases, pack.publicity, source.name)


def _profiles(
    head: Node, inherited: Mapping[str, Profile], bases: Bases, *, root: bool
) -> Mapping[str, Profile]:
    node = head.get("profiles")
    if node is None:
        return inherited
    if not root:
        raise PackOverrideError(node.place, found="下级规则包规定 profiles", expected="沿用上级的报送方式")
    found: dict[str, Profile] = {}
    for entry in node.items():
        entries = entry.mapping(("id", "name", "counted", "reported", *VALUE), VALUE_OPTIONAL)
        span = entry.span()
        profile = Profile(
            id=entries["id"].one_of(("report", "collected")),
            name=entries["name"].text(),
            counted=entries["counted"].flag(),
            reported=entries["reported"].flag(),
            basis=bases.resolve(entry, span),
            span=span,
        )
        if profile.id in found:
            raise PackSyntaxError(entry.place, found=f"重复的 {profile.id}", expected="每个 id 一次")
        found[profile.id] = profile
    return MappingProxyType(found)
