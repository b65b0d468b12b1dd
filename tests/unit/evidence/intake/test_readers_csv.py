"""Delimited text: every row is there, under the number it has in the sheet, whichever path it took."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.evidence.intake.hostile.samples import CODE, HEADER, ROW, scanned, stage, text_file

from xinheng.core.cells import compact
from xinheng.evidence.intake.model import Limits
from xinheng.evidence.intake.model_refusals import NoHeaderError, TooLargeError, UnknownMappingError
from xinheng.ground.engine import Engine


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(400, 2) as warm:
        yield warm


def lines(path: Path, engine: Engine, **how: object) -> list[int]:
    return [row[0] for row in scanned(stage(path, engine, **how), engine, "line")]


@pytest.mark.parametrize(
    ("delimiter", "name"), [(",", "a.csv"), ("\t", "a.tsv"), (";", "b.csv"), ("|", "a.txt")]
)
def test_each_delimiter_is_told_by_the_header(
    tmp_path: Path, engine: Engine, delimiter: str, name: str
) -> None:
    path = text_file(tmp_path / name, [HEADER, ROW, ROW], delimiter=delimiter)
    staged = stage(path, engine)
    assert [c.target for c in staged.columns] == [
        *("CF_XDR_MC", "CF_XDR_SHXYM", "CF_WSH", "CF_JDRQ", "CF_NR_FK", "CF_NR")
    ]
    assert scanned(staged, engine, "line, c0, c5") == [(2, ROW[0], ROW[5]), (3, ROW[0], ROW[5])]


def test_a_regular_file_is_scanned_where_it_is(tmp_path: Path, engine: Engine) -> None:
    staged = stage(text_file(tmp_path / "a.csv", [HEADER, ROW]), engine)
    assert staged.data.suffix == ".csv"
    assert "read_csv" in staged.relation


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_other_encodings_give_the_same_rows_and_say_so(tmp_path: Path, engine: Engine, encoding: str) -> None:
    path = text_file(tmp_path / "a.csv", [HEADER, ROW], encoding=encoding)
    staged = stage(path, engine)
    assert scanned(staged, engine, "line, c0") == [(2, ROW[0])]
    assert ("编码" in "".join(staged.notes)) == (encoding != "utf-8-sig")


def test_title_rows_above_the_header_count_as_rows(tmp_path: Path, engine: Engine) -> None:
    path = text_file(tmp_path / "a.csv", [["2024年双公示信息"], ["填报单位：某局", "", ""], HEADER, ROW, ROW])
    staged = stage(path, engine)
    assert (staged.header_line, staged.first_line, staged.rows) == (3, 4, 2)
    assert lines(path, engine) == [4, 5]
    assert "第 3 行" in staged.notes[0]


def test_blank_lines_inside_the_file_are_no_rows_but_count(tmp_path: Path, engine: Engine) -> None:
    path = text_file(tmp_path / "a.csv", [HEADER, ROW, [""], ROW, [",,,,,"], ROW, [""], [""]])
    assert lines(path, engine) == [2, 4, 6]


def test_rows_of_empty_cells_alone_are_no_rows_but_count_on_the_fast_path_too(
    tmp_path: Path, engine: Engine
) -> None:
    path = text_file(tmp_path / "a.csv", [HEADER, ROW, [",,,,,"], ROW])
    assert "read_csv" in stage(path, engine).relation
    assert lines(path, engine) == [2, 4]


def test_line_breaks_in_quotes_keep_one_row_one_number(tmp_path: Path, engine: Engine) -> None:
    quoted = [*ROW[:5], '"第一行\n第二行\n\n第四行"']
    path = text_file(tmp_path / "a.csv", [HEADER, quoted, ROW])
    staged = stage(path, engine)
    assert "read_csv" in staged.relation
    assert scanned(staged, engine, "line, c5") == [(2, "第一行\n第二行\n\n第四行"), (3, ROW[5])]


def test_a_header_with_line_breaks_is_read(tmp_path: Path, engine: Engine) -> None:
    header = ['"行政相对人\n名称"', *HEADER[1:]]
    path = text_file(tmp_path / "a.csv", [header, ROW])
    staged = stage(path, engine)
    assert staged.columns[0].target == "CF_XDR_MC"
    assert scanned(staged, engine, "line, c0") == [(2, ROW[0])]


def test_rows_of_the_wrong_width_stay_and_carry_a_fault(tmp_path: Path, engine: Engine) -> None:
    path = text_file(tmp_path / "a.csv", [HEADER, ROW[:4], [*ROW, "多出"], [*ROW, ""], ROW])
    rows = scanned(stage(path, engine), engine, "line, fault")
    assert [(line, fault is None) for line, fault in rows] == [(2, False), (3, False), (4, True), (5, True)]
    assert "4 格" in rows[0][1]
    assert "7 格" in rows[1][1]


def test_a_stray_quote_costs_its_own_row_only(tmp_path: Path, engine: Engine) -> None:
    path = text_file(tmp_path / "a.csv", [HEADER, ['"示例公司', *ROW[1:]], ROW, ROW])
    rows = scanned(stage(path, engine), engine, "line, c1, fault")
    assert [row[0] for row in rows] == [2, 3, 4]
    assert "引号" in rows[0][2]
    assert rows[0][1] == CODE
    assert rows[1:] == [(3, CODE, None), (4, CODE, None)]


def test_a_stray_quote_does_not_swallow_rows_up_to_the_next_one(tmp_path: Path, engine: Engine) -> None:
    path = text_file(tmp_path / "a.csv", [HEADER, ['"甲', *ROW[1:]], ROW, ['乙"', *ROW[1:]], ROW])
    rows = scanned(stage(path, engine), engine, "line, fault")
    assert [row[0] for row in rows] == [2, 3, 4, 5]


def test_a_stray_quote_before_a_thousand_rows_swallows_none(tmp_path: Path, engine: Engine) -> None:
    path = text_file(tmp_path / "a.csv", [HEADER, ['"甲', *ROW[1:]], *[ROW] * 1000])
    rows = scanned(stage(path, engine), engine, "line, fault")
    assert [row[0] for row in rows] == list(range(2, 1003))
    assert sum(fault is not None for _, fault in rows) == 1


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_other_systems_give_the_same_rows(tmp_path: Path, engine: Engine, end: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(end.join(",".join(r) for r in [HEADER, ROW, ROW]).encode())
    assert scanned(stage(path, engine), engine, "line, c5") == [(2, ROW[5]), (3, ROW[5])]


def test_a_header_alone_is_a_file_with_no_rows(tmp_path: Path, engine: Engine) -> None:
    staged = stage(text_file(tmp_path / "a.csv", [HEADER]), engine)
    assert staged.rows == 0
    assert scanned(staged, engine) == []


def test_identity_columns_are_counted_and_never_written(tmp_path: Path, engine: Engine) -> None:
    header = [*HEADER, "法定代表人身份证号"]
    number = "110105194912310023"
    rows = [header, [*ROW, number], [*ROW, ""], ["short"]]  # the last sends the file down the slow path
    staged = stage(text_file(tmp_path / "a.csv", rows), engine)
    assert staged.columns[-1].target == "dropped"
    assert scanned(staged, engine, "dropped") == [(1,), (0,), (0,)]
    assert number not in str(pq.read_table(staged.data).to_pydict())
    assert number.encode() not in staged.data.read_bytes()


def test_the_fast_path_counts_identity_cells_too(tmp_path: Path, engine: Engine) -> None:
    rows = [[*HEADER, "证件号码"], [*ROW, "110105194912310023"], [*ROW, ""]]
    staged = stage(text_file(tmp_path / "a.csv", rows), engine)
    assert "read_csv" in staged.relation
    assert scanned(staged, engine, "dropped") == [(1,), (0,)]
    with pytest.raises(Exception, match="引擎"):
        scanned(staged, engine, "c6")


def test_the_senders_mapping_goes_before_the_catalogue(tmp_path: Path, engine: Engine) -> None:
    path = text_file(tmp_path / "a.csv", [["甲栏", *HEADER[1:]], ROW])
    assert stage(path, engine).columns[0].target == "unmapped"
    staged = stage(path, engine, mapping={"甲栏": "行政相对人名称", "处罚内容": "ignored"})
    assert (staged.columns[0].target, staged.columns[5].target) == ("CF_XDR_MC", "ignored")
    with pytest.raises(UnknownMappingError):
        stage(path, engine, mapping={"没有的列": "CF_NR"})


def test_a_file_of_another_kind_has_no_header(tmp_path: Path, engine: Engine) -> None:
    with pytest.raises(NoHeaderError) as refused:
        stage(text_file(tmp_path / "a.csv", [["日期", "气温"], ["2024-01-01", "3"]]), engine)
    assert "日期" in refused.value.found


def test_too_many_rows_are_refused(tmp_path: Path, engine: Engine) -> None:
    path = text_file(tmp_path / "a.csv", [HEADER, ROW, ROW, ROW])
    with pytest.raises(TooLargeError):
        stage(path, engine, limits=Limits(rows=2))


CELLS = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00\r", exclude_categories=("Cs",)), max_size=8
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.one_of(st.just([]), st.lists(CELLS, min_size=6, max_size=6)), max_size=8),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_whatever_a_spreadsheet_can_write_comes_back_cell_by_cell(
    tmp_path: Path, engine: Engine, rows: list[list[str]], quoting: int, end: str
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerow(HEADER)
    for row in rows:
        writer.writerow(row)
    path = tmp_path / "a.csv"
    path.write_bytes(out.getvalue().encode())
    expected = [(i, *row) for i, row in enumerate(rows, start=2) if any(compact(c) for c in row)]
    cells = ", ".join(f"coalesce(c{i}, '')" for i in range(6))
    assert scanned(stage(path, engine), engine, f"line, {cells}") == expected


def test_a_file_without_data_and_a_sheet_named_for_text_are_remarked_on(
    tmp_path: Path, engine: Engine
) -> None:
    assert "文件没有数据行" in stage(text_file(tmp_path / "a.csv", [HEADER]), engine).notes
    filled = text_file(tmp_path / "b.csv", [HEADER, ROW])
    assert stage(filled, engine).notes == ()
    assert any("工作表" in note for note in stage(filled, engine, sheet="甲").notes)
