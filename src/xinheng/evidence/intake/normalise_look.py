"""One look at a row: whether any of its cells has to be worked on at all.

Most rows of an export are as they should be. One regular expression over a row's cells side by side costs
less than the looks at each cell that it spares: rows that pass keep their cells as they are. A look may be
wrong in one direction only: it may find a row odd that is not; what follows then comes to the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from xinheng.core import cells
from xinheng.core.cells import sql_text
from xinheng.evidence.intake.model import ColumnPlan
from xinheng.law.model import Field, FieldType

# Between codes, names and other cells. No blank and no letter; a row that has one of its own is odd.
_MARK = "\ue000"
_BRACKETS = "[()\\[\\]［］〔〕【】﹙﹚]"  # what `cells.name` spells anew
_WIDE = "[\\x{FF01}-\\x{FF5E}]"  # what `cells.compact` folds
# Fifteen digits with no more than dashes between them; blanks and wide digits are odd on their own.
_LONG = "[0-9](-{0,3}[0-9]){14}"
# A unified code that is no eighteen capitals and digits, or that could be the number of a person: month and
# day of birth in their places. `core.identity` masks no other eighteen characters without a gap.
_CODES = (
    "(?:^|[|])(?:[0-9A-Z]{1,17}(?:[|]|$)|[0-9A-Z]{19}|[0-9A-Z]*[^0-9A-Z|])"
    "|[0-9]{6}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]"
)


def _odd_text() -> str:
    """A blank, a full-width letter or digit, a cell with a word for nothing, an apostrophe before a cell or a
    long run of digits anywhere; full-width signs among codes, brackets among names."""
    words = "|".join(re.escape(word) for word in cells.EMPTY_WORDS if word)
    section = f"[^{_MARK}]*"
    return (
        f"{cells.BLANKS_RE2}|[０-９Ａ-Ｚａ-ｚ]|[|](?:(?i:{words})[|]|')|{_LONG}|^{section}{_WIDE}"
        f"|^{section}{_MARK}{section}{_BRACKETS}|{_MARK}{section}{_MARK}{section}{_MARK}"
    )


_TEXT = _odd_text()


def known_sql(column: int, familiar: Mapping[int, Sequence[str]]) -> str | None:
    """Whether a cell is one of those that were looked at before; None where none of its column was."""
    known = [f"c{column} = {sql_text(text)}" for text in familiar.get(column, ())]
    return f"({' OR '.join(known)})" if known else None


def odd_sql(
    columns: Mapping[str, Sequence[ColumnPlan]],
    fields: Sequence[Field],
    named: Sequence[str],
    familiar: Mapping[int, Sequence[str]],
) -> str:
    """Whether a staged row has a cell that is not as it should be.

    `columns`: field code -> the columns that fill it. `named`: codes of fields that hold a name. `familiar`:
    column -> cells that are as they should be, and need no look.
    """
    sections: tuple[list[str], ...] = ([], [], [])
    codes: list[str] = []
    for field in fields:
        held = [_unknown(c.index, familiar) for c in columns.get(field.code, ())]
        if field.type is FieldType.USCC:
            codes += held
        elif field.type is FieldType.CODE:
            sections[0].extend(held)
        else:
            sections[1 if field.code in named else 2].extend(held)
    looks = []
    if any(sections):
        mark = sql_text(_MARK)
        beside = f", {mark}, ".join(", ".join(section) or "NULL" for section in sections)
        looks.append(f"regexp_matches(concat_ws('|', '', {beside}, ''), {sql_text(_TEXT)})")
    if codes:
        looks.append(f"regexp_matches(concat_ws('|', {', '.join(codes)}), {sql_text(_CODES)})")
    return f"({' OR '.join(looks)})" if looks else "false"


def _unknown(column: int, familiar: Mapping[int, Sequence[str]]) -> str:
    known = known_sql(column, familiar)
    return f"CASE WHEN {known} THEN NULL ELSE c{column} END" if known else f"c{column}"
