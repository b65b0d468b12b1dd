"""By what an organisation is recognised in a list from elsewhere: its codes and its names, many at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

import pyarrow as pa

from xinheng.evidence.subjects.folding import fold
from xinheng.ground.store.transaction import Transaction


@dataclass(frozen=True)
class Identity:
    """The codes it bears or bore, its names as they are compared, and the name that is shown."""

    name: str
    codes: frozenset[str]
    folded: frozenset[str]


def of(tx: Transaction, subjects: Collection[UUID]) -> dict[UUID, Identity]:
    """Identities of these organisations; what is not there is left out."""
    rows = tx.fetch(
        """select s.subject, s.name,
                  array(select s.code union all select k.code from subject_codes k
                        where k.subject = s.subject),
                  array(select s.folded union all select n.folded from subject_names n
                        where n.subject = s.subject)
           from subjects s where s.subject = any(%(subjects)s::uuid[])""",
        {"subjects": list(subjects)},
    )
    return {s: Identity(name, frozenset(codes), frozenset(folded)) for s, name, codes, folded in rows}


def bearing(tx: Transaction, codes: Collection[str], names: Collection[str]) -> set[UUID]:
    """Organisations that bear or bore one of these codes or (folded) names."""
    rows = tx.fetch(
        """select subject from subjects where code = any(%(codes)s::text[])
           union select subject from subject_codes where code = any(%(codes)s::text[])
           union select s.subject from unnest(%(names)s::text[]) as a (name)
                 join subjects s on hashtextextended(s.folded, 0) = hashtextextended(a.name, 0)
                                and s.folded = a.name
           union select n.subject from unnest(%(names)s::text[]) as a (name)
                 join subject_names n on hashtextextended(n.folded, 0) = hashtextextended(a.name, 0)
                                     and n.folded = a.name""",
        {"codes": list(codes), "names": list(names)},
    )
    return {row[0] for row in rows}


def folded(names: Sequence[str]) -> list[str]:
    """Names as they are compared."""
    texts: list[str] = fold(pa.array(list(names), pa.string())).to_pylist()
    return texts
