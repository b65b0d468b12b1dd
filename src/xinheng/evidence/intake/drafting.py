"""A file read, checked and split, before anything is compared: what preview and submission share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from xinheng.core.errors import Kind
from xinheng.evidence.intake import checks, own_columns, readers, split
from xinheng.evidence.intake.model import CheckCount, FileRefusedError, Limits, Request
from xinheng.evidence.intake.normalise import normalised_sql
from xinheng.evidence.intake.record_key import MacBlocks
from xinheng.evidence.subjects.correcting import NONE_CORRECTED, FormerCodes
from xinheng.ground.engine import Engine
from xinheng.law.model import Item, Profile
from xinheng.law.packs import Pack

LONG = 20_000  # rows from which it pays to look at the file before checking it


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
    constants = {n: v for n, v in request.constants.items() if n not in own_columns.ALL}
    how = readers.Reading(request.mapping, request.sheet, Limits())
    staged = readers.stage(request.path, folder, item, engine, how)
    plan = checks.rules(item, against.profile.id, against.day)
    confirmed = request.constants.get(own_columns.CONFIRM, "").strip().upper() in own_columns.YES
    this = split.Split(staged, item, plan, against.day, macs, against.profile.reported, confirmed, former)
    normalised = normalised_sql(staged, item, constants)
    if staged.rows > LONG and (asked := split.usual_codes_query(this, normalised)):
        usual = tuple(code for (code,) in engine.run(folder, [], [asked])[0])
        this = replace(this, usual=usual)
    statements = [split.check_statement(this, normalised)]
    queries = [
        split.groups_query(this),
        split.sums_query(this),
        split.authorities_query(this),
    ]
    groups, sums, authorities = engine.run(folder, statements, queries)
    persons, masked, dropped, candidates, rows = sums[0]
    return Draft(
        split=this,
        rules=against,
        rows=rows,
        candidates=candidates,
        persons=persons,
        masked=int(masked),
        dropped=int(dropped),
        checks=checks.counts(plan, groups),
        authorities=tuple((name, code, day) for name, code, day in authorities),
    )
