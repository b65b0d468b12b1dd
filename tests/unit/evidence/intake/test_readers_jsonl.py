"""JSON lines: literals kept, numbers told from texts, what is no row of a table goes back with a reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.evidence.intake.hostile.samples import HEADER, ROW, normalised, scanned, stage

from xinheng.evidence.intake.model_refusals import NoHeaderError, NotATableError
from xinheng.ground.engine import Engine

GOOD = json.dumps(dict(zip(HEADER, ROW, strict=True)), ensure_ascii=False)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(400, 2) as warm:
        yield warm


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_lines_keep_their_numbers_and_blank_ones_are_no_rows(tmp_path: Path, engine: Engine) -> None:
    staged = stage(written(tmp_path / "a.jsonl", GOOD, "", GOOD), engine)
    assert scanned(staged, engine, "line, c0") == [(1, ROW[0]), (3, ROW[0])]
    assert staged.header_line == 0


def test_numbers_keep_the_literal_that_was_written(tmp_path: Path, engine: Engine) -> None:
    long = "9" * 300
    start = '{"名称": "甲公司", "统一社会信用代码": 913301001234567890,'
    text = f'{start} "罚款金额（万元）": {long}, "备注": 1.10}}'
    staged = stage(written(tmp_path / "a.jsonl", text), engine)
    assert scanned(staged, engine, "c1, c2, c3, numeric") == [("913301001234567890", long, "1.10", ",1,2,3,")]
    assert normalised(staged, engine, "CF_NR_FK, numeric_fields") == [(long, ",CF_XDR_SHXYM,")]


def test_names_that_only_later_lines_have_are_columns_too(tmp_path: Path, engine: Engine) -> None:
    later = '{"备注": "有", "名称": "乙公司"}'
    staged = stage(written(tmp_path / "a.jsonl", GOOD, later), engine)
    assert staged.columns_json()["备注"] == "BZ"
    assert normalised(staged, engine, "CF_XDR_MC, BZ") == [(ROW[0], None), ("乙公司", "有")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"名称": ["甲"]}', "嵌套"),
        ('{"名称": {"a": 1}}', "嵌套"),
        ('{"名称": "甲", "名称": "乙"}', "两次"),
        ('{"名称": "甲"', "JSON"),
        ("[1, 2]", "JSON"),
        ('"名称"', "JSON"),
        ("[" * 100_000, "太深"),
        ('{"名称": "\\ud800"}', "代理"),
    ],
)
def test_what_is_no_row_is_returned_with_its_reason(
    tmp_path: Path, engine: Engine, line: str, reason: str
) -> None:
    rows = scanned(stage(written(tmp_path / "a.jsonl", GOOD, line, GOOD), engine), engine, "line, fault")
    assert [row[0] for row in rows] == [1, 2, 3]
    assert reason in rows[1][1]
    assert rows[0][1] is rows[2][1] is None


def test_a_nul_inside_a_text_is_flagged_and_taken_out(tmp_path: Path, engine: Engine) -> None:
    staged = stage(written(tmp_path / "a.jsonl", GOOD.replace("示例", "示\\u0000例")), engine)
    assert normalised(staged, engine, "CF_XDR_MC, nul_fields") == [("示例商贸有限公司", ",CF_XDR_MC,")]


def test_names_the_item_does_not_know_are_no_submission(tmp_path: Path, engine: Engine) -> None:
    with pytest.raises(NoHeaderError):
        stage(written(tmp_path / "a.jsonl", '{"a": 1, "b": 2}'), engine)


def test_identity_values_are_counted_and_never_written(tmp_path: Path, engine: Engine) -> None:
    number = "110105194912310023"
    staged = stage(written(tmp_path / "a.jsonl", GOOD[:-1] + f', "证件号码": "{number}"}}'), engine)
    assert scanned(staged, engine, "dropped") == [(1,)]
    assert number.encode() not in staged.data.read_bytes()


@pytest.mark.parametrize(
    ("line", "told"), [('{"名称":' * 50_000, "太深"), ("{}", "没有内容"), ('{"名称"', "不是一个完整")]
)
def test_a_file_of_no_objects_is_told_what_it_is(
    tmp_path: Path, engine: Engine, line: str, told: str
) -> None:
    with pytest.raises(NotATableError, match=told):
        stage(written(tmp_path / "a.jsonl", line), engine)
