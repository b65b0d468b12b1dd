"""From cells to fields: exact, masked, nothing guessed, every row under its own number."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.evidence.intake.hostile.samples import (
    CODE,
    FIELDS,
    HEADER,
    ITEM,
    normalised,
    stage,
    text_file,
)

from xinheng.core import cells
from xinheng.core.identity import MASK
from xinheng.evidence.intake import normalise
from xinheng.evidence.intake.model_refusals import UnknownMappingError
from xinheng.evidence.intake.normalise_values import amount, amount_sql, enum, enum_sql
from xinheng.ground.engine import Engine

KIND = next(f for f in FIELDS if f.code == "CF_CFLB")
PARTY_KIND = next(f for f in FIELDS if f.code == "CF_XDR_LB")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(400, 2) as warm:
        yield warm


def fields(
    path: Path, engine: Engine, columns: str, header: list[str], *rows: list[str]
) -> list[tuple[object, ...]]:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    path.write_text(out.getvalue(), encoding="utf-8")
    return normalised(stage(path, engine), engine, columns)


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("2018-7-27", "2018-07-27"),
        ("2018/7/27", "2018-07-27"),
        ("2018年7月27日", "2018-07-27"),
        ("２０１８－７－２７", "2018-07-27"),
        ("2018-07-27 00:00:00", "2018-07-27"),
        ("1900-1-1", "1900-01-01"),
        ("2099/12/31", "2099-12-31"),
        ("长期", "2099-12-31"),
        ("2018-02-30", "2018-02-30"),
        ("去年", "去年"),
        ("暂无", None),
        ("", None),
    ],
)
def test_dates_get_one_form_or_stay_as_found(
    tmp_path: Path, engine: Engine, cell: str, kept: str | None
) -> None:
    found = fields(tmp_path / "a.csv", engine, "CF_JDRQ", ["名称", "处罚决定日期"], ["甲公司", cell])
    assert found == [(kept,)]


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("暂无", None),
        ("无", None),
        (" — ", None),
        ("/", None),
        ("NULL", None),
        ("无照经营", "无照经营"),
        ("　甲　 乙　", "甲 乙"),
    ],
)
def test_words_for_nothing_are_nothing(tmp_path: Path, engine: Engine, cell: str, kept: str | None) -> None:
    assert fields(tmp_path / "a.csv", engine, "BZ", ["名称", "备注"], ["甲公司", cell]) == [(kept,)]


def test_names_codes_and_numbers_get_their_own_forms(tmp_path: Path, engine: Engine) -> None:
    header = ["名称", "统一社会信用代码", "工商注册号", "行政处罚决定书文号"]
    header[2] = "行政相对人代码_2(工商注册号)"
    row = ["示例(黄石)商贸 有限公司", "９１42 0200ma4kxt0a1b", "４２ 02００", "石市监罚（2024）第 １号"]
    found = fields(tmp_path / "a.csv", engine, "CF_XDR_MC, CF_XDR_SHXYM, CF_XDR_GSZC, CF_WSH", header, row)
    assert found == [("示例（黄石）商贸有限公司", CODE, "420200", "石市监罚（2024）第 1号")]


AMOUNTS = [
    ("1.5", 1, "1.5"),
    ("30000", 10_000, "3"),
    ("12345.67", 10_000, "1.234567"),
    ("0.01", 10_000, "0.000001"),
    ("1,234,567.89元", 1, "123.456789"),
    ("￥30000", 10_000, "3"),
    ("3万元", 10_000, "3"),
    ("３．５", 1, "3.5"),
    ("100", 1, "100"),
    ("0", 1, "0"),
    ("-1", 1, "-1"),
    ("-5", 10_000, "-5元"),
    ("-1,000元", 1, "-1000元"),
    ("007", 1, "7"),
    ("1.23456789", 1, "1.23456789"),
    ("12,34", 1, "12,34"),
    ("1e5", 1, "1e5"),
    ("三万元", 1, "三万元"),
    ("9" * 24, 10_000, "9" * 20 + ".9999"),
    ("9" * 25, 1, "9" * 25),
    ("NaN", 1, "NaN"),
]


@pytest.mark.parametrize(("cell", "divide_by", "kept"), AMOUNTS)
def test_amounts_are_exact_or_stay_as_found(
    tmp_path: Path, engine: Engine, cell: str, divide_by: int, kept: str
) -> None:
    sql = amount_sql(cells.sql_text(cell), divide_by)
    assert engine.run(tmp_path, [], [f"SELECT {sql}"]) == [[(kept,)]]
    assert amount(cell, divide_by) == kept


@settings(max_examples=60)
@given(
    number=st.decimals(0, 10**9, places=6),
    divide_by=st.sampled_from([1, 10_000]),
    unit=st.sampled_from(["", "元", "万元", " 万元整"]),
)
def test_amounts_in_sql_and_in_python_are_equal_and_lose_nothing(
    tmp_path_factory: pytest.TempPathFactory, engine: Engine, number: Decimal, divide_by: int, unit: str
) -> None:
    cell = f"{number}{unit}"
    folder = tmp_path_factory.getbasetemp()
    ((kept,),) = engine.run(folder, [], [f"SELECT {amount_sql(cells.sql_text(cell), divide_by)}"])[0]
    assert kept == amount(cell, divide_by)
    by = 10_000 if unit == "元" else 1 if unit else divide_by
    assert Decimal(kept) * by == number


LISTED = [
    ("罚款", "罚款"),
    ("罚款;警告", "罚款；警告"),
    ("罚款，没收违法所得", "罚款；没收违法所得、没收非法财物"),
    ("没收违法所得、没收非法财物", "没收违法所得、没收非法财物"),
    ("警告、罚款", "警告；罚款"),
    ("警告、别的", "警告、别的"),
    ("停业", "责令停产停业"),
    ("没见过", "没见过"),
    ("罚款；；", "罚款"),
]


@pytest.mark.parametrize(("cell", "kept"), LISTED)
def test_listed_values_get_their_standard_spelling(
    tmp_path: Path, engine: Engine, cell: str, kept: str
) -> None:
    assert engine.run(tmp_path, [], [f"SELECT {enum_sql(cells.sql_text(cell), KIND)}"]) == [[(kept,)]]
    assert enum(cell, KIND) == kept


def test_a_field_with_one_value_is_never_split(tmp_path: Path, engine: Engine) -> None:
    sql = enum_sql(cells.sql_text("自然人;个体工商户"), PARTY_KIND)
    assert engine.run(tmp_path, [], [f"SELECT {sql}"]) == [[("自然人;个体工商户",)]]


def test_two_columns_of_one_field_are_joined_and_a_repeated_value_stands_once(
    tmp_path: Path, engine: Engine
) -> None:
    header = ["名称", "行政处罚决定书文号", "处罚类别1", "处罚类别2"]
    rows = [
        ["甲公司", "1号", a, b]
        for a, b in (("罚款", "警告"), ("罚款", "暂无"), ("", "警告"), ("罚款", "罚款"), ("", ""))
    ]
    found = fields(tmp_path / "a.csv", engine, "CF_CFLB", header, *rows)
    assert found == [("罚款；警告",), ("罚款",), ("警告",), ("罚款",), (None,)]


def test_a_constant_fills_what_the_file_leaves_empty(tmp_path: Path, engine: Engine) -> None:
    path = text_file(tmp_path / "a.csv", [["名称", "处罚决定日期"], ["甲公司", ""], ["暂无", "2024-1-2"]])
    staged = stage(path, engine)
    found = normalised(
        staged,
        engine,
        "CF_XDR_MC, CF_JDRQ, CF_NR_FK, CF_CFLB",
        party_name="示例(黄石)公司",
        CF_JDRQ="2023年1月5日",
        CF_NR_FK="5万元",
        处罚类别="停业",
    )
    assert found == [
        ("甲公司", "2023-01-05", "5", "责令停产停业"),
        ("示例（黄石）公司", "2024-01-02", "5", "责令停产停业"),
    ]
    with pytest.raises(UnknownMappingError):
        normalised(staged, engine, "line", 不存在="1")


def identity(first: str) -> str:
    weights = [pow(2, 17 - i, 11) for i in range(17)]
    return first + "10X98765432"[sum(int(c) * w for c, w in zip(first, weights, strict=True)) % 11]


@pytest.mark.parametrize(
    "column", ["名称", "备注", "行政处罚决定书文号", "处罚决定日期", "罚款金额（万元）", "统一社会信用代码"]
)
def test_identity_numbers_are_masked_in_whatever_field_they_stand(
    tmp_path: Path, engine: Engine, column: str
) -> None:
    number = identity("11010519491231002")
    header = ["名称", "处罚内容", column] if column != "名称" else ["名称", "处罚内容"]
    row = ["甲公司", "罚款", number] if column != "名称" else [f"张三{number}", "罚款"]
    code = next(f.code for f in FIELDS if column in (f.name, *(s.text for s in f.synonyms)))
    ((kept, count),) = fields(tmp_path / "a.csv", engine, f'"{code}", masked', header, row)
    assert number not in str(kept)
    assert MASK in str(kept)
    assert count == 1


@pytest.mark.parametrize("cell", ["{}", "张三{}", "身份证：{}", " {} ", "{}（代）"])
def test_identity_numbers_in_a_code_column_are_masked_however_they_are_dressed(
    tmp_path: Path, engine: Engine, cell: str
) -> None:
    for number in (identity("11010519491231002"), "110105491231002"):
        written = cell.format(number)
        ((kept, count),) = fields(
            tmp_path / "a.csv", engine, "CF_XDR_SHXYM, masked", ["名称", "统一社会信用代码"], ["甲", written]
        )
        assert (number in kept, count) == (False, 1)


def test_several_numbers_in_one_row_are_each_counted(tmp_path: Path, engine: Engine) -> None:
    number = identity("11010519491231002")
    row = ["甲公司", f"当事人（{number}）与同案人（{number}）", f"身份证{number}"]
    ((content, remark, masked),) = fields(
        tmp_path / "a.csv", engine, "CF_NR, BZ, masked", ["名称", "处罚内容", "备注"], row
    )
    assert (content, remark, masked) == (f"当事人（{MASK}）与同案人（{MASK}）", f"身份证{MASK}", 3)


def test_codes_of_digits_alone_are_left_alone(tmp_path: Path, engine: Engine) -> None:
    # An all-digit code of a valid form, as old organisations have it.
    code = "914202007308912345"
    ((kept, masked),) = fields(
        tmp_path / "a.csv", engine, "CF_XDR_SHXYM, masked", ["名称", "统一社会信用代码"], ["甲公司", code]
    )
    assert (kept, masked) == (code, 0)


def test_unmapped_fields_are_there_and_empty(tmp_path: Path, engine: Engine) -> None:
    names = ", ".join(f'"{f.code}"' for f in ITEM.fields)
    (row,) = fields(tmp_path / "a.csv", engine, names, ["名称", "处罚内容"], ["甲公司", "罚款"])
    assert len(row) == len(ITEM.fields)
    assert [v for v in row if v is not None] == ["甲公司", "罚款"]


def test_rows_of_a_long_file_keep_their_numbers_through_a_parallel_scan(
    tmp_path: Path, engine: Engine
) -> None:
    path = tmp_path / "long.csv"
    with path.open("w", encoding="utf-8") as out:
        out.write(",".join(HEADER) + "\n")
        for line in range(2, 300_002):
            out.write(f"示例{'长' * (line % 40)}公司,{CODE},{line}号,2024-01-02,1.5,罚款 壹万元\n")
    staged = stage(path, engine)
    normal = normalise.normalised_sql(staged, ITEM)
    target = cells.sql_text(str(staged.folder / "out.parquet"))
    number = f"file_row_number + {staged.first_line}" if staged.ordered else "line"
    source = f"read_parquet({target}, file_row_number=true)"
    ask = f"SELECT count(*), count(*) FILTER (CF_WSH <> ({number}) || '号') FROM {source}"
    ((rows, wrong),) = engine.run(staged.folder, [f"COPY ({normal}) TO {target} (FORMAT parquet)"], [ask])[0]
    assert (rows, wrong) == (300_000, 0)


def test_the_apostrophe_before_text_of_digits_is_taken_off_codes_and_dates(
    tmp_path: Path, engine: Engine
) -> None:
    header = [
        "名称",
        "统一社会信用代码",
        "行政相对人代码_2(工商注册号)",
        "行政处罚决定书文号",
        "处罚决定日期",
        "备注",
    ]
    row = ["甲公司", f"'{CODE}", "'4202 00", "'石市监罚〔2024〕1号", "'2026-11-12", "'注"]
    columns = "CF_XDR_SHXYM, CF_XDR_GSZC, CF_WSH, CF_JDRQ, BZ"
    found = fields(tmp_path / "a.csv", engine, columns, header, row, ["乙公司", "'", "", "'", "'去年", "x"])
    assert found == [
        (CODE, "420200", "石市监罚〔2024〕1号", "2026-11-12", "'注"),
        (None, None, None, "'去年", "x"),
    ]


NASTY = (
    *(
        "",
        "无",
        "NIL",
        "甲公司",
        "甲 公司",
        "(甲)公司",
        "（甲）公司",
        "ＡＢ",
        "甲，乙",
        "甲|乙",
        "|无|",
        "'123",
        "''",
    ),
    *(
        "\ue000",
        "\ue000\ue000(",
        "（\ue000",
        "1234567890123456",
        "1-2-3-4-5-6-7-8-9-0-1-2-3-4-5-6",
        "a\u200bb",
    ),
    *(CODE, CODE.lower(), CODE[:17], CODE + "1", f"{CODE}|{CODE}", f"{CODE}；{CODE}", "911101051949123127"),
    *("11010519491231002X", "身份证110105194912310021", "110105491231002", "11010519491331002X", "12345678"),
    *("2024-07-31", "2024/07/31", "2024/07-31", "2024 07 31", "2024-07-31 (BC)", "infinity", "epoch", "长期"),
    *("2024-02-30", "1899-12-31", "9999-12-31", "2100-01-01", "20240731", "2024-7-1", "02024-07-31"),
    *(
        "1",
        "1.50",
        "1.",
        ".5",
        "-0",
        "-1",
        "-1.5",
        "+3",
        "007",
        "1e3",
        "1_000",
        "1,000",
        "0.1234567",
        "5万元",
    ),
)


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(st.lists(st.sampled_from(NASTY), min_size=6, max_size=6), min_size=1, max_size=30))
def test_rows_that_one_look_spares_come_out_as_if_worked_through(
    tmp_path_factory: pytest.TempPathFactory, engine: Engine, rows: list[list[str]]
) -> None:
    header = [
        "名称",
        "统一社会信用代码",
        "行政相对人代码_2(工商注册号)",
        "处罚决定日期",
        "处罚金额（元）",
        "备注",
    ]
    quoted = [header, *([f'"{cell}"' for cell in row] for row in rows)]
    staged = stage(text_file(tmp_path_factory.mktemp("look") / "a.csv", quoted), engine)
    spared, worked = (
        engine.run(staged.folder, [], [normalise.normalised_sql(staged, ITEM, spared=how)])[0]
        for how in (True, False)
    )
    assert spared == worked
