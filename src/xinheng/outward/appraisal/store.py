"""The tables of scorecard runs and their SQL."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from xinheng.core import canonical
from xinheng.ground.store.transaction import Row, Transaction
from xinheng.law.scorecards import Reading
from xinheng.outward.appraisal.model import (
    Entry,
    Evidence,
    Frame,
    Objection,
    Outcome,
    Run,
    Side,
    State,
)

_RUN = (
    "r.run, r.scorecard, r.pack, r.head, r.from_on, r.to_on, r.known, r.position, r.state, r.computed, "
    "r.digest, r.created, r.created_by, r.published, r.object_until, r.finished, r.outcome, r.outcome_digest"
)


def insert_run(tx: Transaction, new: Run) -> None:
    tx.execute(
        """insert into appraisal_runs (run, scorecard, pack, head, from_on, to_on, known, position, state,
               computed, digest, created, created_by)
           values (%(run)s, %(scorecard)s, %(pack)s, %(head)s, %(from_on)s, %(to_on)s, %(known)s,
               %(position)s, %(state)s, %(computed)s, %(digest)s, %(created)s, %(created_by)s)""",
        {
            "run": new.run,
            "scorecard": new.frame.scorecard,
            "pack": new.frame.pack,
            "head": new.head,
            "from_on": new.frame.from_on,
            "to_on": new.frame.to_on,
            "known": new.frame.known,
            "position": new.frame.position,
            "state": new.state.value,
            "computed": new.computed,
            "digest": new.digest,
            "created": new.created,
            "created_by": new.created_by,
        },
    )


def _run(row: Row) -> Run:
    run, scorecard, pack, head, from_on, to_on, known, position, state, computed = row[:10]
    digest, created, by, published, until, finished, outcome, outcome_digest = row[10:]
    return Run(
        run=run,
        frame=Frame(scorecard, pack, None, from_on, to_on, known, position),
        head=head,
        state=State(state),
        computed=bytes(computed),
        digest=digest,
        created=created,
        created_by=by,
        published=published,
        object_until=until,
        finished=finished,
        outcome=None if outcome is None else bytes(outcome),
        outcome_digest=outcome_digest,
    )


def run_by_id(tx: Transaction, run: UUID, *, held: bool = False) -> Run | None:
    """One run; `held`: nobody else moves it until the transaction ends."""
    rows = tx.fetch(
        f"select {_RUN} from appraisal_runs r where r.run = %(run)s" + (" for update" if held else ""),
        {"run": run},
    )
    return _run(rows[0]) if rows else None


def runs(tx: Transaction, states: Sequence[State], limit: int, offset: int = 0) -> list[Run]:
    """Runs in these states, the latest first."""
    rows = tx.fetch(
        f"""select {_RUN} from appraisal_runs r where r.state = any(%(states)s::text[])
            order by r.created desc, r.run desc limit %(limit)s offset %(offset)s""",
        {"states": [s.value for s in states], "limit": limit, "offset": offset},
    )
    return [_run(row) for row in rows]


def publish(tx: Transaction, run: UUID, at: datetime, until: date | None) -> None:
    tx.execute(
        """update appraisal_runs set state = 'published', published = %(at)s, object_until = %(until)s
           where run = %(run)s""",
        {"run": run, "at": at, "until": until},
    )


def finish(tx: Transaction, run: UUID, at: datetime, outcome: bytes, digest: str) -> None:
    tx.execute(
        """update appraisal_runs set state = 'final', finished = %(at)s, outcome = %(outcome)s,
               outcome_digest = %(digest)s where run = %(run)s""",
        {"run": run, "at": at, "outcome": outcome, "digest": digest},
    )


# -- entries by hand ---------------------------------------------------------------------------------


def insert_entry(tx: Transaction, run: UUID, new: Entry) -> None:
    tx.execute(
        """insert into appraisal_entries (run, agency, indicator, side, at, value, note, evidence, by_login)
           values (%(run)s, %(agency)s, %(indicator)s, %(side)s, %(at)s, %(value)s, %(note)s, %(evidence)s,
                   %(by)s)""",
        {**vars(new), "run": run, "side": new.side.value, "evidence": evidence_text(new.evidence)},
    )


def entries(tx: Transaction, run: UUID) -> list[Entry]:
    """All that was entered for a run, the earliest first."""
    rows = tx.fetch(
        """select agency, indicator, side, at, value, note, evidence, by_login from appraisal_entries
           where run = %(run)s order by at, agency, indicator, side""",
        {"run": run},
    )
    return [Entry(a, i, Side(s), at, v, n, evidence_of(e), by) for a, i, s, at, v, n, e, by in rows]


def evidence_text(files: Evidence) -> str:
    """Attachments as they are kept in a column."""
    return canonical.dumps([list(each) for each in files])


def evidence_of(text: str | None) -> Evidence:
    """The same, read back."""
    return tuple((digest, name) for digest, name in json.loads(text)) if text else ()


# -- objections --------------------------------------------------------------------------------------

_OBJECTION = (
    "objection, run, agency, indicator, case_id, reason, evidence, opened, opened_by, outcome, note, value, "
    "part, whole, decided, decided_by"
)


def insert_objection(tx: Transaction, new: Objection) -> None:
    """Keep an objection. Raises UniqueClash where one to the same indicator is open."""
    tx.execute(
        """insert into appraisal_objections (objection, run, agency, indicator, case_id, reason, evidence,
               opened, opened_by)
           values (%(objection)s, %(run)s, %(agency)s, %(indicator)s, %(case)s, %(reason)s, %(evidence)s,
               %(opened)s, %(opened_by)s)""",
        {**vars(new), "evidence": evidence_text(new.evidence), "changed": None},
    )


def _objection(row: Row) -> Objection:
    objection, run, agency, indicator, case, reason, evidence, opened, opened_by = row[:9]
    outcome, note, value, part, whole, decided, by = row[9:]
    changed = Reading(value, part, whole, "%" if whole is not None else "")
    return Objection(
        objection=objection,
        run=run,
        agency=agency,
        indicator=indicator,
        case=case,
        reason=reason,
        evidence=evidence_of(evidence),
        opened=opened,
        opened_by=opened_by,
        outcome=Outcome(outcome) if outcome else None,
        note=note,
        changed=changed if outcome == Outcome.CHANGED.value else None,
        decided=decided,
        decided_by=by,
    )


def objections(tx: Transaction, run: UUID, agency: UUID | None = None) -> list[Objection]:
    """Objections to a run, of one agency or of all, the earliest first."""
    rows = tx.fetch(
        f"""select {_OBJECTION} from appraisal_objections
            where run = %(run)s and (%(agency)s::uuid is null or agency = %(agency)s::uuid)
            order by opened, objection""",
        {"run": run, "agency": agency},
    )
    return [_objection(row) for row in rows]


def objection_by_id(tx: Transaction, objection: UUID, *, held: bool = False) -> Objection | None:
    """One objection."""
    rows = tx.fetch(
        f"select {_OBJECTION} from appraisal_objections where objection = %(objection)s"
        + (" for update" if held else ""),
        {"objection": objection},
    )
    return _objection(rows[0]) if rows else None


def decide(
    tx: Transaction,
    objection: UUID,
    outcome: Outcome,
    note: str,
    changed: Reading | None,
    at: datetime,
    by: str,
) -> None:
    tx.execute(
        """update appraisal_objections set outcome = %(outcome)s, note = %(note)s, value = %(value)s,
               part = %(part)s, whole = %(whole)s, decided = %(at)s, decided_by = %(by)s
           where objection = %(objection)s""",
        {
            "objection": objection,
            "outcome": outcome.value,
            "note": note,
            "value": changed.value if changed else None,
            "part": changed.part if changed else None,
            "whole": changed.whole if changed else None,
            "at": at,
            "by": by,
        },
    )
