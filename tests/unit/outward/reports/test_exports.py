"""Lists as files: whole, bounded, without formulas, and noted."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile

import pytest

from xinheng.outward.reports import exports
from xinheng.outward.reports.errors import ExportRefused
from xinheng.outward.reports.exports import Sheet

COLUMNS = ("名称", "数")


def sheet(count, cell="甲"):
    def read(tx, limit, offset):
        return [(f"{cell}{n}", str(n)) for n in range(offset, min(count, offset + limit))]

    return Sheet("清单", COLUMNS, read)


def part(book):
    return zipfile.ZipFile(book).read("xl/worksheets/sheet1.xml")


def cells(book):
    """Rows of inline text, as a workbook in constant memory holds them."""
    rows = re.findall(r"<row .*?</row>", part(book).decode())
    return [re.findall(r"<t[^>]*>([^<]*)</t>", row) for row in rows]


def test_a_workbook_and_a_csv_hold_every_row(database):
    with database.transaction() as tx:
        for form in ("xlsx", "csv"):
            target = io.BytesIO()
            written = exports.write(tx, sheet(4_500), form, target)
            assert written.rows == 4_500
            assert written.digest == hashlib.sha256(target.getvalue()).hexdigest()
            if form == "csv":
                rows = list(csv.reader(io.StringIO(target.getvalue().decode("utf-8-sig"))))
            else:
                rows = cells(target)
            assert rows[0] == list(COLUMNS)
            assert rows[-1] == ["甲4499", "4499"]
            assert len(rows) == 4_501


@pytest.mark.parametrize("cell", ["=cmd|'/c calc'!A0", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1"])
def test_no_cell_becomes_a_formula(database, cell):
    with database.transaction() as tx:
        target = io.BytesIO()
        exports.write(tx, sheet(1, cell), "csv", target)
        assert list(csv.reader(io.StringIO(target.getvalue().decode("utf-8-sig"))))[1][0].startswith("'")
        target = io.BytesIO()
        exports.write(tx, sheet(1, cell), "xlsx", target)
        assert b"<f>" not in part(target)


@pytest.mark.parametrize("cell", ["-5", "+1.20", "99.5%", "2026-11-20", "甲"])
def test_numbers_stay_numbers(cell):
    assert exports.safe(cell) == cell


def test_what_is_too_long_is_refused_and_says_how_long_it_may_be(database, monkeypatch):
    monkeypatch.setattr(exports, "MOST", 10)
    monkeypatch.setattr(exports, "PRINTED", 5)
    with database.transaction() as tx:
        assert exports.write(tx, sheet(10), "csv", io.BytesIO()).rows == 10
        with pytest.raises(ExportRefused, match="XH826"):
            exports.write(tx, sheet(11), "csv", io.BytesIO())
        assert len(exports.printed(tx, sheet(5))) == 5
        with pytest.raises(ExportRefused, match="XH826"):
            exports.printed(tx, sheet(6))
