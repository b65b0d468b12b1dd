"""The tables of cases and their SQL; nobody else touches them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import pyarrow as pa

from xinheng.core import canonical
from xinheng.ground.store.transaction import Row, Transaction
from xinheng.office.cases.model import Actor, After, Case, Filter, Page, State, Step, Tally

_COLUMNS = (
    "case_id, kind, title, owner, account, ref, state, outcome, due_on, basis, detail, opener, opened, "
    "changed, closed, dedupe"
)
_STEP = "step, case_id, at, action, state, owner, note, account, agency, actor"
SCHEMA = pa.schema(
    [
        ("case_id", pa.binary(16)),
        ("kind", pa.string()),
        ("title", pa.string()),
        ("owner", pa.binary(16)),
        ("account", pa.binary(16)),
        ("ref", pa.string()),
        ("state", pa.string()),
        ("due_on", pa.date32()),
        ("basis", pa.string()),
        ("detail", pa.string()),
        ("opener", pa.binary(16)),
        ("opened", pa.timestamp("us", "UTC")),
        ("changed", pa.timestamp("us", "UTC")),
        ("dedupe", pa.string()),
    ]
)
_LOADED = ", ".join(SCHEMA.names)


def _case(row: Row) -> Case:
    values = list(row)
    values[6], values[10] = State(row[6]), json.loads(row[10])
    return Case(*values)


def _step(row: Row) -> Step:
    values = list(row)
    values[4] = State(row[4])
    return Step(*values)


# -- opening -----------------------------------------------------------------------------------------


def insert(tx: Transaction, case: Case) -> bool:
    """False where a case with the same `dedupe` is open."""
    names = ", ".join(f"%({name.strip()})s" for name in _COLUMNS.split(","))
    values = {
        **vars(case),
        "case_id": case.case,
        "state": case.state.value,
        "detail": canonical.dumps(dict(case.detail)),
    }
    return bool(tx.execute(f"insert into cases ({_COLUMNS}) values ({names}) on conflict do nothing", values))


def load(tx: Transaction, pieces: Iterator[pa.RecordBatch]) -> int:
    """Open many (SCHEMA); those whose `dedupe` is open already are left out. How many were opened."""
    tx.execute("create temp table opening (like cases) on commit drop")
    tx.load("opening", pa.RecordBatchReader.from_batches(SCHEMA, pieces))
    opened = tx.execute(
        f"insert into cases ({_LOADED}) select {_LOADED} from opening order by case_id on conflict do nothing"
    )
    tx.execute("drop table opening")
    return opened


# -- changing ----------------------------------------------------------------------------------------


def held(tx: Transaction, case: UUID) -> Case | None:
    """A case that nobody else changes until the transaction ends."""
    rows = tx.fetch(f"select {_COLUMNS} from cases where case_id = %(case)s for update", {"case": case})
    return _case(rows[0]) if rows else None


def change(tx: Transaction, case: Case, at: datetime) -> None:
    """Write state, owner, account, outcome, term and end of a case that is held."""
    tx.execute(
        """update cases set state = %(state)s, account = %(account)s,
                            opened_for = case when owner <> %(owner)s then coalesce(opened_for, owner)
                                              else opened_for end,
                            owner = %(owner)s,
                            outcome = %(outcome)s, due_on = %(due_on)s, closed = %(closed)s, changed = %(at)s
           where case_id = %(case)s""",
        vars(case) | {"state": case.state.value, "at": at},
    )


def add_step(tx: Transaction, case: Case, action: str, actor: Actor, note: str, at: datetime) -> None:
    tx.execute(
        """insert into case_steps (case_id, at, action, state, owner, note, account, agency, actor)
           values (%(case)s, %(at)s, %(action)s, %(state)s, %(owner)s, %(note)s, %(account)s, %(agency)s,
                   %(actor)s)""",
        {
            "case": case.case,
            "at": at,
            "action": action,
            "state": case.state.value,
            "owner": case.owner,
            "note": note,
            "account": actor.account,
            "agency": actor.agency,
            "actor": actor.name,
        },
    )


def move_many(tx: Transaction, ids: Sequence[UUID], said: dict[str, Any]) -> int:
    """Set state and outcome of those cases that stand in one of `said['before']`, with a step each.

    `said`: before (states), state, outcome, closed, at, action, note, account, agency, actor. How many moved.
    """
    return tx.execute(
        """with moved as (
               update cases set state = %(state)s, outcome = coalesce(%(outcome)s::text, outcome),
                                closed = %(closed)s::timestamptz, changed = %(at)s
               where case_id = any(%(ids)s::uuid[]) and state = any(%(before)s::text[])
               returning case_id, owner)
           insert into case_steps (case_id, at, action, state, owner, note, account, agency, actor)
           select case_id, %(at)s, %(action)s, %(state)s, owner, %(note)s, %(account)s::uuid,
                  %(agency)s::uuid, %(actor)s
           from moved order by case_id""",
        {**said, "ids": list(ids)},
    )


def pass_many(tx: Transaction, ids: Sequence[UUID], said: dict[str, Any]) -> int:
    """Another owner for those that are open, with a step each. `said`: owner, state, due_on or None, at,
    action, note, account, agency, actor. How many were open."""
    return tx.execute(
        """with moved as (
               update cases set owner = %(owner)s, account = null, state = %(state)s,
                                due_on = coalesce(%(due_on)s::date, due_on), changed = %(at)s
               where case_id = any(%(ids)s::uuid[]) and closed is null
               returning case_id, owner)
           insert into case_steps (case_id, at, action, state, owner, note, account, agency, actor)
           select case_id, %(at)s, %(action)s, %(state)s, owner, %(note)s, %(account)s::uuid,
                  %(agency)s::uuid, %(actor)s
           from moved order by case_id""",
        {**said, "ids": list(ids)},
    )


def reassign(tx: Transaction, before: UUID, after: UUID, actor: Actor, note: str, at: datetime) -> int:
    """Give every open case of one account to another, with a step each."""
    return tx.execute(
        """with moved as (
               update cases set account = %(after)s, changed = %(at)s
               where account = %(before)s and closed is null returning case_id, state, owner)
           insert into case_steps (case_id, at, action, state, owner, note, account, agency, actor)
           select case_id, %(at)s, 'handed_over', state, owner, %(note)s, %(account)s::uuid,
                  %(agency)s::uuid, %(actor)s
           from moved order by case_id""",
        {
            "before": before,
            "after": after,
            "at": at,
            "note": note,
            "account": actor.account,
            "agency": actor.agency,
            "actor": actor.name,
        },
    )


def forget(tx: Transaction, ref: str, title: str) -> int:
    tx.execute(
        """update case_steps set note = ''
           where case_id in (select case_id from cases where ref collate "C" = %(ref)s)""",
        {"ref": ref},
    )
    return tx.execute(
        """update cases set title = %(title)s, detail = '{}' where ref collate "C" = %(ref)s""",
        {"ref": ref, "title": title},
    )


# -- reading -----------------------------------------------------------------------------------------


def by_id(tx: Transaction, case: UUID) -> Case | None:
    rows = tx.fetch(f"select {_COLUMNS} from cases where case_id = %(case)s", {"case": case})
    return _case(rows[0]) if rows else None


def states(tx: Transaction, cases: Sequence[UUID]) -> list[Row]:
    """(case, state)."""
    return tx.fetch(
        "select case_id, state from cases where case_id = any(%(cases)s::uuid[])", {"cases": list(cases)}
    )


def open_by_dedupe(tx: Transaction, dedupe: str) -> Case | None:
    rows = tx.fetch(
        f"select {_COLUMNS} from cases where dedupe = %(dedupe)s and closed is null", {"dedupe": dedupe}
    )
    return _case(rows[0]) if rows else None


def by_ref(tx: Transaction, ref: str) -> list[Case]:
    rows = tx.fetch(
        f"""select {_COLUMNS} from cases where ref collate "C" = %(ref)s order by case_id""", {"ref": ref}
    )
    return [_case(row) for row in rows]


def open_keys(tx: Transaction, owners: Sequence[UUID], kind: str) -> list[Row]:
    """(case, state, dedupe) of all open cases of one kind."""
    return tx.fetch(
        """select case_id, state, dedupe from cases
           where owner = any(%(owners)s::uuid[]) and kind = %(kind)s and closed is null order by case_id""",
        {"owners": list(owners), "kind": kind},
    )


# A question is put together from what is asked: the plan follows the clauses that stand, each of which has
# an index. Values are bound, never written into the text.
_CLAUSES: Final[Mapping[str, str]] = {
    "owner": "owner = %(owner)s",
    "owners": "owner = any(%(owners)s::uuid[])",
    "kind": "kind = %(kind)s",
    "state": "state = %(state)s",
    "account": "account = %(account)s",
    "overdue_on": "closed is null and due_on < %(overdue_on)s",
    "due_from": "due_on >= %(due_from)s",
    "due_until": "due_on <= %(due_until)s",
    "opened_from": "opened >= %(opened_from)s",
    "closed_from": "closed >= %(closed_from)s",
}
_OF_TERM: Final = ("overdue_on", "due_from", "due_until")


def _where(wanted: Filter, *, dated: bool | None = None) -> str:
    """The clauses of a filter. `dated`: of the two halves of a list, that with terms or that without."""
    given = vars(wanted)
    found = [
        text
        for name, text in _CLAUSES.items()
        if given[name] is not None and not (dated is False and name in _OF_TERM)
    ]
    if dated is None and wanted.undated and wanted.due_from is not None:
        found[found.index(_CLAUSES["due_from"])] = "(due_on >= %(due_from)s or due_on is null)"
    if dated is not None:
        found.append("due_on is not null" if dated else "due_on is null")
    if wanted.closed is not None:
        found.append("closed is not null" if wanted.closed else "closed is null")
    if wanted.handed is not None:
        found.append("opener <> owner" if wanted.handed else "(opener is null or opener = owner)")
    if wanted.loose:
        found.append("account is null")
    if wanted.ref is not None:
        text = """ref collate "C" = %(ref)s"""
        if wanted.ref.endswith("/"):
            text = f"""({text} or (ref collate "C" >= %(ref)s and ref collate "C" < %(ref_end)s))"""
        found.append(text)
    return " and ".join(found) or "true"


def _asked(wanted: Filter) -> dict[str, Any]:
    return {
        **vars(wanted),
        "owners": None if wanted.owners is None else list(wanted.owners),
        "state": wanted.state.value if wanted.state else None,
        "ref_end": f"{wanted.ref[:-1]}0" if wanted.ref else None,  # 0 follows / in ASCII
    }


def listed(tx: Transaction, wanted: Filter, page: Page) -> list[Case]:
    """Open ones before closed ones, the nearest term first, those without a term last."""
    rows = tx.fetch(
        f"""select {_COLUMNS} from cases where {_where(wanted)}
            order by closed desc nulls first, due_on, case_id limit %(limit)s offset %(offset)s""",
        _asked(wanted) | {"limit": page.size, "offset": (page.number - 1) * page.size},
    )
    return [_case(row) for row in rows]


def following(tx: Transaction, wanted: Filter, after: After | None, limit: int) -> list[Case]:
    """Open cases from where a page ended, the nearest term first, those without a term last."""
    found: list[Case] = []
    if after is None or after.due_on is not None:
        found = _stretch(tx, wanted, after, limit, dated=True)
        after = None
    undated = wanted.undated or not any(getattr(wanted, name) is not None for name in _OF_TERM)
    if undated and len(found) < limit:
        found += _stretch(tx, wanted, after, limit - len(found), dated=False)
    return found


def _stretch(tx: Transaction, wanted: Filter, after: After | None, limit: int, *, dated: bool) -> list[Case]:
    on = "and (due_on, case_id) > (%(due_on)s, %(case)s)" if dated else "and case_id > %(case)s"
    rows = tx.fetch(
        f"""select {_COLUMNS} from cases where {_where(wanted, dated=dated)} {on if after else ""}
            order by due_on, case_id limit %(limit)s""",
        _asked(wanted) | {"limit": limit} | ({"due_on": after.due_on, "case": after.case} if after else {}),
    )
    return [_case(row) for row in rows]


def ended(tx: Transaction, wanted: Filter, after: After | None, limit: int) -> list[Case]:
    """Closed cases from where a page ended, the latest first."""
    on = "and (closed, case_id) < (%(at)s, %(case)s)" if after else ""
    rows = tx.fetch(
        f"""select {_COLUMNS} from cases where {_where(wanted)} {on}
            order by closed desc, case_id desc limit %(limit)s""",
        _asked(wanted) | {"limit": limit} | ({"at": after.closed, "case": after.case} if after else {}),
    )
    return [_case(row) for row in rows]


def count(tx: Transaction, wanted: Filter, most: int | None = None) -> int:
    """How many; with `most`, counted no further than that."""
    inner = f"select 1 from cases where {_where(wanted)}"
    capped = f"select count(*) from ({inner} limit %(most)s) capped"
    question = f"select count(*) from cases where {_where(wanted)}" if most is None else capped
    return int(tx.fetch(question, _asked(wanted) | {"most": most})[0][0])


def history(tx: Transaction, case: UUID) -> list[Step]:
    rows = tx.fetch(f"select {_STEP} from case_steps where case_id = %(case)s order by step", {"case": case})
    return [_step(row) for row in rows]


def tallies(
    tx: Transaction, owners: Sequence[UUID] | None, on: date, soon: date
) -> dict[tuple[UUID, str], Tally]:
    """Open cases by (owner, kind): read from an index alone."""
    rows = tx.fetch(
        f"""select owner, kind, count(*), count(*) filter (where due_on < %(on)s),
                   count(*) filter (where due_on >= %(on)s and due_on <= %(soon)s),
                   count(*) filter (where due_on = %(on)s)
            from cases where closed is null {of_owners(owners)} group by owner, kind""",
        {"owners": None if owners is None else list(owners), "on": on, "soon": soon},
    )
    return {(row[0], row[1]): Tally(*row[2:]) for row in rows}


def of_owners(owners: Sequence[UUID] | None) -> str:
    """The clause for a scope; without one, none."""
    return "" if owners is None else "and owner = any(%(owners)s::uuid[])"
