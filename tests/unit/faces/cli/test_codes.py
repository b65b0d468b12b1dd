"""`xinheng codes check`: one answer for each line, whatever the line."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.core.uscc import check_character, judge, organisation_check
from xinheng.faces.cli.codes import CHUNK, answer, readable

ROOT = Path(__file__).resolve().parents[4]
ENVIRONMENT = dict(os.environ) | {"PYTHONPATH": str(ROOT / "src")}


def made(serial: str = "MA000000") -> str:
    """A valid code, invented."""
    first = "91110000" + serial + organisation_check(serial)
    return first + check_character(first)


def ask(raw: bytes) -> list[list[str]]:
    target = io.BytesIO()
    answer(io.BytesIO(raw), target)
    header, *rows = csv.reader(io.StringIO(target.getvalue().decode(), newline=""))
    assert header == ["code", "verdict", "reason", "suggestion"]
    return rows


def test_a_valid_code_and_a_wrong_one_are_told_apart():
    code = made()
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert ask(f"{code}\n{wrong}\n".encode()) == [
        [code, "valid", "", ""],
        [wrong, "wrong_check", "第18位校验码不正确", ""],
    ]


def test_a_reading_that_makes_it_valid_is_suggested():
    code = made()
    typed = code.replace("0", "O", 1)
    assert ask(typed.encode())[0][1:] == ["wrong_alphabet", judge(typed).reason, code]


def test_what_is_odd_about_a_valid_code_is_said():
    first = "91999999" + "MA000000" + organisation_check("MA000000")
    ((_, verdict, reason, _),) = ask((first + check_character(first)).encode())
    assert verdict == "valid"
    assert reason.startswith("提示：")


@pytest.mark.parametrize(
    ("raw", "lines"), [(b"", 0), (b"\n", 1), (b"a", 1), (b"a\n", 1), (b"a\n\nb", 3), (b"\n\n\n", 3)]
)
def test_every_line_is_answered_empty_ones_too(raw, lines):
    assert len(ask(raw)) == lines


@given(st.lists(st.binary(max_size=60).map(lambda b: b.replace(b"\n", b"")), max_size=20))
def test_rubbish_is_answered_line_by_line(raws):
    rows = ask(b"".join(raw + b"\n" for raw in raws))
    assert len(rows) == len(raws)
    assert [row[1] for row in rows] == [judge(readable(raw)).verdict.value for raw in raws]


@given(st.lists(st.binary(max_size=60).map(lambda b: b.replace(b"\n", b"")), min_size=1, max_size=20))
def test_each_answer_is_one_line_of_text(raws):
    target = io.BytesIO()
    answer(io.BytesIO(b"".join(raw + b"\n" for raw in raws)), target)
    assert len(target.getvalue().decode().splitlines()) == len(raws) + 1


def test_lines_over_the_edge_of_a_chunk_stay_whole():
    code = made()
    count = 3 * CHUNK // len(code)
    rows = ask(f"{code}\n".encode() * count)
    assert len(rows) == count
    assert {tuple(row) for row in rows} == {(code, "valid", "", "")}


def test_a_line_without_end_is_one_line_and_keeps_no_memory():
    ((code, verdict, _, _),) = ask(b"9" * (5 * CHUNK))
    assert verdict == "wrong_length"
    assert len(code) <= 1_000


def test_a_code_is_read_in_the_encodings_that_occur():
    code = made()
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
    for raw in (
        code.encode(),
        b"\xef\xbb\xbf" + code.encode(),
        f"{code}\r".encode(),
        wide.encode("gb18030"),
        wide.encode(),
    ):
        assert ask(raw)[0][1] == "valid"


def test_an_answer_comes_as_soon_as_its_line_was_sent():
    process = subprocess.Popen(
        [sys.executable, "-m", "xinheng.faces.cli", "codes", "check"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT,
    )  # fmt: skip
    process.stdin.write(b"x\n")
    process.stdin.flush()
    assert process.stdout.readline() == b"code,verdict,reason,suggestion\n"
    assert process.stdout.readline().startswith(b"x,wrong_length,")
    process.stdin.close()
    assert process.stdout.read() == b""
    process.stdout.close()
    assert process.wait(20) == 0


def test_the_vectors_of_real_codes_come_out_as_expected(shared_data):
    with (shared_data / "uscc" / "uscc-vectors.csv").open(encoding="utf-8", newline="") as file:
        vectors = list(csv.DictReader(file))
    rows = ask("".join(f"{v['code']}\n" for v in vectors).encode())
    assert len(rows) == len(vectors)
    wrong = [
        (v["code"], row)
        for v, row in zip(vectors, rows, strict=True)
        if row[1] != v["verdict"] or row[3] != (v.get("suggestion") or "")
    ]
    assert wrong == []
