"""Invented penalty sheets of any length, the same for the same arguments: 30 fields, as agencies fill them.

Two rows in a hundred have a wrong code, one an impossible date, five in a thousand are about a person.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import duckdb

from xinheng.core.uscc import check_character, organisation_check

AUTHORITY = "清河市市场监督管理局"
DIVISION = "430100"

# code, SQL over i (row) and the columns `name`, `code` of its organisation
_FIELDS = (
    ("CF_XDR_MC", "CASE WHEN i % 200 = 7 THEN '张三' ELSE name END"),
    ("CF_XDR_LB", "CASE WHEN i % 200 = 7 THEN '自然人' ELSE '法人及非法人组织' END"),
    (
        "CF_XDR_SHXYM",
        "CASE WHEN i % 200 = 7 THEN '' WHEN i % 50 = 11 THEN substr(code, 1, 17) ELSE code END",
    ),
    ("CF_XDR_GSZC", "''"),
    ("CF_XDR_ZZJG", "substr(code, 9, 9)"),
    ("CF_XDR_SWDJ", "''"),
    ("CF_XDR_SYDW", "''"),
    ("CF_XDR_SHZZ", "''"),
    ("CF_FRDB", "CASE WHEN i % 200 = 7 THEN '' ELSE '李四' END"),
    ("CF_FR_ZJLX", "CASE WHEN i % 200 = 7 THEN '' ELSE '身份证' END"),
    ("CF_FR_ZJHM", "''"),
    ("CF_XDR_ZJLX", "''"),
    ("CF_XDR_ZJHM", "''"),
    ("CF_WSH", "'清市监处罚〔' || year(day) || '〕' || i || '号'"),
    ("CF_WFXW", "'违反广告管理规定'"),
    (
        "CF_SY",
        "'经查，当事人于' || year(day) || '年在其经营场所发布含有虚假内容的广告，编号' || i || '，情节一般'",
    ),
    ("CF_YJ", "'《中华人民共和国广告法》第五十五条第一款'"),
    ("CF_CFLB", "'罚款'"),
    ("CF_NR", "'罚款' || (1000 + i % 90000) || '元。'"),
    ("CF_NR_FK", "CAST(CAST(1000 + i % 90000 AS DECIMAL(18, 6)) * 0.0001 AS DECIMAL(18, 6))"),
    ("CF_NR_WFFF", "''"),
    ("CF_NR_ZKDX", "''"),
    ("CF_JDRQ", "CASE WHEN i % 100 = 13 THEN '2024-13-01' ELSE strftime(day, '%Y-%m-%d') END"),
    ("CF_YXQ", "'2099/12/31'"),
    ("CF_GSJZQ", "strftime(day + 365, '%Y/%m/%d')"),
    ("CF_CFJG", f"'{AUTHORITY}'"),
    ("CF_CFJGDM", "'{authority_code}'"),
    ("CF_SJLY", f"'{AUTHORITY}'"),
    ("CF_SJLYDM", "'{authority_code}'"),
    ("BZ", "CASE WHEN i % 10 = 0 THEN '已缴清' ELSE '' END"),
)


def unified_code(number: int, head: str = "91" + DIVISION) -> str:
    """A valid unified code for a running number below 10⁸."""
    body = f"{number:08d}"
    first = head + body + organisation_check(body)
    return first + check_character(first)


def authority_code() -> str:
    """The invented authority's code."""
    return unified_code(1, "11" + DIVISION)


def penalties(target: Path, rows: int, organisations: int, first: int = 0) -> None:
    """Write a UTF-8 CSV of `rows` decisions on `organisations` organisations, under the standard's codes.

    `first`: the running number of the first decision, so that a second sheet does not repeat the first.
    """
    sheet(target, dict(_FIELDS), (rows, organisations), first)


def sheet(target: Path, columns: Mapping[str, str], size: tuple[int, int], first: int = 0) -> None:
    """Write a CSV of columns given as SQL over `i`, `day`, and `name`, `code` of the row's organisation."""
    rows, organisations = size
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "organisations.csv"
        with listed.open("w", encoding="utf-8") as text:
            for number in range(organisations):
                text.write(f"{number},{unified_code(number)},清河第{number}号商贸有限公司\n")
        fields = ", ".join(f"{sql} AS {code}" for code, sql in columns.items()).replace(
            "{authority_code}", authority_code()
        )
        # a million decisions are spread over organisations by a step that shares no factor with their number
        source = (
            f"SELECT i, code, name, DATE '2021-08-01' + CAST(i % 1800 AS INTEGER) AS day "
            f"FROM range({first}, {first + rows}) r(i) JOIN read_csv('{listed}', header=false, "
            f"columns={{'n': 'BIGINT', 'code': 'VARCHAR', 'name': 'VARCHAR'}}) "
            f"ON n = (i * 7919) % {organisations}"
        )
        with duckdb.connect() as engine:
            engine.execute(
                f"COPY (SELECT {fields} FROM ({source}) ORDER BY i) TO '{target}' (FORMAT csv, header)"
            )
