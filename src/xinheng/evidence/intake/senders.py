"""Who sends: the authorities an agency may send for, and whose records it may correct (decision 10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq

from xinheng.core.cells import sql_text
from xinheng.core.errors import Kind, XinhengError
from xinheng.evidence.intake.drafting import Draft
from xinheng.evidence.intake.model import Request
from xinheng.evidence.intake.split import Split, authority_columns
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import service as access
from xinheng.office.access.model import Agency, Standing

SENDERS = "senders.parquet"
_SCHEMA = pa.schema(
    [
        ("authority", pa.string()),
        ("code", pa.string()),
        ("decided", pa.date32()),
        ("may", pa.bool_()),
        ("deciding", pa.bool_()),
    ]
)


class SourceMissingError(XinhengError):
    """A submission names no source, or one that is no longer there."""

    code = "XH725"
    kind = Kind.INVALID
    title = "报送单位不可用"


@dataclass(frozen=True)
class Source:
    """The sending agency as the comparison needs it: `own` are itself and those it succeeds."""

    agency: UUID
    own: tuple[UUID, ...]
    behalf: UUID | None = None  # who enters it for that agency (代录)


def standing(tx: Transaction, request: Request, day: date) -> Standing:
    """For whom the request's source sends. Raises SourceMissingError, AgencyUnknown."""
    if request.source is None:
        raise SourceMissingError(
            found="没有说明由哪个信源单位报送",
            expected="已登记的信源单位代码",
            todo="用 --source CODE 指明",
            where=None,
        )
    agency: Agency = access.by_code(tx, request.source)
    if not agency.exists(day):
        raise SourceMissingError(
            found=f"{agency.name}（{agency.code}）已于 {agency.to_on} 终止或尚未设立",
            expected="当日存在的信源单位",
            todo="由承继单位报送，或请信用办核对登记",
            where=agency.code,
        )
    return access.standing(tx, agency)


def behalf(tx: Transaction, request: Request, source: Agency, day: date) -> UUID | None:
    """The agency that enters the request for its source; None where the source sends for itself.

    Raises AgencyUnknown, SourceMissingError where the one is not above the other or was not allowed to.
    """
    if request.behalf is None or request.behalf == source.code:
        return None
    entering = access.by_code(tx, request.behalf)
    if not access.is_above(tx, entering, source, day) or not entering.exists(day):
        raise SourceMissingError(
            found=f"{entering.name}不是{source.name}的上级单位，不能代录",
            expected="树中的上级单位代下级单位录入",
            todo="由信源单位自行报送，或请信用办核对单位树",
            where=request.behalf,
        )
    if not access.enters_for(tx, entering, source, day):
        raise SourceMissingError(
            found=f"信用办没有允许{entering.name}在 {day} 代{source.name}录入",
            expected="已登记且有效的代录许可",
            todo="由信源单位自行报送，或请信用办登记许可（xinheng agency behalf）",
            where=request.behalf,
        )
    return entering.agency


def write_senders(drafted: Draft, own: Standing) -> None:
    """Write what the sender may do about each authority and day that candidates name."""
    rows = [
        (name, code, day, own.may_send(name, day, code), own.decided(name, day))
        for name, code, day in drafted.authorities
    ]
    columns = list(zip(*rows, strict=True)) or [()] * len(_SCHEMA)
    arrays = [pa.array(c, f.type) for c, f in zip(columns, _SCHEMA, strict=True)]
    pq.write_table(pa.Table.from_arrays(arrays, schema=_SCHEMA), drafted.folder / SENDERS)


def joined_sql(split: Split, rows: str) -> str:
    """`rows` (a relation of checked rows) with `may` and `deciding` from `write_senders`."""
    pairs = zip(authority_columns(split.item), ("authority", "code", "decided"), strict=True)
    on = " AND ".join(f"{column} IS NOT DISTINCT FROM s.{name}" for column, name in pairs)
    return f"({rows}) c JOIN read_parquet({sql_text(str(split.staged.folder / SENDERS))}) s ON {on}"
