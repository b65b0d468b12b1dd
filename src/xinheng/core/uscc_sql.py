"""The verdict on unified codes as DuckDB SQL: one expression for a column, nothing to install.

`verdict_sql` costs about a second for a million codes on one thread. The list of divisions travels as a
bit string behind an offset table (a list of seven thousand literals in an IN costs twenty times as much).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from xinheng.core.authorities import AUTHORITIES
from xinheng.core.cells import compact_sql
from xinheng.core.divisions import ENDINGS

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS: Final = tuple(pow(3, i, 31) for i in range(17))
ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
# The remainder 0 asks for 11 − 0 = 11 → "0", 1 for 10 → "X", r for 11 − r.
_ORGANISATION_CHECKS: Final = "0X987654321"
LOOKALIKES_FROM: Final = "OIZS"
LOOKALIKES_TO: Final = "0125"

_ALNUM: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FIRST_PREFIX, _LAST_PREFIX = 1100, 8399


def normalise_sql(column: str) -> str:
    """`uscc.normalise` as SQL."""
    return (
        f"CASE WHEN regexp_full_match({column}, '[0-9A-Z]*') THEN {column} "
        f"ELSE {_upper(compact_sql(column))} END"
    )


def _upper(column: str) -> str:
    # upper() raises letters of all scripts; the code knows 26.
    return f"translate({column}, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')"


def verdict_sql(column: str, *, normalised: bool = False) -> str:
    """`uscc.judge(…).verdict` as SQL; NULL for NULL. `normalised`: the column is `normalise_sql`'s."""
    if normalised:
        return _verdict(column)
    # A code typed as it should be takes the short way; only the others are bound to a name first.
    return (
        f"CASE WHEN regexp_full_match({column}, '[0-9A-Z]*') THEN {_verdict(column)} "
        f"ELSE list_transform([{normalise_sql(column)}], lambda code: {_verdict('code')})[1] END"
    )


def suggestion_sql(column: str) -> str:
    """`uscc.judge(…).suggestion` as SQL: NULL where there is none. Only wrong alphabets are looked at."""
    read = f"translate({normalise_sql(column)}, '{LOOKALIKES_FROM}', '{LOOKALIKES_TO}')"
    return (
        f"CASE WHEN {verdict_sql(column)} = 'wrong_alphabet' THEN list_transform([{read}], "
        f"lambda code: CASE WHEN {_verdict('code')} = 'valid' THEN code END)[1] END"
    )


def warning_sql(column: str, warning: str) -> str:
    """Whether a *valid or implausible, normalised* code carries this warning (a `CodeWarning`).

    Raises KeyError for a name that is no warning.
    """
    return {
        "organisation_part": f"NOT {_organisation_holds(column)}",
        "division": f"NOT {division_listed_sql(f'substr({column}, 3, 6)')}",
        "category": f"NOT {_category_known(column)}",
    }[warning]


def _verdict(c: str) -> str:
    authorities = ", ".join(f"'{a}'" for a in AUTHORITIES)
    return (
        f"CASE WHEN {c} IS NULL THEN NULL WHEN length({c}) <> 18 THEN 'wrong_length' "
        f"WHEN NOT regexp_full_match({c}, '[{ALPHABET}]*') THEN 'wrong_alphabet' "
        f"WHEN substr({c}, 1, 1) NOT IN ({authorities}) THEN 'unknown_authority' "
        f"WHEN NOT {_check_holds(c)} THEN 'wrong_check' WHEN NOT {_organisation_holds(c)} "
        f"AND NOT {division_listed_sql(f'substr({c}, 3, 6)')} THEN 'implausible' ELSE 'valid' END"
    )


def digits_hold_sql(c: str) -> str:
    """Whether a code of digits, the last of which may be X, is right in authority and both checks (division
    left aside). A third of the terms that any code takes: this one is planned wherever text is masked."""
    total = inner_product_sql(f"substr({c}, 1, 17)", WEIGHTS)
    last = f"(strpos('{ALPHABET}', substr({c}, 18, 1)) - 1)"
    organisation = inner_product_sql(f"substr({c}, 9, 8)", ORGANISATION_WEIGHTS)
    return (
        f"(contains('{''.join(AUTHORITIES)}', substr({c}, 1, 1)) AND {last} = (31 - {total} % 31) % 31 "
        f"AND substr({c}, 17, 1) = substr('{_ORGANISATION_CHECKS}', {organisation} % 11 + 1, 1))"
    )


def inner_product_sql(digits: str, weights: Sequence[int]) -> str:
    """The sum of a text's digits times their weights; an error of the engine where it has another length."""
    listed = f"CAST(string_split({digits}, '') AS double[])"
    return f"CAST(list_inner_product({listed}, '[{', '.join(map(str, weights))}]'::double[]) AS bigint)"


def suspect_in_postgres(c: str) -> str:
    """PostgreSQL: codes of which `uscc.judge` may not say valid. Holds `%`: double it for parameters.

    Wider than the verdict: a failing organisation part alone only warns. Few are left to judge.
    """
    shape = f"{c} ~ '^[{''.join(AUTHORITIES)}][{ALPHABET}]{{17}}$'"
    # cased, because AND promises no order and a short code has no characters to look up
    holds = f"{_check_holds(c)} AND {_organisation_holds(c).replace('bigint', 'integer')}"
    return f"(CASE WHEN {shape} THEN NOT ({holds}) ELSE true END)"


def with_checks_sql(relation: str, column: str, holds: str) -> str:
    """`relation` with a column `holds`: whether a normalised code is right in alphabet, authority and both
    checks (division left aside), and so valid; true or false.

    `verdict_sql` takes a code apart character by character, which a million of them feel. Here eight of its
    characters are one number, whose bytes become their values all at once.
    """
    shape = f"[{''.join(AUTHORITIES)}][{ALPHABET}]{{17}}"
    words = (f"CAST(CAST(encode(substr(code_text, {start}, 8)) AS BIT) AS UBIGINT)" for start in (1, 9))
    first, second = words
    total = " + ".join(
        [*_bytes_times("code_first", WEIGHTS[:8]), *_bytes_times("code_second", WEIGHTS[8:16])]
    )
    total = f"(CAST({total} AS bigint) + {_value('code_text', 17, ALPHABET)} * {WEIGHTS[16]})"
    organisation = " + ".join(_bytes_times("code_body", ORGANISATION_WEIGHTS))
    held = (
        f"{_value('code_text', 18, ALPHABET)} = (31 - {total} % 31) % 31 AND substr(code_text, 17, 1) "
        f"= substr('{_ORGANISATION_CHECKS}', CAST({organisation} AS bigint) % 11 + 1, 1)"
    )
    return (
        f"SELECT * EXCLUDE (code_text, code_first, code_second, code_body), "  # noqa: S608 - our own names
        f"coalesce({held}, false) AS {holds} "
        f"FROM (SELECT * REPLACE ({_letters_apart('code_first')} AS code_first, "
        f"{_letters_apart('code_second')} AS code_second), {_digits_and_letters('code_second')} AS code_body "
        f"FROM (SELECT *, {first} AS code_first, {second} AS code_second "
        f"FROM (SELECT *, CASE WHEN regexp_full_match({column}, '{shape}') THEN {column} END AS code_text "
        f"FROM ({relation}))))"
    )


_ONES: Final = 0x0101010101010101  # one in each byte


def _from_on(word: str, character: str) -> str:
    """One in each byte of a word of eight characters that is not below `character`, else zero."""
    return f"((({word} + {_ONES * (128 - ord(character))}::ubigint) >> 7::ubigint) & {_ONES}::ubigint)"


def _digits_and_letters(word: str) -> str:
    """The bytes of a word as values of `_ALNUM`."""
    gap = ord("A") - ord("9") - 1
    return f"({word} - {_ONES * ord('0')}::ubigint - {_from_on(word, 'A')} * {gap}::ubigint)"


def _letters_apart(word: str) -> str:
    """The bytes of a word as values of `ALPHABET`, which leaves letters out: one less after each."""
    out = [c for c in _ALNUM if c not in ALPHABET and c < ALPHABET[-1]]
    return " - ".join([_digits_and_letters(word), *(_from_on(word, c) for c in out)])


def _bytes_times(word: str, weights: tuple[int, ...]) -> list[str]:
    """The products of a word's bytes, the first being the highest, and their weights; sums of four.

    Two numbers of sixteen bits times two, crosswise: the middle of the product is the sum of two products.
    """
    sums = []
    for start, half in ((0, f"({word} >> 32::ubigint)"), (4, f"({word} & 4294967295::ubigint)")):
        w = weights[start : start + 4]
        upper = f"(({half} >> 8::ubigint) & 16711935::ubigint) * {w[2] << 16 | w[0]}::ubigint"
        lower = f"({half} & 16711935::ubigint) * {w[3] << 16 | w[1]}::ubigint"
        sums.append(f"((({upper} + {lower}) >> 16::ubigint) & 65535::ubigint)")
    return sums


def _check_holds(c: str) -> str:
    return f"({_value(c, 18, ALPHABET)} = (31 - ({_sum(c, 1, WEIGHTS, ALPHABET)}) % 31) % 31)"


def _value(column: str, position: int, alphabet: str) -> str:
    return f"(strpos('{alphabet}', substr({column}, {position}, 1)) - 1)"


def _sum(column: str, start: int, weights: tuple[int, ...], alphabet: str) -> str:
    return " + ".join(f"{_value(column, start + i, alphabet)} * {w}" for i, w in enumerate(weights))


def _organisation_holds(c: str) -> str:
    left = f"({_sum(c, 9, ORGANISATION_WEIGHTS, _ALNUM)}) % 11"
    return f"(substr({c}, 17, 1) = substr('{_ORGANISATION_CHECKS}', CAST({left} + 1 AS bigint), 1))"


def _category_known(c: str) -> str:
    known = ", ".join(f"'{a}{d}'" for a, one in AUTHORITIES.items() for d in one.categories)
    return f"(substr({c}, 1, 2) IN ({known}))"


@cache
def _listed() -> tuple[str, str]:
    """A bit for every ending of every listed prefix, and where each prefix's hundred bits begin.

    One literal cast to a list, not a list of literals: seven thousand of those cost 0.1 s to plan.
    """
    prefixes = sorted(ENDINGS)
    bits = "".join("".join("01"[f"{e:02}" in ENDINGS[p]] for e in range(100)) for p in prefixes)
    nowhere = len(prefixes)  # a block of zeros behind the last
    place = {int(p): i for i, p in enumerate(prefixes)}
    return bits, ",".join(str(place.get(p, nowhere)) for p in range(_FIRST_PREFIX, _LAST_PREFIX + 1))


def division_listed_sql(division: str) -> str:
    """Whether a six-character division code was ever listed, as SQL; NULL for NULL, false for others."""
    bits, offsets = _listed()
    block = f"('[{offsets}]'::integer[])[CAST(substr({division}, 1, 4) AS integer) - {_FIRST_PREFIX - 1}]"
    index = f"CAST({block} * 100 + CAST(substr({division}, 5, 2) AS integer) AS integer)"
    return (
        f"CASE WHEN regexp_full_match({division}, '(1[1-9]|[2-7][0-9]|8[0-3])[0-9]{{4}}') "
        f"THEN get_bit('{bits}{'0' * 100}'::bit, {index}) = 1 ELSE {division} IS NULL AND NULL END"
    )
