"""The checks of one file run in the engine: in one pass or in two, and ahead of its survey where that helps.

The survey of a long text file (digest, encoding, number of lines) leaves one of two processors idle, and the
proof that the file can be scanned where it lies is itself a scan. So a file that begins like a regular one is
checked at once; the scan is the proof, and what it found counts only once the survey bears it out. Where it
does not, everything found is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from xinheng.core.errors import XinhengError
from xinheng.evidence.intake import mapping, split
from xinheng.evidence.intake.csv_reader_regular import Seen, seen_query
from xinheng.evidence.intake.first_pass import WORTH, FirstPass
from xinheng.evidence.intake.model import Staged
from xinheng.evidence.intake.normalise import normalised_sql
from xinheng.evidence.intake.split import Split
from xinheng.evidence.intake.usual import Outcomes, Usual
from xinheng.ground.engine import Engine

LONG = 20_000  # rows from which it pays to look at the file before checking it

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Found:
    """What the engine found out about a checked file, as the queries of `split` give it."""

    split: Split
    groups: Sequence[Row]
    sums: Row
    authorities: Sequence[Row]


class Checking:
    """The checks of one file. `over` gives the rules over a staged file."""

    def __init__(self, over: Callable[[Staged], Split], constants: Mapping[str, str], engine: Engine) -> None:
        self._over, self._constants, self._engine = over, constants, engine
        self._early: Found | None = None
        self._seen: dict[str, list[list[Row]]] = {}  # relation -> what its first rows showed

    def ahead(self, staged: Staged) -> Seen | None:
        """Check a file that seems regular (`csv_reader.Ahead`); None where it does not go in two passes."""
        this = self._over(staged)
        try:
            if this.item.roles["party_code"] in mapping.constants(self._constants, this.item):
                return None  # a blank row could be a usual one then, and would not be counted
            this, first, usual = self._look(this)
            if usual is None:
                return None
            this, statements = self._in_parts(this, first, usual)
            self._early, ((rows, blank, keeps_order),) = self._run(
                this, statements, [seen_query(staged, this.first, first.others)]
            )
        except XinhengError:
            return None  # no regular text, or no rules for it: the usual way says what is wrong
        return Seen(rows, blank, bool(keeps_order))

    def of(self, staged: Staged) -> Found:
        """The checks of the file as it was staged."""
        early = self._early
        if early and staged.ordered and staged.relation == early.split.staged.relation:
            return replace(early, split=replace(early.split, staged=staged))
        this = self._over(staged)
        this.first.unlink(missing_ok=True)
        found, _ = self._run(*self._statements(this))
        return found

    def _run(
        self, this: Split, statements: Sequence[str], queries: Sequence[str] = ()
    ) -> tuple[Found, Sequence[Row]]:
        """What was found, and the first rows of further `queries`."""
        asked = [
            split.groups_query(this),
            split.sums_query(this),
            split.authorities_query(this),
            *queries,
        ]
        groups, sums, authorities, *more = self._engine.run(this.staged.folder, statements, asked)
        return Found(this, groups, sums[0], authorities), [rows[0] for rows in more]

    def _statements(self, this: Split) -> tuple[Split, list[str]]:
        """What checks the staged rows, and how they are found afterwards. A long file is looked at before."""
        staged = this.staged
        if staged.rows > LONG and staged.ordered:
            this, first, usual = self._look(this)
            if usual is not None:
                return self._in_parts(this, first, usual)
            return this, [split.check_statement(this, normalised_sql(staged, this.item, self._constants))]
        full = normalised_sql(staged, this.item, self._constants)
        if staged.rows > LONG and (asked := split.usual_codes_query(this, full)):
            found = self._engine.run(staged.folder, [], [asked])[0]
            this = replace(this, usual=tuple(code for (code,) in found))
        return this, [split.check_statement(this, full)]

    def _look(self, this: Split) -> tuple[Split, FirstPass, Usual | None]:
        """What the first rows show: the tests of a first pass, None where it is not worth it."""
        first, relation = FirstPass(this, self._constants), this.staged.relation
        if relation not in self._seen:
            asked = [first.share_query(), first.outcomes_query(), first.familiar_query()]
            asked += first.usual_codes_queries()
            self._seen[relation] = self._engine.run(this.staged.folder, [], asked)
        shares, said, cells, *codes = self._seen[relation]
        this = replace(this, usual=tuple(code for found in codes for (code,) in found))
        first = FirstPass(this, self._constants).knowing(cells)
        usual = first.usual(Outcomes(tuple(said[0][0])))
        return this, first, None if shares[0][0] * WORTH < shares[0][1] else usual

    def _in_parts(self, this: Split, first: FirstPass, usual: Usual) -> tuple[Split, list[str]]:
        """The usual rows first and the others after them."""
        this, rest = replace(this, parted=usual.bitmaps()), first.rest()
        others = normalised_sql(rest, this.item, self._constants)
        return this, [*first.statements(usual), split.check_statement(replace(this, staged=rest), others)]
