"""What makes two rows the same record, and what makes them say the same (decisions 4 and 8), as SQL.

Both are compared as HMACs under a key of the home, so that what an erased record leaves behind says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xinheng.core import documents
from xinheng.core.cells import compact_sql, name_sql, sql_text
from xinheng.core.encoding import delimited
from xinheng.evidence.ledger import sql as hashes
from xinheng.evidence.ledger.model import CLASSES
from xinheng.law.model import Item
from xinheng.law.roles import KEY, UNNUMBERED


@dataclass(frozen=True)
class MacBlocks:
    """The home's MAC key, XORed for the inner and the outer hash (RFC 2104), 64 bytes each."""

    inner: bytes
    outer: bytes

    def sql(self, message: str) -> str:
        """HMAC-SHA-256 of a BLOB expression, as a BLOB expression of 32 bytes."""
        return hashes.mac(message, hashes.blob(self.inner), hashes.blob(self.outer))


def key_text_sql(item: Item, keys: Sequence[tuple[str, str]] = ()) -> str:
    """The natural key, delimited, as BLOB: with the document number, or without one by date and content.

    `keys`: for codes that were corrected, the code that the keys of their organisation's records hold.
    """
    return _either(item, {role: _key_part(item, role, keys) for role in _roles(item)})


def spelled_sql(item: Item, keys: Sequence[tuple[str, str]] = ()) -> str:
    """The parts of the key as columns: for `spelled_key_sql`, which needs each of them twice."""
    parts = {role: _key_part(item, role, keys) for role in _roles(item)}
    for role in set(parts) - set(item.key or KEY):
        parts[role] = f"CASE WHEN NOT ({numbered_sql(item)}) THEN {parts[role]} END"
    return ", ".join(f"{said} AS key_{role}" for role, said in parts.items())


def spelled_key_sql(item: Item) -> str:
    """`key_text_sql` over rows that have the columns of `spelled_sql`."""
    return _either(item, {role: f"key_{role}" for role in _roles(item)})


def _roles(item: Item) -> list[str]:
    return sorted({*(item.key or KEY), *UNNUMBERED})


def _either(item: Item, parts: Mapping[str, str]) -> str:
    with_number = _delimited("xinheng/key/1", item, item.key or KEY, parts)
    without = _delimited("xinheng/key-unnumbered/1", item, UNNUMBERED, parts)
    return f"encode(CASE WHEN {numbered_sql(item)} THEN {with_number} ELSE {without} END)"


def complete_sql(item: Item) -> str:
    """Whether the row fills every field of its natural key: only then does the key find a row again."""
    rest = " AND ".join(f"{item.column(role)} IS NOT NULL" for role in UNNUMBERED if item.role(role))
    always = f"{item.column('authority')} IS NOT NULL AND {item.column('party_code')} IS NOT NULL"
    return f"({always} AND (({numbered_sql(item)}) OR ({rest})))"


def numbered_sql(item: Item) -> str:
    """Whether a row is known by what its item declares as key: with a number, or what stands for one there
    (a period, an account). Authority and party alone know none."""
    marks = [item.column(role) for role in item.key if role not in ("authority", "party_code")]
    if not item.key:
        return "false"
    return " AND ".join(f"{mark} IS NOT NULL" for mark in marks) or "true"


def _delimited(tag: str, item: Item, roles: tuple[str, ...], parts: Mapping[str, str]) -> str:
    pieces = [sql_text(delimited(tag, item.id).decode())]
    for role in roles:
        said = f"coalesce({parts[role]}, '')"
        pieces += [f"strlen({said})", "':'", said, "','"]
    return f"concat({', '.join(pieces)})"


def _key_part(item: Item, role: str, keys: Sequence[tuple[str, str]]) -> str:
    said = role_sql(item, role)
    return _first(said, keys) if role == "party_code" else said


def _first(column: str, keys: Sequence[tuple[str, str]]) -> str:
    """The code as keys hold it: another than the row's only where it was corrected."""
    if not keys:
        return column
    codes, firsts = (", ".join(sql_text(value) for value in side) for side in zip(*keys, strict=True))
    return f"coalesce(MAP([{codes}], [{firsts}])[{column}], {column})"


def role_sql(item: Item, role: str) -> str:
    """The field that plays `role`, in the spelling in which keys compare it."""
    column = item.column(role)
    if role == "document":
        return documents.normalise_sql(column)
    if role == "authority":
        named = name_sql(column)
        code = item.role("authority_code")
        return f'coalesce({named}, "{code}")' if code else named
    return compact_sql(column) if role == "content" else column


def payload_sql(item: Item, disclosure: str) -> str:
    """Canonical JSON of the row's fields of one disclosure class; NULL where the row says nothing in it."""
    codes = sorted(f.code for f in item.fields if f.disclosure.value == disclosure and not f.dropped)
    if not codes:
        return "CAST(NULL AS VARCHAR)"
    terms = ", ".join(f'\'"{code}":\' || to_json("{code}")' for code in codes)
    return f"'{{' || nullif(concat_ws(',', {terms}), '') || '}}'"


def digests_sql() -> str:
    """The digest of each of the three payloads, as columns `digest0`, `digest1`, `digest2`."""
    return ", ".join(f"{hashes.digest(c)} AS digest{i}" for i, c in enumerate(CLASSES))


def content_mac_sql(macs: MacBlocks) -> str:
    """What is compared of everything that a row says, over the columns of `digests_sql`."""
    return macs.sql(hashes.tagged("xinheng/content/1", [f"digest{i}" for i in range(len(CLASSES))]))
