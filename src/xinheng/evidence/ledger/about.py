"""Which contents are about a record, as a condition for PostgreSQL.

The event by which a record came has the id of the record, so that nearly all contents need no second index:
`contents_record` holds only those of other events. A planner sees that when the condition says so.
"""

from __future__ import annotations


def about(record: str) -> str:
    """Contents `c` about a record; `record`: a column or parameter. The same as `c.record = <record>`."""
    others = f"c.record = {record} and c.event <> c.record"
    return f"(c.record = {record} and (c.event = {record} or ({others})))"
