"""The table frequent_grams: characters and pairs of names that the index leaves out."""

from __future__ import annotations

import pyarrow as pa

from xinheng.core.times import Known
from xinheng.evidence.subjects.search_sql import SMALL, STATISTICS, TOO_FREQUENT
from xinheng.ground.store.transaction import Transaction


def read(tx: Transaction) -> pa.Array:
    """The grams left out, int32."""
    return pa.array([gram for (gram,) in tx.fetch("select distinct gram from frequent_grams")], pa.int32())


def add(tx: Transaction, counted: pa.Table, looked_at: int, count: int, known: Known) -> None:
    """Leave out from now on what will be too frequent in the whole register; nothing while that is small.

    `counted`: as `folding.counted` has it, of the `looked_at` names drawn from `count` that are to enter.
    """
    tx.execute(
        f"""
        insert into frequent_grams (gram, since)
        select told.gram, %(known)s
        from unnest(%(grams)s::integer[], %(texts)s::bigint[]) as told(gram, texts)
        cross join (
            select greatest(reltuples, 0)::numeric as names from pg_class where oid = 'subjects'::regclass
        ) as held
        left join ({STATISTICS}) as common using (gram)
        where held.names + %(count)s >= {SMALL}
          and told.texts * (%(count)s::numeric / %(looked_at)s)
              + coalesce(common.share, 0)::numeric * held.names
              > {TOO_FREQUENT} * (held.names + %(count)s)
          and told.gram not in (select gram from frequent_grams)
        """,  # noqa: S608 (composed from our own constants; values are parameters)
        {
            "known": known.at,
            "grams": counted["gram"].to_pylist(),
            "texts": counted["texts"].to_pylist(),
            "looked_at": looked_at,
            "count": count,
        },
    )
