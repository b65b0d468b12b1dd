"""The tables subjects, subject_names, subject_codes and subject_reviews: entering."""

from __future__ import annotations

from array import array
from typing import Final
from uuid import UUID

import pyarrow as pa

from xinheng.core.times import Known
from xinheng.ground.store.transaction import Params, Transaction

# Up to here candidates travel as parameters. Beyond, they go through a temporary table: it costs a few
# milliseconds and some catalogue rows, too much for a single row, nothing for a file.
FEW: Final = 500
STAGED: Final = "subjects_entering"

# Below this many new rows the index may keep its own pace.
BULK: Final = 10_000


class Asked:
    """Candidates as a relation `c(ordinal, code, folded, first)` that SQL can join."""

    def __init__(self, tx: Transaction, pairs: pa.Table) -> None:
        wanted = pairs.select(["ordinal", "code", "folded", "first"])
        if len(wanted) <= FEW:
            self.relation = (
                "unnest(%(a_ordinal)s::integer[], %(a_code)s::text[], %(a_folded)s::text[],"
                " %(a_first)s::boolean[]) as c(ordinal, code, folded, first)"
            )
            self.params: Params = {f"a_{name}": wanted[name].to_pylist() for name in wanted.column_names}
            return
        tx.execute(f"drop table if exists {STAGED}")
        tx.execute(
            f"create temporary table {STAGED} (ordinal integer, code text, folded text, first boolean)"
            " on commit drop"
        )
        tx.load(STAGED, wanted)
        tx.execute(f"analyze {STAGED}")
        self.relation = f"{STAGED} as c"
        self.params = {}


def held(tx: Transaction, asked: Asked) -> tuple[pa.Array, pa.Array]:
    """Which codes the register has: (ordinals int32, subjects binary 16), by ordinal; aliases count.

    One row with two long byte strings instead of a million rows: fifty times less memory in between.
    """
    rows = tx.fetch(
        f"""
        select string_agg(int4send(ordinal), ''::bytea order by ordinal),
               string_agg(uuid_send(subject), ''::bytea order by ordinal)
        from (
            select c.ordinal, s.subject from {asked.relation} join subjects s using (code) where c.first
            union all
            select c.ordinal, k.subject from {asked.relation} join subject_codes k using (code) where c.first
        ) as found
        """,
        asked.params,
    )
    ordinals, subjects = rows[0]
    numbers = array("i", ordinals or b"")
    numbers.byteswap()  # int4send is big-endian
    ids = pa.Array.from_buffers(pa.binary(16), len(numbers), [None, pa.py_buffer(subjects or b"")])
    return pa.array(numbers, pa.int32()), ids


def load_subjects(tx: Transaction, rows: pa.RecordBatchReader, count: int) -> None:
    """New organisations. UniqueClash (subjects_code_key) where another writer entered one of them first.

    The index over grams takes new entries into a list and works it in when the list is full, at its usual
    length: longer lists gain nothing and swell the index, now that the frequent grams stay out of it. At the
    end the list is emptied, because every search would have to read through it, and the column's statistics
    are taken, because search asks them which grams are too frequent to be of use.
    """
    if count < BULK:
        tx.load("subjects", rows)
        return
    tx.execute("set local work_mem = '64MB'")
    tx.load("subjects", rows)
    tx.execute("set local work_mem = default")
    tx.fetch("select gin_clean_pending_list('subjects_grams')")
    tx.execute("analyze subjects (grams)")


def differing(tx: Transaction, asked: Asked) -> list[tuple[int, UUID]]:
    """(ordinal, subject) where a code comes with another name than the one shown, whoever entered first."""
    return [
        (ordinal, subject)
        for ordinal, subject in tx.fetch(
            f"""
            select c.ordinal, s.subject from {asked.relation} join subjects s using (code)
            where s.folded <> c.folded
            union all
            select c.ordinal, s.subject from {asked.relation} join subject_codes k using (code)
            join subjects s on s.subject = k.subject where s.folded <> c.folded
            order by 1
            """,
            asked.params,
        )
    ]


SEEN_COLUMNS: Final = (
    "select unnest(%(subjects)s::uuid[]) as subject, unnest(%(folded)s::text[]) as folded,"
    " unnest(%(names)s::text[]) as name, unnest(%(reviews)s::uuid[]) as review,"
    " unnest(%(codes)s::text[]) as code"
)


def add_seen(
    tx: Transaction,
    seen: list[tuple[UUID, str, str, UUID, str]],
    known: Known,
    source: UUID | None,
) -> list[UUID]:
    """Names not met before under these codes, each with its review; the subjects that gained one.

    `seen`: (subject, folded name, name, review, the code it came under). Names that were decided on stay
    decided.
    """
    subjects, folded, names, reviews, codes = zip(*seen, strict=True)
    rows = tx.fetch(
        f"""
        with told as ({SEEN_COLUMNS}),
        added as (
            insert into subject_names (subject, folded, name, state, since, source, code)
            select t.subject, t.folded, t.name, 'seen', %(known)s, %(source)s, nullif(t.code, s.code)
            from told t join subjects s using (subject)
            on conflict (subject, folded) do nothing
            returning subject, folded
        ),
        opened as (
            insert into subject_reviews (review, kind, code, name, other_name, opened, source)
            select told.review, 'one_code_two_names', s.code, told.name, s.name, %(known)s, %(source)s
            from added join told using (subject, folded) join subjects s using (subject)
            on conflict do nothing
        )
        select distinct subject from added order by subject
        """,
        {
            "subjects": list(subjects),
            "folded": list(folded),
            "names": list(names),
            "reviews": list(reviews),
            "codes": list(codes),
            "known": known.at,
            "source": source,
        },
    )
    return [subject for (subject,) in rows]


Bearer = tuple[int, UUID, str, str]
"""Ordinal of the candidate whose name it is; subject, code and name of who bears it under another code."""


def bearers(tx: Transaction, asked: Asked) -> list[Bearer]:
    """The oldest bearer of each candidate's name that the register shows under another code."""
    found = f"""
        select distinct on (c.ordinal) c.ordinal, o.subject, o.code, o.name
        from {asked.relation} join subjects o
             on hashtextextended(o.folded, 0) = hashtextextended(c.folded, 0) and o.folded = c.folded
        where c.first and o.code <> c.code order by c.ordinal, o.subject
        """
    return [(ordinal, subject, code, name) for ordinal, subject, code, name in tx.fetch(found, asked.params)]


def former_bearers(tx: Transaction, asked: Asked) -> list[Bearer]:
    """The same for names that are not the ones shown and not wrong."""
    found = f"""
        select distinct on (c.ordinal) c.ordinal, m.subject, o.code, m.name
        from {asked.relation} join subject_names m
             on hashtextextended(m.folded, 0) = hashtextextended(c.folded, 0) and m.folded = c.folded
        join subjects o on o.subject = m.subject
        where c.first and o.code <> c.code and m.state <> 'wrong' order by c.ordinal, m.subject
        """
    return [(ordinal, subject, code, name) for ordinal, subject, code, name in tx.fetch(found, asked.params)]


def open_reviews(
    tx: Transaction,
    doubles: list[tuple[str, str, str, str]],
    reviews: list[UUID],
    known: Known,
    source: UUID | None,
) -> None:
    """Reviews of one name under two codes; `doubles`: (code, name, other code, other name)."""
    codes, names, other_codes, other_names = zip(*doubles, strict=True)
    tx.execute(
        """
        insert into subject_reviews (review, kind, code, name, other_code, other_name, opened, source)
        select told.*, %(known)s, %(source)s from (
            select unnest(%(reviews)s::uuid[]), 'one_name_two_codes', unnest(%(codes)s::text[]),
                   unnest(%(names)s::text[]), unnest(%(other_codes)s::text[]), unnest(%(other_names)s::text[])
        ) as told
        on conflict do nothing
        """,
        {
            "reviews": reviews,
            "codes": list(codes),
            "names": list(names),
            "other_codes": list(other_codes),
            "other_names": list(other_names),
            "known": known.at,
            "source": source,
        },
    )


def findable_names(tx: Transaction, subjects: list[UUID]) -> list[tuple[UUID, str, str | None]]:
    """(subject, folded shown name, others one a line), locked in a fixed order against a deadlock."""
    tx.fetch(
        "select 1 from subjects where subject = any(%(subjects)s::uuid[]) order by subject for update",
        {"subjects": subjects},
    )
    return [
        (subject, folded, former)
        for subject, folded, former in tx.fetch(
            """
            select s.subject, s.folded,
                   (select string_agg(m.folded, E'\\n' order by m.since, m.folded)
                    from subject_names m where m.subject = s.subject and m.state <> 'wrong')
            from subjects s where s.subject = any(%(subjects)s::uuid[])
            """,
            {"subjects": subjects},
        )
    ]


def set_findable(tx: Transaction, findable: list[tuple[UUID, str | None, str]]) -> None:
    """By which names subjects are found: (subject, other folded names, grams as an array's text)."""
    subjects, former, grams = zip(*findable, strict=True)
    tx.execute(
        """
        update subjects s set former = told.former, grams = told.grams::integer[]
        from (
            select unnest(%(subjects)s::uuid[]) as subject, unnest(%(former)s::text[]) as former,
                   unnest(%(grams)s::text[]) as grams
        ) as told
        where s.subject = told.subject
        """,
        {"subjects": list(subjects), "former": list(former), "grams": list(grams)},
    )
