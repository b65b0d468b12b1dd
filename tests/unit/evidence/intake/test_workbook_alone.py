"""A returned workbook comes back without what was said when the file was sent: it says that itself."""

from __future__ import annotations

from pathlib import Path

from tests.sending import House, checks, outcomes, row, write
from tests.unit.evidence.intake.test_workbook import Sheet, read, returned
from tests.unit.evidence.intake.test_workbook import write as save

from xinheng.evidence.intake import own_columns, service
from xinheng.evidence.intake.model import Receipt, Request
from xinheng.evidence.intake.preview import Bench, previewed, self_checked
from xinheng.evidence.intake.workbook import RULES

WRONG = {"CF_JDRQ": "2026-13-40"}
RARE = {"CF_XDR_SHXYM": "123456789012345678", "CF_XDR_MC": "清河某单位"}


def mended(sheet: Sheet, path: Path) -> Request:
    sheet[1][sheet[0].index("CF_JDRQ")] = "2026-11-12"
    return Request(save(path, sheet), path.name, "penalty", source="A")


def named(cells: dict[str, str], **titles: str) -> dict[str, str]:
    """The row under other headers."""
    return {titles.get(code, code): text for code, text in cells.items()}


def test_what_was_said_beside_the_file_stands_in_the_workbook(house: House, tmp_path: Path) -> None:
    cells = row(1, **RARE, **WRONG, CF_SJLY="")
    said = {"CF_SJLYDM": cells.pop("CF_SJLYDM"), "CF_SJLY": cells["CF_CFJG"], own_columns.CONFIRM: "是"}
    titles = {"CF_XDR_MC": "当事人全称甲", "CF_CFJG": "办案部门乙"}
    assigned = {title: code for code, title in titles.items()}
    first = house.send(named(cells, **titles), mapping=assigned, constants=said)
    assert (outcomes(first), checks(first)) == (["returned"], {"penalty.date.CF_JDRQ"})
    sheet = read(returned(house, first))
    assert not {*assigned} & {*sheet[0]}
    assert {"行政相对人名称", "处罚机关"} <= {*sheet[0]}
    assert "原表头“办案部门乙”在本表中写作“处罚机关”" in str(read(returned(house, first), RULES))
    assert outcomes(service.submit(house, mended(sheet, tmp_path / "back.xlsx"))) == ["accepted"]


def tried_twice(house: House, first: Request) -> tuple[Sheet, Receipt]:
    """The workbook of a file that was only tried, and the receipt for it when it is tried again, mended."""
    bench = Bench(house.engine, house.pack, house.clock, house.folder / "try")
    with self_checked(bench, first) as (_, _, content):
        sheet = read(content())
    with previewed(bench, mended(sheet, house.folder / "back.xlsx")) as (receipt, _):
        assert receipt.counts.accepted == 1
        return sheet, receipt


def test_each_column_means_the_same_again(house: House, tmp_path: Path) -> None:
    cells = named(row(1, **WRONG, CF_NR_FK="48000", X_DOMAIN="广告"), CF_NR_FK="实罚数(元)")
    path = write(tmp_path / "own.csv", [cells])
    head, line = path.read_text().splitlines()
    path.write_text(f"{head},备注,备注\n{line},甲,乙\n")
    chosen = {"实罚数(元)": "CF_NR_FK", "X_DOMAIN": "ignored"}
    sheet, second = tried_twice(house, Request(path, path.name, "penalty", mapping=chosen))
    assert sheet[0].count("备注") == 2
    assert [h for h, target in second.columns.items() if target == "BZ"] == ["备注", "备注（2）"]
    assert "X_DOMAIN" not in second.columns.values()  # left out by hand, and so it stays
    assert second.columns["处罚金额（元）"] == "CF_NR_FK"  # in 元 as it was, not in 万元
