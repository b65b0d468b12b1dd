"""Invented organisations: codes that hold, names that nobody bears."""

from __future__ import annotations

import pyarrow as pa

from xinheng.core.uscc import check_character, organisation_check


def code(number: int, prefix: str = "91") -> str:
    """A valid unified code of the division 429021 for each number below a million."""
    organisation = f"MA{number:06d}"
    first = f"{prefix}429021{organisation}{organisation_check(organisation)}"
    return first + check_character(first)


def candidates(*rows: tuple[str, str]) -> pa.Table:
    """Candidates (code, name) without representatives."""
    return pa.table({"code": [c for c, _ in rows], "name": [n for _, n in rows]})


BRANDS = ["青禾", "远澜", "穆木", "拓川", "瑞岚", "博屿", "启澄", "云杪", "嘉岑", "金沅"]
TRADES = ["商贸", "科技", "物流", "餐饮", "建材", "农业", "装饰", "机械"]


def many(count: int, first: int = 0) -> pa.Table:
    """`count` distinct organisations with distinct names."""
    numbers = range(first, first + count)
    return pa.table(
        {
            "code": [code(n) for n in numbers],
            "name": [f"衡川{BRANDS[n % 10]}{n}{TRADES[n // 10 % 8]}有限公司" for n in numbers],
        }
    )
