"""Planted identity numbers: after an intake a search of the whole home finds none (decision 11)."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
import xlsxwriter
from tests.conftest import SteppingClock
from tests.sending import House, code, row

from xinheng.core.identity import MASK, check_character
from xinheng.evidence.intake import preview, service
from xinheng.evidence.intake.incoming import HandedOnError, Incoming
from xinheng.evidence.intake.model import Request
from xinheng.ground.store import Server


def number(serial: int) -> str:
    """An invented identity number that is right in form; no two alike."""
    first = f"11010119900307{serial:03d}"
    return first + check_character(first)


PLANTED = [number(n) for n in range(400, 420)]
NAMES = ("赵钱甲", "孙李乙", "周吴丙")


def planted() -> list[dict[str, str]]:
    p = iter(PLANTED)
    return [
        row(1, CF_SY=f"当事人法定代表人（身份证号{next(p)}）发布虚假广告", CF_FR_ZJHM=next(p)),
        row(2, CF_NR=f"处以罚款人民币壹万元，联系人身份证：{next(p)}。", BZ=next(p)),
        row(3, CF_XDR_SWDJ=next(p), CF_XDR_GSZC=next(p)),
        row(4, CF_XDR_MC=f"清河第4号商贸有限公司{next(p)}", CF_JDRQ="2026-13-45", CF_SY=f"见{next(p)}"),
        row(5, CF_XDR_SHXYM=next(p), CF_FRDB=f"李四{next(p)}"),
        row(
            6,
            CF_XDR_LB="自然人",
            CF_XDR_MC=NAMES[0],
            CF_XDR_SHXYM="",
            CF_XDR_ZJHM=next(p),
            CF_SY=f"{next(p)}",
        ),
        row(7, CF_XDR_LB="", CF_XDR_MC=NAMES[1], CF_XDR_SHXYM=next(p)),
        row(
            8, CF_XDR_LB="自然人", CF_XDR_MC=NAMES[2], CF_XDR_SHXYM="", CF_WSH=f"清市监处罚〔2026〕{next(p)}"
        ),
        row(9, 联系电话=next(p), 经办人=f"王五 {next(p)}", CF_CFJGDM=code(2, "11430100")),
        row(
            10,
            CF_WSH=f"清市监处罚{next(p)}",
            CF_NR_ZKDX=f"证照 {next(p)[:6]} {PLANTED[18][6:14]} {PLANTED[18][14:]}",
        ),
    ]


def found_in(folder: Path, needles: list[str]) -> list[tuple[str, str]]:
    """Where any of these texts stands in any file below `folder`."""
    hits = []
    for path in (p for p in folder.rglob("*") if p.is_file()):
        content = path.read_bytes()
        hits.extend(
            (str(path), n) for n in needles if n.encode() in content or n.encode("utf-16-le") in content
        )
    return hits


def workbook(path: Path, rows: list[dict[str, str]]) -> Path:
    headers = list(dict.fromkeys(name for each in rows for name in each))
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, headers)
        for place, each in enumerate(rows, 1):
            for column, header in enumerate(headers):
                sheet.write_string(place, column, each.get(header, ""))
    return path


@pytest.mark.parametrize("form", ["csv", "gb18030", "xlsx"])
def test_no_planted_number_and_no_person_is_anywhere_in_the_home(
    house: House, server: Server, form: str, machine_folder: Path
) -> None:
    rows = planted()
    request = house.request(rows)
    if form == "gb18030":
        request.path.write_bytes(request.path.read_text(encoding="utf-8").encode("gb18030"))
    if form == "xlsx":
        request = Request(workbook(house.folder / "a.xlsx", rows), "a.xlsx", "penalty", source="A")
    receipt = service.submit(house, request)
    request.path.unlink()
    for sheet in house.folder.glob("sheet-*.csv"):
        sheet.unlink()
    assert receipt.counts.persons == 3
    assert receipt.counts.dropped == 2
    assert receipt.counts.masked >= 14
    with house.database.transaction() as tx:
        tx.execute("select 1")
        content = service.returned_workbook(tx, house.pack, receipt.receipt) if receipt.receipt else b""
        numbers = tx.fetch("select number, why from number_register order by number")
    (house.folder / "returned.xlsx").write_bytes(content)
    _checkpoint(server, house)
    # the cluster's folder holds every test's database: the numbers here are this drill's alone
    homes = [house.folder, machine_folder / "db"]
    assert [hit for folder in homes for hit in found_in(folder, PLANTED)] == []
    hand_on = Incoming(house.incoming).take(receipt.receipt, house.clock)  # type: ignore[arg-type]  # it has one
    assert [n for n in PLANTED if n.encode() in hand_on] == []
    assert [hit for folder in homes for hit in found_in(folder, list(NAMES))] == []
    assert [why for _, why in numbers] == ["person"] * 3
    with io.StringIO(hand_on.decode("utf-8-sig")) as text:
        handed = list(csv.DictReader(text))
    assert [r["行号"] for r in handed] == ["7", "8", "9"]
    assert [r["CF_XDR_MC"] for r in handed] == list(NAMES)


def _checkpoint(server: Server, house: House) -> None:
    """Everything the database holds goes into its files."""
    import psycopg

    with psycopg.connect(server.address("postgres"), autocommit=True) as link:
        link.execute("checkpoint")


def test_a_row_about_a_person_leaves_its_line_and_its_number_and_nothing_else(house: House) -> None:
    receipt = house.send(row(1), row(2, CF_XDR_LB="自然人", CF_XDR_MC=NAMES[0], CF_XDR_SHXYM=""))
    with house.database.transaction() as tx:
        assert tx.fetch("select line, outcome, record, checks from receipt_lines") == [
            (3, "person", None, None)
        ]
        assert [r[:2] for r in tx.fetch("select number, why from number_register")] == [
            ("清市监处罚〔2026〕2号", "person")
        ]
    assert receipt.rows[1].derived is None


def test_the_hand_on_file_is_given_once(house: House) -> None:
    receipt = house.send(row(1), row(2, CF_XDR_LB="自然人", CF_XDR_MC=NAMES[0], CF_XDR_SHXYM="")).receipt
    assert receipt is not None
    incoming = Incoming(house.incoming)
    assert incoming.persons_file(receipt).stat().st_mode & 0o777 == 0o600
    assert NAMES[0] in incoming.take(receipt, house.clock).decode("utf-8-sig")
    with pytest.raises(HandedOnError):
        incoming.take(receipt, house.clock)


def test_the_hand_on_file_is_gone_after_a_day(house: House, clock: SteppingClock) -> None:
    receipt = house.send(row(1), row(2, CF_XDR_LB="自然人", CF_XDR_MC=NAMES[0], CF_XDR_SHXYM="")).receipt
    assert receipt is not None
    clock.step(hours=25)
    house.send(row(5))
    assert not Incoming(house.incoming).persons_file(receipt).exists()


def test_a_number_under_an_amount_in_yuan_is_masked_and_counted(house: House) -> None:
    """Divided by 10 000 it would no longer look like one: not in the fields, not in the cells."""
    digits = [n for n in (number(s) for s in range(430, 470)) if n.isdigit()][:4]
    rows = [
        {("罚款金额（元）" if k == "CF_NR_FK" else k): v for k, v in each.items()}
        for each in (
            row(1, CF_NR_FK=digits[0]),
            row(2, CF_NR_FK=f" {digits[1][:6]} {digits[1][6:]}"),
            row(3, CF_NR_FK=f"{digits[2]} 元", CF_JDRQ="2026-13-45"),
            row(4, CF_NR_FK=f"{digits[3]}.00"),
            row(5, CF_NR_FK="48000", CF_SY=f"见{digits[0]}", CF_JDRQ="2026-13-45"),
        )
    ]
    receipt = house.send(*rows)
    assert receipt.columns["罚款金额（元）"] == "CF_NR_FK"
    assert receipt.counts.masked == 5
    assert receipt.counts.returned == 5
    with house.database.transaction() as tx:
        kept = tx.fetch("select cells::text, checks::text from returned_rows order by line")
    said = str(kept) + str(receipt.as_json())
    for n in digits:
        assert n not in said
        assert n[:14] not in said
    assert '"48000"' in kept[4][0], "the cell as received, not the amount made of it"


@pytest.mark.parametrize("name", ["代码确认", "信衡编号", "备注"])
def test_a_number_set_for_all_rows_is_masked(house: House, name: str) -> None:
    house.send(row(1), constants={name: PLANTED[0]})
    with house.database.transaction() as tx:
        [[kept]] = tx.fetch("select constants::text from receipts")
    assert MASK in kept
    assert PLANTED[0] not in kept


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "preview"


def test_a_preview_leaves_nothing_behind(house: House, folder: Path) -> None:
    request = house.request(planted())
    bench = preview.Bench(house.engine, house.pack, house.clock, folder)
    receipt = preview.preview(bench, request)
    assert receipt.counts.persons == 3
    assert receipt.counts.known is None
    assert found_in(folder, PLANTED) == []
    assert [p.name for p in folder.iterdir() if p.name.startswith("work-")] == []
