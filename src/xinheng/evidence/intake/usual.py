"""A first pass over a long file: the rows as they should be, told apart from those that need work.

The full way (normalise, mask, check rule by rule) costs several times what reading and writing do, and nearly
all of that is spent on cells in their usual form, by rules that do not fail. This pass asks of a row only
whether it is usual: every cell in a form that stays as it is, and no rule failing but those whose outcome
follows from empty fields alone. Usual rows are written once and for all. The others are written as they were
read, and go the full way afterwards (`split.check_statement`), many at a time: DuckDB works on vectors, and
two odd rows among two thousand cost nearly as much as two thousand.

Rules that name one field are asked together: over three values `a OR b OR c` is false exactly where each is
false, so that one test stands for all of them, and where the field is empty they have one known outcome.
"""
# ruff: noqa: S608 - engine SQL of our own constants and the checked fields and rules of a pack

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xinheng.evidence.intake import checks
from xinheng.evidence.intake.checks import Rule
from xinheng.evidence.intake.split import ASKED
from xinheng.law.model import VERDICT_SUFFIX, Item, Severity

_VARYING = ("confirmed", "row_kind", "masked", "dropped")  # columns that differ from row to row, no fields


@dataclass(frozen=True)
class Outcomes:
    """What each rule says where all fields are empty: true = failed, false = passed, None = did not run."""

    empty: tuple[bool | None, ...]


@dataclass(frozen=True)
class _Sorted:
    """A plan by what its rules name."""

    constant: Mapping[int, bool | None]  # name no field: one outcome for all rows
    single: Mapping[str, Sequence[int]]  # name one field and nothing else that varies
    others: Sequence[int]


def empty_row_sql(item: Item, cells: Sequence[int]) -> str:
    """A normalised relation of one row in which every field is empty."""
    nothing = "CAST(NULL AS VARCHAR)"
    names = [f'"{f.code}"' for f in item.fields] + [f"c{i}" for i in cells]
    names += ["numeric_fields", "nul_fields", "fault"]
    return f"SELECT {', '.join(f'{nothing} AS {name}' for name in names)}, 0 AS dropped, 0 AS masked"


def empties(item: Item) -> list[str]:
    """Columns `empty<w>`, bit i of which says that the i-th field is empty: `split.groups_query` counts by
    them, and need not read the fields again."""
    tests = [(f'"{field.code}" IS NULL', i) for i, field in enumerate(item.fields)]
    return [f"{_word(tests, word)} AS empty{word}" for word in range(checks.words(len(tests)))]


def outcomes_query(plan: Sequence[Rule], environment: str) -> str:
    """One row of one list: the outcome of every rule over `environment`, a row of empty fields."""
    return f"SELECT [{', '.join(f'TRY({rule.sql})' for rule in plan)}] FROM ({environment})"


class Usual:
    """The tests and bitmaps of rows that may turn out usual, over a relation with fields and environment."""

    def __init__(self, plan: Sequence[Rule], item: Item, outcomes: Outcomes) -> None:
        self._plan, self._outcomes = plan, outcomes
        self._rules = _sorted(plan, item, outcomes)

    def never(self, empty: frozenset[str]) -> bool:
        """Whether no row at all can be usual, since these fields are empty in every one."""
        bare = [i for field in empty for i in self._rules.single.get(field, ())]
        return any(self._refuses(i) for i in (*self._rules.constant, *bare))

    def tests(self, known: Mapping[str, str]) -> list[str]:
        """Conditions, never NULL, all of which hold in a usual row. `k<i>` are columns of `columns`.

        `known`: field -> whether it holds a value that all rules on it alone were found to pass.
        """
        found = []
        for field, rules in self._rules.single.items():
            spared = f"WHEN {known[field]} THEN true " if field in known else ""
            bare = str(not any(map(self._refuses, rules))).lower()
            found.append(f'CASE {spared}WHEN "{field}" IS NULL THEN {bare} ELSE {self.passed(field)} END')
        return [*found, *(f"NOT coalesce(k{i}, false)" for i in self._rules.others)]

    def passed(self, field: str) -> str:
        """Whether a filled field passes all rules that name it alone; true or false."""
        rules = self._rules.single.get(field)
        if not rules:
            return "true"
        return f"NOT coalesce(TRY({' OR '.join(f'({self._plan[i].sql})' for i in rules)}), true)"

    def columns(self) -> list[str]:
        """Outcomes of the rules that are asked one by one, as `k<i>`."""
        return [f"{checks.ran(self._plan[i], checks.ABSENT)} AS k{i}" for i in self._rules.others]

    def kept(self) -> list[str]:
        """What of the bitmaps does not follow from empty fields, as columns to be written with the row."""
        idle = [(f"k{i} IS NULL", place) for place, i in enumerate(self._rules.others)]
        outside = [rule.within for rule in self._plan if rule.within is not None]
        beyond = [(f"NOT {within}", place) for place, within in enumerate(outside)]
        words = range(checks.words(len(outside))) if outside else ()
        return [
            f"{_word(idle, 0)} AS {ASKED}",
            *(f"{_word(beyond, word)} AS outside{word}" for word in words),
        ]

    def bitmaps(self) -> dict[str, str]:
        """The bitmap columns of `checks` for usual rows, over their fields and what is `kept`."""
        fields = checks.fields(self._plan)
        bits: dict[str, list[tuple[str | None, int]]] = {"failed": [], "idle": [], "bare": []}
        for i, said in self._rules.constant.items():
            self._note(bits, i, said, None)
        for field, rules in self._rules.single.items():
            for i in rules:
                self._note(bits, i, self._outcomes.empty[i], f'"{field}" IS NULL')
        bits["idle"] += [(f"{ASKED} & {1 << at} <> 0", i) for at, i in enumerate(self._rules.others)]
        bits["bare"] = [(f'"{field}" IS NULL', place) for place, field in enumerate(fields)]
        counts = {"failed": len(self._plan), "idle": len(self._plan), "bare": len(fields)}
        return {
            f"{kind}{word}": _word(bits[kind], word)
            for kind, count in counts.items()
            for word in range(checks.words(count))
        }

    @property
    def able(self) -> bool:
        """Whether the rules asked one by one fit into the word kept for them."""
        return len(self._rules.others) <= checks.WORD

    @staticmethod
    def _note(
        bits: dict[str, list[tuple[str | None, int]]], i: int, said: bool | None, test: str | None
    ) -> None:
        if said is not False:
            bits["failed" if said else "idle"].append((test, i))

    def _refuses(self, i: int) -> bool:
        """Whether rule i returns the row where its field is empty."""
        return bool(self._outcomes.empty[i]) and self._plan[i].severity is Severity.RETURN


def _word(bits: Sequence[tuple[str | None, int]], word: int) -> str:
    """One word of a bitmap: all bits that hang on the same test are set at once."""
    masks: dict[str | None, int] = {}
    for test, place in bits:
        if place // checks.WORD == word:
            masks[test] = masks.get(test, 0) | 1 << place % checks.WORD
    terms = [
        f"{mask}::BIGINT" if test is None else f"CASE WHEN {test} THEN {mask}::BIGINT ELSE 0::BIGINT END"
        for test, mask in masks.items()
    ]
    return " + ".join(terms) or "0::BIGINT"


def _sorted(plan: Sequence[Rule], item: Item, outcomes: Outcomes) -> _Sorted:
    names = {f.code: f.code for f in item.fields}
    names |= {f.code + VERDICT_SUFFIX: f.code for f in item.fields}  # empty where its field is
    constant: dict[int, bool | None] = {}
    single: dict[str, list[int]] = {}
    others: list[int] = []
    for i, rule in enumerate(plan):
        # every word counts, in texts too: a rule that seems to name more than it does is asked on its own
        said = set(re.findall("[A-Za-z0-9_]+", rule.sql))
        fields = {names[word] for word in said if word in names}
        if rule.within is not None or said & set(_VARYING) or len(fields) > 1:
            others.append(i)
        elif fields:
            single.setdefault(fields.pop(), []).append(i)
        else:
            constant[i] = outcomes.empty[i]
    return _Sorted(constant, single, others)
