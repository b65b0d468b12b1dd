"""A file read, checked and split, before anything is compared: what preview and submission share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from xinheng.core.errors import Kind
from xinheng.core.identity import mask
from xinheng.evidence.intake import checks, mapping, own_columns, readers, split
from xinheng.evidence.intake.checking import Checking
from xinheng.evidence.intake.model import CheckCount, FileRefusedError, Limits, Request, Staged
from xinheng.evidence.intake.record_key import MacBlocks
from xinheng.evidence.subjects.correcting import NONE_CORRECTED, FormerCodes
from xinheng.ground.engine import Engine
from xinheng.law.model import Item, Profile
from xinheng.law.packs import Pack


class UnknownProfileError(FileRefusedError):
    """The pack has no such profile in force."""

    code = "XH721"
    kind = Kind.ABSENT
    title = "没有这种报送方式"


@dataclass(frozen=True)
class Rules:
    """What a file is held against: one item of one pack, in one profile, on one day."""

    pack: Pack
    item: Item
    profile: Profile
    day: date


@dataclass(frozen=True)
class Draft:
    """What checking found. The rows themselves are in the folder of the staged file."""

    split: split.Split
    rules: Rules
    rows: int
    candidates: int
    persons: int
    masked: int
    dropped: int
    checks: tuple[CheckCount, ...]
    authorities: tuple[tuple[str | None, str | None, date | None], ...]  # of candidates: name, code, day

    @property
    def decided(self) -> set[date]:
        """The days of decision of candidates."""
        return {day for _, _, day in self.authorities if day is not None}

    @property
    def folder(self) -> Path:
        return self.split.staged.folder


def rules(pack: Pack, request: Request, day: date) -> Rules:
    """The rules a request names. Raises UnknownItemError, NoRuleInForceError, SecretItemError,
    UnknownProfileError."""
    item = pack.collected(request.item_id, on=day)
    profile = pack.profiles.get(request.profile)
    if profile is None or not profile.span.covers(day):
        raise UnknownProfileError(
            found=f"报送方式“{request.profile}”",
            expected="、".join(f"{p.id}（{p.name}）" for p in pack.profiles.values()),
            todo="改用规则包规定的报送方式",
            where=pack.name,
        )
    return Rules(pack, item, profile, day)


def constants(request: Request, item: Item) -> dict[str, str]:
    """What the sender set for all rows, by field code or our own column; identity numbers masked.

    Raises `UnknownMappingError` for an unknown name.
    """
    own = {n: mask(v)[0] for n, v in request.constants.items() if n in own_columns.ALL}
    others = {n: v for n, v in request.constants.items() if n not in own_columns.ALL}
    return {**mapping.constants(others, item), **own}


def draft(
    request: Request,
    against: Rules,
    folder: Path,
    engine: Engine,
    macs: MacBlocks,
    former: FormerCodes = NONE_CORRECTED,
) -> Draft:
    """Read the file into `folder`, check and sort every row. Raises the refusals of `readers.stage`."""
    item = against.item
    plan = checks.rules(item, against.profile.id, against.day)
    confirmed = request.constants.get(own_columns.CONFIRM, "").strip().upper() in own_columns.YES

    def over(staged: Staged) -> split.Split:
        reported = against.profile.reported
        return split.Split(staged, item, plan, against.day, macs, reported, confirmed, former)

    given = {n: v for n, v in request.constants.items() if n not in own_columns.ALL}
    checking = Checking(over, given, engine)
    how = readers.Reading(request.mapping, request.sheet, Limits())
    staged = readers.stage(request.path, folder, item, engine, how, checking.ahead)
    found = checking.of(staged)
    persons, masked, dropped, candidates, rows = found.sums
    counted = checks.counts(plan, found.groups)
    return Draft(
        split=replace(found.split, failed=frozenset(check.id for check in counted if check.failed)),
        rules=against,
        rows=rows,
        candidates=candidates,
        persons=persons,
        masked=int(masked),
        dropped=int(dropped),
        checks=counted,
        authorities=tuple((name, code, day) for name, code, day in found.authorities),
    )
