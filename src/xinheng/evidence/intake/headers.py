"""Headers as agencies write them: one normal form, and what the catalogue knows of each.

A header is known by the standard's code, by its Chinese name, or by a synonym of the pack. Widths,
blanks, line breaks, kinds of brackets and marks of a mandatory column make no difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from xinheng.evidence.intake.model import NO_FIELD
from xinheng.law.headers import DROPPED, UNMAPPED, Target, normalise, targets
from xinheng.law.model import Item

HEADER_ROWS = 20  # the header stands within the first rows of the sheet
_MANDATORY = re.compile(r"[(（【\[](必填|必填项|必填字段|选填|非必填|必录|可空)[)）】\]]")
_MARKS = re.compile(r"[*＊★☆'\"“”\x00]+")
# Columns of identity numbers stay at the door whatever a pack says; licence numbers are not meant.
_IDENTITY = re.compile(r"身份证|身份号码|护照号|(?<!许可)(?<!资格)(?<!经营)证件号|_(ZJHM|SFZ|SFZH|SFZHM)$")


def normal(header: str) -> str:
    """The form in which headers are compared: that of `law.headers`, without marks of a mandatory column."""
    return normalise(_MANDATORY.sub("", _MARKS.sub("", header)))


def is_identity(header: str) -> bool:
    """Whether a header or field code names the identity number of a person."""
    return _IDENTITY.search(normal(header)) is not None


@dataclass(frozen=True)
class Dictionary:
    """All headers that an item knows, by their normal form. Plain data: it travels to the reader's child."""

    meanings: Mapping[str, Target]

    def read(self, header: str) -> Target:
        """What a header stands for; 'unmapped' where the catalogue does not know it."""
        key = normal(header)
        if is_identity(key):
            return Target(DROPPED)
        return self.meanings.get(key, Target(UNMAPPED))

    def with_overrides(self, overrides: Mapping[str, Target]) -> Dictionary:
        """This dictionary with other assignments before the catalogue's."""
        return Dictionary({**self.meanings, **{normal(k): v for k, v in overrides.items()}})

    def besides(self, others: Mapping[str, Target]) -> Dictionary:
        """This dictionary with other headers behind the catalogue's."""
        return Dictionary({**{normal(k): v for k, v in others.items()}, **self.meanings})

    def score(self, row: Sequence[str | None]) -> tuple[int, int]:
        """How much of a row is header: (cells that name a field, cells that are known at all)."""
        targets = [self.read(cell).target for cell in row if cell and cell.strip()]
        fields = {t for t in targets if t not in NO_FIELD}
        return len(fields), sum(t != UNMAPPED for t in targets)

    def find(self, rows: Iterable[Sequence[str | None]]) -> int | None:
        """Index of the header among the first rows: the one whose cells map best, the first among equals.

        A row counts as a header from two fields on, or with one where it is the only filled cell.
        """
        best: tuple[tuple[int, int], int] | None = None
        for index, row in enumerate(rows):
            if index >= HEADER_ROWS:
                break
            score = self.score(row)
            filled = sum(bool(cell and cell.strip()) for cell in row)
            if (score[0] >= 2 or (score[0] == 1 and filled == 1)) and (best is None or score > best[0]):
                best = (score, index)
        return best[1] if best else None

    def as_json(self) -> dict[str, dict[str, str | int]]:
        """For the reader's child process."""
        return {key: asdict(meaning) for key, meaning in self.meanings.items()}

    @classmethod
    def from_json(cls, value: Mapping[str, Mapping[str, str | int]]) -> Dictionary:
        return cls({k: Target(str(v["target"]), int(v["divide_by"])) for k, v in value.items()})


def dictionary(item: Item) -> Dictionary:
    """What the catalogue item says about headers: codes, names, synonyms with their units, the ignored."""
    return Dictionary(targets(item))
