"""Document numbers (决定书文号) as keys: one number however it was typed.

Brackets come as 〔〕（）()[]【】, widths and blanks vary (石市监处罚〔2022〕120 号), dashes too. The record
keeps its own spelling; only the key is normalised.
"""

from __future__ import annotations

from xinheng.core.cells import compact, compact_sql, sql_text

_FROM = "()[]{}<>【】〖〗〈〉《》「」﹙﹚﹝﹞⟨⟩❲❳" + "–—―−‐‑‒" + "abcdefghijklmnopqrstuvwxyz"
_TO = "〔〕" * 13 + "-" * 7 + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MAP = str.maketrans(_FROM, _TO)
# Digits, capitals, Chinese and 〔〕 alone need no work: most numbers are already so.
_PLAIN = "[0-9A-Z\\x{4E00}-\\x{9FFF}〔〕-]*"


def normalise(number: str) -> str:
    """The number as a key: no blanks, narrow digits, capitals, 〔〕 for every bracket, - for every dash."""
    return compact(number).translate(_MAP)


def normalise_sql(column: str) -> str:
    """`normalise` as SQL."""
    call = f"translate({compact_sql(column)}, {sql_text(_FROM)}, {sql_text(_TO)})"
    return f"CASE WHEN regexp_full_match({column}, '{_PLAIN}') THEN {column} ELSE {call} END"
