"""SQL over the returned rows of intake: by case, by receipt and rule."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from xinheng.ground.store.transaction import Row, Transaction


def rows_of(tx: Transaction, case: UUID) -> list[Row]:
    """(receipt, line, cells, checks) of the rows of a case, the latest first."""
    return tx.fetch(
        """select r.receipt, r.line, r.cells, r.checks
           from returned_rows r join receipts k on k.receipt = r.receipt
           where r.case_id = %(case)s order by k.known desc, r.line""",
        {"case": case},
    )


def cases_of(tx: Transaction, receipt: UUID, rule: str | None = None) -> list[UUID]:
    """The cases of a receipt's returned rows; `rule`: of those that it sent back."""
    rows = tx.fetch(
        """select distinct case_id from returned_rows
           where receipt = %(receipt)s and case_id is not null
             and (%(rule)s::text is null
                  or checks::jsonb @> jsonb_build_array(jsonb_build_object(
                         'id', %(rule)s::text, 'severity', 'return')))""",
        {"receipt": receipt, "rule": rule},
    )
    return [row[0] for row in rows]


def rules_of(tx: Transaction, cases: Collection[UUID], rule: str | None) -> list[Row]:
    """(agency, item, rule, what it expects) of what sent the rows of these cases back the last time;
    `rule`: of that one alone."""
    return tx.fetch(
        """select k.agency, k.item, c ->> 'id', min(c ->> 'expected')
           from (select distinct on (r.case_id) r.case_id, r.receipt, r.checks
                 from returned_rows r join receipts k on k.receipt = r.receipt
                 where r.case_id = any(%(cases)s::uuid[]) order by r.case_id, k.known desc) last
           join receipts k on k.receipt = last.receipt, json_array_elements(last.checks::json) c
           where c ->> 'severity' = 'return' and (%(rule)s::text is null or c ->> 'id' = %(rule)s::text)
           group by 1, 2, 3 order by 2, 3""",
        {"cases": list(cases), "rule": rule},
    )


def by_rule(tx: Transaction, receipt: UUID, cases: Collection[UUID]) -> list[Row]:
    """(rule, field, message of one row, number of these cases), the most frequent first."""
    return tx.fetch(
        """select c ->> 'id', c ->> 'field', min(c ->> 'message'), count(distinct r.case_id)
           from returned_rows r, json_array_elements(r.checks::json) c
           where r.receipt = %(receipt)s and r.case_id = any(%(cases)s::uuid[])
             and c ->> 'severity' = 'return'
           group by 1, 2 order by 4 desc, 1, 2""",
        {"receipt": receipt, "cases": list(cases)},
    )
