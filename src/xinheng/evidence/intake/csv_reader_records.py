"""Records of a delimited text file, one by one, with their number in the sheet: nothing is lost.

A quoted cell may hold line breaks; a spreadsheet shows such a record as one row, and so does the number
given here. Where quotes do not pair, the line that opened them is handed over on its own with a fault,
and reading goes on with the next line, so that one stray quote cannot swallow what follows.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from xinheng.core.cells import compact

MAX_SPAN = 200  # lines one quoted record may take before its quote counts as stray
UNPAIRED = "本行的引号不成对，无法确定各格的边界"


@dataclass(frozen=True)
class Record:
    """One row as read. `number` counts every record of the file from 1, blank ones included."""

    number: int
    cells: list[str]
    fault: str | None = None

    @property
    def blank(self) -> bool:
        return not any(cell.strip() and compact(cell) for cell in self.cells)


class _SpanError(Exception):
    """A record that runs on too long."""


class _Lines:
    """Physical lines, remembering those of the current record so that they can be read again."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MAX_SPAN:
            raise _SpanError
        if self._again:
            line = self._again.popleft()
        else:
            try:
                line = next(self._lines)
            except StopIteration:
                self.ended = True
                raise
        self.taken.append(line)
        return line

    def give_back(self) -> str:
        """Put all but the first line of the record back; the first."""
        first, *rest = self.taken
        self._again.extendleft(reversed(rest))
        self.ended = False
        return first


def records(lines: Iterable[str], delimiter: str, width: int | None = None) -> Iterator[Record]:
    """All records, blank ones included. `width`: cells of the header, once known.

    A record over several lines that has not `width` cells is taken for a stray quote too.
    """
    source = _Lines(lines)
    reader = csv.reader(source, delimiter=delimiter)
    number = 0
    while True:
        source.taken = []
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (_SpanError, csv.Error):
            cells = None
        if cells is None or _stray(source, cells, width, delimiter):
            first = source.give_back()
            reader = csv.reader(source, delimiter=delimiter)
            yield Record(number, first.rstrip("\r\n").split(delimiter), UNPAIRED)
        else:
            yield Record(number, cells)


def _stray(source: _Lines, cells: list[str], width: int | None, delimiter: str) -> bool:
    """Whether the record's quotes cannot be meant.

    An odd number of them at the end of the file; a record over several lines with the wrong width; one whose
    every line has the delimiters of a whole row, as rows between two stray quotes have.
    """
    if source.ended and "".join(source.taken).count('"') % 2:
        return True
    if len(source.taken) == 1 or width is None:
        return False
    whole = width > 1 and all(line.count(delimiter) >= width - 1 for line in source.taken)
    return whole or len(cells) != width


def fit(record: Record, width: int) -> Record:
    """The record with exactly `width` cells; with a fault where cells are missing or over."""
    count = len(record.cells)
    cells = (record.cells + [""] * (width - count))[:width]
    fault = record.fault
    over = any(cell.strip() for cell in record.cells[width:])
    if over:  # what has no header goes back in the last cell, so that the sender finds it
        cells[-1] = ",".join(record.cells[width - 1 :])
    if fault is None and (count < width or over):
        fault = f"本行有 {count} 格，表头有 {width} 格，无法逐格对应"
    return Record(record.number, cells, fault)
