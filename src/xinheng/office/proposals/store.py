"""The table of proposals and its SQL."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from xinheng.core import canonical
from xinheng.ground.store.transaction import Row, Transaction
from xinheng.law.kinds import Every
from xinheng.law.model import Disclosure, FieldType
from xinheng.office.proposals.model import FieldProposal, Kind, Proposal, RuleDoubt, State, What
from xinheng.office.proposals.model_items import ItemProposal, Part

_COLUMNS = (
    "proposal, agency, account, item, kind, what, reason, source, opened, state, decided, decided_by, note, "
    "version"
)


def insert(tx: Transaction, new: Proposal) -> None:
    tx.execute(
        """insert into proposals
               (proposal, agency, account, item, kind, what, reason, source, opened, state)
           values (%(proposal)s, %(agency)s, %(account)s, %(item)s, %(kind)s, %(what)s, %(reason)s,
                   %(source)s, %(opened)s, %(state)s)""",
        {**vars(new), "kind": new.kind.value, "what": _text(new.what), "state": new.state.value},
    )


def _text(what: What) -> str:
    return canonical.dumps(asdict(what))


def _what(kind: Kind, text: str) -> What:
    said = json.loads(text)
    if kind is Kind.RULE:
        return RuleDoubt(**said)
    said["disclosure"] = Disclosure(said["disclosure"])
    if kind is Kind.ITEM:
        parts = tuple(Part(p["name"], FieldType(p["type"]), p["required"]) for p in said["parts"])
        return ItemProposal(**said | {"every": Every(said["every"]), "parts": parts})
    return FieldProposal(**said | {"type": FieldType(said["type"]), "values": tuple(said["values"])})


def _proposal(row: Row) -> Proposal:
    proposal, agency, account, item, kind, what = row[:6]
    reason, source, opened, state, decided, by, note, version = row[6:]
    return Proposal(
        proposal,
        agency,
        account,
        item,
        _what(Kind(kind), what),
        reason,
        source,
        opened,
        State(state),
        decided,
        by,
        note,
        version,
    )


def by_id(tx: Transaction, proposal: UUID, *, held: bool = False) -> Proposal | None:
    """One proposal; `held`: nobody else decides it until the transaction ends."""
    rows = tx.fetch(
        f"select {_COLUMNS} from proposals where proposal = %(proposal)s" + (" for update" if held else ""),
        {"proposal": proposal},
    )
    return _proposal(rows[0]) if rows else None


def listed(
    tx: Transaction,
    among: Collection[UUID] | None = None,
    states: tuple[State, ...] = (),
    item: str | None = None,
) -> list[Proposal]:
    """Proposals of these agencies or of all, newest first; in these states (none named: in any)."""
    rows = tx.fetch(
        f"""select {_COLUMNS} from proposals
            where (%(among)s::uuid[] is null or agency = any(%(among)s::uuid[]))
              and (%(any)s or state = any(%(states)s::text[]))
              and (%(item)s::text is null or item = %(item)s::text)
            order by opened desc, proposal""",
        {
            "among": None if among is None else list(among),
            "any": not states,
            "states": [s.value for s in states],
            "item": item,
        },
    )
    return [_proposal(row) for row in rows]


def decide(tx: Transaction, proposal: UUID, state: State, at: datetime, said: tuple[str, str]) -> None:
    """Note a decision: who decided, and what was said."""
    tx.execute(
        """update proposals set state = %(state)s, decided = %(at)s, decided_by = %(by)s, note = %(note)s
           where proposal = %(proposal)s""",
        {"proposal": proposal, "state": state.value, "at": at, "by": said[0], "note": said[1]},
    )


def issue(tx: Transaction, proposal: UUID, version: str, at: datetime) -> None:
    tx.execute(
        """update proposals set state = 'issued', version = %(version)s, issued = %(at)s
           where proposal = %(proposal)s""",
        {"proposal": proposal, "version": version, "at": at},
    )


def issued_at(tx: Transaction) -> dict[UUID, datetime]:
    """When each issued proposal was issued."""
    return {
        row[0]: row[1]
        for row in tx.fetch(
            "select proposal, issued from proposals where state = 'issued' and kind <> 'rule'"
        )
    }


def editions(tx: Transaction) -> int:
    """How many versions have been issued."""
    return int(
        tx.fetch("select count(distinct issued) from proposals where state = 'issued' and kind <> 'rule'")[0][
            0
        ]
    )
