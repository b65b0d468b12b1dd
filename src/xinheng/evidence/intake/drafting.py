"""A file read, checked and split, before anything is compared: what preview and submission share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from xinheng.core.errors import Kind
from xinheng.evidence.intake import checks, own_columns, readers, split
from xinheng.evidence.intake.first_pass import WORTH, FirstPass
from xinheng.evidence.intake.model import CheckCount, FileRefusedError, Limits, Request
from xinheng.evidence.intake.normalise import normalised_sql
from xinheng.evidence.intake.record_key import MacBlocks
from xinheng.evidence.intake.usual import Outcomes
from xinheng.evidence.subjects.correcting import NONE_CORRECTED, FormerCodes
from xinheng.ground.engine import Engine
from xinheng.law.model import Item, Profile
from xinheng.law.packs import Pack

FEW = 5  # one row in so many may stay in a file of its own
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
    this, statements = _statements(this, constants, engine)
    queries = [
        split.groups_query(this),
        split.sums_query(this),
        split.authorities_query(this),
        split.rest_query(this),
    ]
    groups, sums, authorities, ((rest,),) = engine.run(folder, statements, queries)
    persons, masked, dropped, candidates, rows = sums[0]
    if this.parted is not None and rest * FEW > rows:
        this = _together(this, engine)
    counted = checks.counts(plan, groups)
    return Draft(
        split=replace(this, failed=frozenset(check.id for check in counted if check.failed)),
        rules=against,
        rows=rows,
        candidates=candidates,
        persons=persons,
        masked=int(masked),
        dropped=int(dropped),
        checks=counted,
        authorities=tuple((name, code, day) for name, code, day in authorities),
    )


def _statements(
    this: split.Split, constants: Mapping[str, str], engine: Engine
) -> tuple[split.Split, list[str]]:
    """What checks the staged rows, and how they are found afterwards. A long file is looked at before."""
    staged = this.staged
    if staged.rows > LONG and staged.ordered:
        return _in_parts(this, constants, engine)
    full = normalised_sql(staged, this.item, constants)
    if staged.rows > LONG and (asked := split.usual_codes_query(this, full)):
        found = engine.run(staged.folder, [], [asked])[0]
        this = replace(this, usual=tuple(code for (code,) in found))
    return this, [split.check_statement(this, full)]


def _together(this: split.Split, engine: Engine) -> split.Split:
    """Both parts in one file. The rows of two keep their order only where one is joined to the other as the
    smaller by far."""
    whole = this.staged.folder / "together.parquet"
    engine.run(this.staged.folder, [split.together_statement(this, whole)])
    whole.replace(this.checked)
    return replace(this, parted=None)


def _in_parts(
    this: split.Split, constants: Mapping[str, str], engine: Engine
) -> tuple[split.Split, list[str]]:
    """The usual rows first and the others after them, where the first rows look worth it."""
    first = FirstPass(this, constants)
    shares, said, *codes = engine.run(
        this.staged.folder, [], [first.share_query(), first.outcomes_query(), *first.usual_codes_queries()]
    )
    this = replace(this, usual=tuple(code for found in codes for (code,) in found))
    first = FirstPass(this, constants)
    usual = first.usual(Outcomes(tuple(said[0][0])))
    if usual is None or shares[0][0] * WORTH < shares[0][1]:
        return this, [split.check_statement(this, normalised_sql(this.staged, this.item, constants))]
    this, rest = replace(this, parted=usual.bitmaps()), first.rest()
    others = normalised_sql(rest, this.item, constants)
    return this, [*first.statements(usual), split.check_statement(replace(this, staged=rest), others)]
