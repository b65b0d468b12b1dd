"""Loading a pack and those it extends, with all laws of the loader, into one immutable value."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from xinheng.law import publicity as shown
from xinheng.law import sources
from xinheng.law.bases import VALUE, VALUE_OPTIONAL, Bases, cite, read_instruments
from xinheng.law.bench import Bench
from xinheng.law.calendar import Calendar, read_calendar
from xinheng.law.catalogue import Shelf, read_catalogue
from xinheng.law.cores import NOTHING, Common
from xinheng.law.duties import (
    Measure,
    Remedy,
    Target,
    read_measures,
    read_remedies,
    read_targets,
)
from xinheng.law.errors import (
    NoRuleInForceError,
    PackOverrideError,
    PackSyntaxError,
    SecretItemError,
    UnknownItemError,
)
from xinheng.law.letters import Letters, read_letters
from xinheng.law.model import Basis, Instrument, Item, Marks, Profile
from xinheng.law.notices import Notices, read_notices
from xinheng.law.scorecards_reading import Appraisal, read_appraisal
from xinheng.law.workplans import Known, WorkPlan, read_workplans
from xinheng.law.yaml_lines import Node

CHECKED = "checked.json"  # beside the packs: the digests of those whose examples came out right
MAX_BUILT = 24


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
    notices: Notices
    workplans: Mapping[str, WorkPlan]
    appraisal: Appraisal = field(default_factory=Appraisal)
    letters: Letters = field(default_factory=Letters)
    _archive: bytes = field(repr=False, default=b"")
    _common: Common = field(repr=False, default=NOTHING)

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
        found = self.items.get(name) or next((i for i in self.items.values() if i.name == name), None)
        if found is None:
            known = "、".join(f"{item.name}（{item.id}）" for item in self.items.values()) or "（无）"
            raise UnknownItemError(
                found=f"事项“{name[:60]}”", expected=known, todo="改用目录中的事项", where=self.name
            )
        if on is not None and not found.span.covers(on):
            span = found.span
            raise NoRuleInForceError(
                found=f"{on} 没有有效的“{found.name}”数据标准",
                expected=f"{span.start} 至 {span.to or '今'} 之间的日期",
                todo="核对日期，或更新规则包",
                where=self.name,
            )
        return found

    def collected(self, name: str, on: date) -> Item:
        """The item of which rows may be taken in on that day. Raises what `item` raises, and SecretItemError
        for one that is secret or that the pack only lists."""
        item = self.item(name, on)
        if item.secret or not item.marks.collected:
            raise SecretItemError(
                found=f"“{item.name}”是涉密事项" if item.secret else f"“{item.name}”不归集",
                expected="不涉密、列为归集的事项",
                todo="涉密事项按保密规定管理，不得向本平台报送",
                where=self.name,
            )
        return item

    def cite(self, basis: Basis) -> str:
        """The basis as a Chinese citation; with （待核实） where its text could not be read."""
        return cite(basis, self.instruments)

    def archive(self) -> bytes:
        """The canonical content of the chain; `load_archive` makes the same pack of it."""
        return self._archive


def shipped() -> Path:
    """The folder of the packs that come with the project."""
    return Path(__file__).resolve().parents[3] / "policies"


def load(name: str, roots: Sequence[Path], *, verify: bool = False) -> Pack:
    """Load pack `name` from `roots` (the shipped folder, then overlays; a later one takes precedence).

    Raises UnknownPackError, and a PackError with file and line for the first law of the loader that is
    broken. The worked examples of a pack are run unless its digest is in `policies/checked.json`: they were
    run when that was written. `verify` runs them all the same.
    """
    return _build(sources.chain(name, roots), verify=verify)


def load_archive(data: bytes, digest: str | None = None) -> Pack:
    """Load a pack from the bytes of `Pack.archive`. Raises ArchiveError, PackError.

    Bytes with the digest that was asked for are a pack that was loaded before: no example is run again.
    """
    return _build(sources.unarchive(data, digest), verify=digest is None, known=digest)


def known(roots: Path | None = None) -> frozenset[str]:
    """The digests of the packs whose examples came out right when `policies/checked.json` was written."""
    path = (roots or shipped()) / CHECKED
    try:
        return frozenset(json.loads(path.read_text(encoding="utf-8")).values())
    except (OSError, ValueError):
        return frozenset()


_built: dict[tuple[str, bool, str], Pack] = {}  # packs are immutable: what was built once serves again


def _build(chain: Sequence[sources.Source], *, verify: bool, known: str | None = None) -> Pack:
    """The pack of a chain, root first; each member's examples are run where its digest is not known."""
    sure = frozenset() if verify else _known_digests()
    archives = [sources.archive(chain[: n + 1]) for n in range(len(chain))]
    digests = [sources.digest(data) for data in archives]
    if known is not None:
        sure = sure | set(digests)
    pack: Pack | None = None
    with Bench() as bench:
        for source, data, digest in zip(chain, archives, digests, strict=True):
            place = str(source.files[sources.HEAD].place)
            tried = digest not in sure
            if kept := _built.get((digest, True, place)) or (
                None if tried else _built.get((digest, False, place))
            ):
                pack = kept
                continue
            pack = _add(pack or _EMPTY, source, bench, tried=tried)
            pack = replace(pack, digest=digest, _archive=data)
            shown.verify(pack.publicity, pack.items)
            if len(_built) >= MAX_BUILT:
                _built.clear()
            _built[digest, tried, place] = pack
    if pack is None:
        raise ValueError("a chain has at least one pack")
    return pack


@cache
def _known_digests() -> frozenset[str]:
    return known()


_EMPTY = Pack(
    name="",
    title="",
    chain=(),
    digest="",
    instruments=MappingProxyType({}),
    items=MappingProxyType({}),
    calendar=Calendar(),
    publicity=shown.Publicity(),
    profiles=MappingProxyType({}),
    targets=MappingProxyType({}),
    remedies=MappingProxyType({}),
    measures=MappingProxyType({}),
    notices=Notices(),
    workplans=MappingProxyType({}),
)


def _add(pack: Pack, source: sources.Source, bench: Bench, *, tried: bool) -> Pack:
    """The pack with what one more member of the chain adds."""
    instruments = read_instruments(source.folder("instruments"), pack.instruments, source.name)
    bases = Bases(instruments)
    name, root = source.name, source.extends is None
    shelf = Shelf(bases, bench, name, tried, pack._common)
    items, common = read_catalogue(source.folder("catalogue"), pack.items, shelf)
    targets = read_targets(source.folder("targets"), pack.targets, bases, name)
    plans = read_workplans(source.folder("workplans"), pack.workplans, Known(instruments, targets), name)
    return replace(
        pack,
        name=name,
        title=source.title,
        chain=(*pack.chain, name),
        instruments=instruments,
        items=items,
        calendar=read_calendar(source.folder("calendar"), pack.calendar, bases),
        publicity=_publicity(source, pack, bases, tried=tried),
        profiles=_profiles(source.files[sources.HEAD], pack.profiles, bases, root=root),
        targets=targets,
        remedies=read_remedies(source.folder("remedies"), pack.remedies, bases, name),
        measures=read_measures(source.folder("measures"), pack.measures, bases, root=root),
        notices=read_notices(source.folder("notices"), pack.notices, bases, name),
        letters=read_letters(source.folder("letters"), pack.letters, bases, name),
        appraisal=read_appraisal(source.folder("appraisal"), pack.appraisal, bases, name),
        workplans=plans,
        _common=common,
    )


def _publicity(source: sources.Source, pack: Pack, bases: Bases, *, tried: bool) -> shown.Publicity:
    documents = source.folder("publicity")
    if not documents:
        return pack.publicity
    return shown.parse(documents, bases, pack.publicity, source.name, tried=tried)


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
