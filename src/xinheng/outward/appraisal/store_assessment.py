"""The tables of third-party assessments and their SQL."""

# ruff: noqa: S608 - SQL is composed from our own constants; values are always parameters

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from xinheng.ground.store.transaction import Row, Transaction
from xinheng.outward.appraisal.model import Outcome
from xinheng.outward.appraisal.model_assessment import Assessment, Line, Verdict
from xinheng.outward.appraisal.store import evidence_of, evidence_text

_COLUMNS = (
    "assessment, name, assessor, digest, size, from_on, to_on, known, seed_rule, seed_on, committed, "
    "committed_by, office, seed, seed_source, drawn, imported, finished"
)


def insert(tx: Transaction, new: Assessment, frame: bytes) -> None:
    tx.execute(
        """insert into assessments (assessment, name, assessor, frame, digest, size, from_on, to_on, known,
               seed_rule, seed_on, committed, committed_by, office)
           values (%(assessment)s, %(name)s, %(assessor)s, %(frame)s, %(digest)s, %(size)s, %(from_on)s,
               %(to_on)s, %(known)s, %(seed_rule)s, %(seed_on)s, %(committed)s, %(committed_by)s,
               %(office)s)""",
        {**vars(new), "frame": frame},
    )


def by_id(tx: Transaction, assessment: UUID, *, held: bool = False) -> Assessment | None:
    """One assessment; `held`: nobody else moves it until the transaction ends."""
    rows = tx.fetch(
        f"select {_COLUMNS} from assessments where assessment = %(assessment)s"
        + (" for update" if held else ""),
        {"assessment": assessment},
    )
    return Assessment(*rows[0]) if rows else None


def listed(
    tx: Transaction,
    assessor: UUID | None,
    agency: UUID | None,
    limit: int,
    offset: int = 0,
    offices: Collection[UUID] | None = None,
) -> list[Assessment]:
    """Assessments, the latest first: of an assessor; of those that drew records of an agency and have
    results; of those that these offices ordered; with neither, all."""
    ordered = None if offices is None else list(offices)
    rows = tx.fetch(
        f"""select {_COLUMNS} from assessments a
            where (%(assessor)s::uuid is null or assessor = %(assessor)s::uuid)
              and (%(offices)s::uuid[] is null or office = any(%(offices)s::uuid[]))
              and (%(agency)s::uuid is null or (imported is not null and exists (
                  select 1 from assessment_lines l
                  where l.assessment = a.assessment and l.agency = %(agency)s::uuid)))
            order by committed desc, assessment desc limit %(limit)s offset %(offset)s""",
        {"assessor": assessor, "agency": agency, "offices": ordered, "limit": limit, "offset": offset},
    )
    return [Assessment(*row) for row in rows]


def texts(tx: Transaction, assessment: UUID) -> tuple[bytes, bytes | None, bytes | None]:
    """Frame, sample and report as they are kept; KeyError where there is no such assessment."""
    rows = tx.fetch(
        "select frame, sample, report from assessments where assessment = %(assessment)s",
        {"assessment": assessment},
    )
    if not rows:
        raise KeyError(assessment)
    frame, sample, report = rows[0]
    return bytes(frame), sample and bytes(sample), report and bytes(report)


def draw(tx: Transaction, assessment: UUID, said: Mapping[str, Any], lines: Sequence[Line]) -> None:
    """Keep the seed and the sample, with its lines. `said`: seed, source, at, by, sample."""
    tx.execute(
        """update assessments set seed = %(seed)s, seed_source = %(source)s, drawn = %(at)s,
               drawn_by = %(by)s, sample = %(sample)s where assessment = %(assessment)s""",
        {**said, "assessment": assessment},
    )
    tx.execute(
        """insert into assessment_lines (assessment, line, record, agency, item)
           select %(assessment)s, * from unnest(%(lines)s::integer[], %(records)s::uuid[],
               %(agencies)s::uuid[], %(items)s::text[])""",
        {
            "assessment": assessment,
            "lines": [line.line for line in lines],
            "records": [str(line.record) for line in lines],
            "agencies": [str(line.agency) for line in lines],
            "items": [line.item for line in lines],
        },
    )


_LINE = (
    "line, record, agency, item, verdict, note, case_id, appeal, evidence, outcome, changed_to, reply, "
    "decided"
)


def _line(row: Row) -> Line:
    line, record, agency, item, verdict, note, case, appeal, evidence, outcome, changed, reply, decided = row
    return Line(
        line=line,
        record=record,
        agency=agency,
        item=item,
        verdict=Verdict(verdict) if verdict else None,
        note=note,
        case=case,
        appeal=appeal,
        evidence=evidence_of(evidence),
        outcome=Outcome(outcome) if outcome else None,
        changed_to=Verdict(changed) if changed else None,
        reply=reply,
        decided=decided,
    )


def lines(tx: Transaction, assessment: UUID, agency: UUID | None = None) -> list[Line]:
    """The lines of a sample in order, of one agency or all."""
    rows = tx.fetch(
        f"""select {_LINE} from assessment_lines
            where assessment = %(assessment)s and (%(agency)s::uuid is null or agency = %(agency)s::uuid)
            order by line""",
        {"assessment": assessment, "agency": agency},
    )
    return [_line(row) for row in rows]


def held_line(tx: Transaction, assessment: UUID, line: int) -> Line | None:
    """One line; nobody else changes it until the transaction ends."""
    rows = tx.fetch(
        f"""select {_LINE} from assessment_lines
            where assessment = %(assessment)s and line = %(line)s for update""",
        {"assessment": assessment, "line": line},
    )
    return _line(rows[0]) if rows else None


def judge(tx: Transaction, assessment: UUID, found: Mapping[int, tuple[Verdict, str]], at: datetime) -> None:
    """Keep the verdicts of an imported sheet."""
    numbers = sorted(found)
    tx.execute(
        """update assessment_lines l set verdict = given.verdict, note = given.note
           from unnest(%(lines)s::integer[], %(verdicts)s::text[], %(notes)s::text[])
               as given(line, verdict, note)
           where l.assessment = %(assessment)s and l.line = given.line""",
        {
            "assessment": assessment,
            "lines": numbers,
            "verdicts": [found[n][0].value for n in numbers],
            "notes": [found[n][1] for n in numbers],
        },
    )
    tx.execute(
        "update assessments set imported = %(at)s where assessment = %(assessment)s",
        {"assessment": assessment, "at": at},
    )


def appeal(tx: Transaction, assessment: UUID, line: Line) -> None:
    """Keep an agency's appeal against a line."""
    tx.execute(
        """update assessment_lines set case_id = %(case)s, appeal = %(appeal)s, evidence = %(evidence)s
           where assessment = %(assessment)s and line = %(line)s""",
        {
            "assessment": assessment,
            "line": line.line,
            "case": line.case,
            "appeal": line.appeal,
            "evidence": evidence_text(line.evidence),
        },
    )


def reply(tx: Transaction, assessment: UUID, line: Line, by: str) -> None:
    """Keep the reply to an appeal."""
    tx.execute(
        """update assessment_lines set outcome = %(outcome)s, changed_to = %(changed)s, reply = %(reply)s,
               decided = %(decided)s, decided_by = %(by)s
           where assessment = %(assessment)s and line = %(line)s""",
        {
            "assessment": assessment,
            "line": line.line,
            "outcome": line.outcome.value if line.outcome else None,
            "changed": line.changed_to.value if line.changed_to else None,
            "reply": line.reply,
            "decided": line.decided,
            "by": by,
        },
    )


def finish(tx: Transaction, assessment: UUID, report: bytes, at: datetime) -> None:
    tx.execute(
        "update assessments set finished = %(at)s, report = %(report)s where assessment = %(assessment)s",
        {"assessment": assessment, "at": at, "report": report},
    )


def insert_find(
    tx: Transaction, assessment: UUID, agency: UUID, said: tuple[str, str, date | None], at: datetime
) -> bool:
    """Keep a decision that is not on record: item, number, day; whether it is new."""
    return (
        tx.execute(
            """insert into assessment_finds (assessment, agency, item, number, decided_on, found)
               values (%(assessment)s, %(agency)s, %(item)s, %(number)s, %(day)s, %(at)s)
               on conflict do nothing""",
            {
                "assessment": assessment,
                "agency": agency,
                "item": said[0],
                "number": said[1],
                "day": said[2],
                "at": at,
            },
        )
        == 1
    )


def finds(tx: Transaction, assessment: UUID) -> list[tuple[UUID, str, str, date | None]]:
    """(agency, item, number, day) of every decision found that is not on record."""
    rows = tx.fetch(
        """select agency, item, number, decided_on from assessment_finds
           where assessment = %(assessment)s order by agency, item, number""",
        {"assessment": assessment},
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]
