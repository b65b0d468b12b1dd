"""The statements of search and lookup. Parameters are always passed apart, never put into the text."""

from __future__ import annotations

from typing import Any, Final

# A hit: what a result line shows, then the folded names it was found by.
COLUMNS: Final = "subject, code, name, kind, division, status, registered, folded, former"

BY_CODE: Final = """
select s.subject, s.code, s.name, s.kind, s.division, s.status, s.registered, s.folded, s.former
from subjects s where s.code = %(code)s
union all
select s.subject, s.code, s.name, s.kind, s.division, s.status, s.registered, s.folded, s.former
from subject_codes k join subjects s on s.subject = k.subject where k.code = %(code)s
"""

# Above this share of all names a gram is of no use: reading half a million entries takes seconds,
# scanning for a thousand hits takes milliseconds (decision 27).
TOO_FREQUENT: Final = "0.05"

# Most of them never get into the index (module `frequent`). Those that became frequent later the server
# counts whenever it gathers statistics of arrays; nothing of ours to keep up. Without statistics nothing is
# frequent, and answers are right, only slower. In a small register every gram is a large share of few names:
# nothing is left out there, or a misspelt name would find nobody.
SMALL: Final = 20_000  # names
STATISTICS: Final = f"""
select gram, share from pg_stats,
     unnest(most_common_elems::text::integer[], most_common_elem_freqs) as common(gram, share)
where schemaname = current_schema() and tablename = 'subjects' and attname = 'grams'
  and (select reltuples from pg_class where oid = 'subjects'::regclass) >= {SMALL}
"""  # noqa: S608 (composed from our own constants)

FREQUENT: Final = f"""
select gram from frequent_grams where gram = any(%(grams)s::integer[])
union
select gram from ({STATISTICS}) as common
where gram = any(%(grams)s::integer[]) and share > {TOO_FREQUENT}
"""  # noqa: S608 (composed from our own constants; values are parameters)

# A misspelt name is looked for by two of its characters, one of them as rare as this: then there are hundreds
# of candidates to compare, and not the five thousand that hold 股 and 份.
RARE: Final = "0.01"

BY_RARITY: Final = f"""
select asked.gram, common.share is null or common.share <= {RARE}
from unnest(%(grams)s::integer[]) with ordinality as asked(gram, place)
left join ({STATISTICS}) as common on common.gram = asked.gram
where (common.share is null or common.share <= {TOO_FREQUENT})
  and asked.gram not in (select gram from frequent_grams)
order by coalesce(common.share, 0), asked.place
limit %(rarest)s
"""  # noqa: S608 (composed from our own constants; values are parameters)

_HOLDS: Final = "(folded like %(part)s or former like %(part)s)"

# The exact name is looked for apart, so that it comes first even where a thousand others were met before it.
_PAGE: Final = f"""
with hits as materialized (
    (select {COLUMNS} from subjects
     where hashtextextended(folded, 0) = hashtextextended(%(text)s, 0) and folded = %(text)s
     order by subject limit %(size)s)
    union
    (select {COLUMNS} from subjects where {{condition}} limit %(most)s)
)
select least(count(*) over (), %(most)s)::integer, {COLUMNS} from hits
order by folded = %(text)s desc, folded like %(start)s desc, char_length(folded), folded, code
limit %(size)s offset %(skip)s
"""  # noqa: S608 (composed from our own constants; values are parameters)

BY_GRAMS: Final = _PAGE.format(condition=f"grams @> %(grams)s::integer[] and {_HOLDS}")
BY_SCAN: Final = _PAGE.format(condition=_HOLDS)

MOST_CANDIDATES: Final = 5_000


def sharing(pairs: list[list[int]]) -> tuple[str, dict[str, Any]]:
    """Names that hold both grams of at least one of `pairs`."""
    params: dict[str, Any] = {f"pair{i}": pair for i, pair in enumerate(pairs)}
    conditions = " or ".join(f"grams @> %(pair{i})s::integer[]" for i in range(len(pairs)))
    found = f"select {COLUMNS} from subjects where {conditions} limit {MOST_CANDIDATES}"  # noqa: S608 (our own constants)
    return found, params


# How a connection that only looks things up is set: the same question then meets rows in the same order,
# whatever else is being scanned at the moment, so that pages neither repeat nor lose a line.
STEADY: Final = "set synchronize_seqscans = off; set max_parallel_workers_per_gather = 0"
STEADY_HERE: Final = STEADY.replace("set ", "set local ")

_SUBJECT: Final = """
select s.subject, s.code, s.name, s.kind, s.division, s.status, s.registered, s.representative,
       s.established, s.address, s.since, other.names, other.states, other.sinces,
       case when s.key_code is not null then
           (select array_agg(k.code order by k.since, k.code)
            from subject_codes k where k.subject = s.subject)
       end
from subjects s
left join lateral (
    select array_agg(m.name order by m.since, m.folded) as names,
           array_agg(m.state order by m.since, m.folded) as states,
           array_agg(m.since order by m.since, m.folded) as sinces
    from subject_names m where s.former is not null and m.subject = s.subject and m.state <> 'wrong'
) as other on true
"""

SUBJECT: Final = f"{_SUBJECT} where s.code = %(code)s"
_BEARER: Final = "where s.subject = (select k.subject from subject_codes k where k.code = %(code)s)"
SUBJECT_BY_ALIAS: Final = f"{_SUBJECT} {_BEARER}"
SUBJECT_BY_ID: Final = f"{_SUBJECT} where s.subject = %(subject)s"
