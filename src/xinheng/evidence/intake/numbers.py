"""号码登记: document numbers that are used up without a record, so that a gap accuses nobody (R144).

Three kinds. About a natural person: noted when such a row arrives, agency, item, number and date alone.
简易程序: derived from the records themselves (collected, not shown), never copied. 作废: declared by the
agency, a number or a range, with its reason; a declaration can be withdrawn. Nothing here names a person.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection
from typing import Final
from uuid import UUID

from xinheng.core import documents
from xinheng.core.errors import Kind, XinhengError
from xinheng.core.ids import new_id
from xinheng.core.times import Clock
from xinheng.core.wording import fault
from xinheng.evidence.intake import numbers_store as store
from xinheng.evidence.intake.model_numbers import Declaration, NumberLine, NumberRange, Why
from xinheng.evidence.ledger import unshown
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.office.access.model import Agency
from xinheng.office.cases.model import Actor

SUMMARY: Final = "简易程序"
CSV_HEAD: Final = ("事项", "起始文号", "截止文号", "原因")
RANGE: Final = 1_000  # numbers of one declaration: more is rather a wrong end than so many voided decisions
NUMBER_LENGTH, REASON_LENGTH = 100, 200
_COUNTED = re.compile(r"^(.*?)([0-9]{1,9})([^0-9]*)$")
# Even 〔…〕 around it, which free text lets pass, is no place for an identity number (decision 11).
_IDENTITY = re.compile(
    r"[1-9][0-9]{5}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
)


class DeclarationRefusedError(XinhengError):
    """A declaration of voided numbers that cannot be read, is too wide, or meets numbers already noted."""

    code = "XH729"
    kind = Kind.INVALID
    title = "作废号码登记有误"


class DeclarationAbsentError(XinhengError):
    """No declaration of this agency has this id, or it is withdrawn already."""

    code = "XH730"
    kind = Kind.ABSENT
    title = "没有这条作废登记"


def declare(tx: Transaction, agency: Agency, said: NumberRange, actor: Actor, clock: Clock) -> Declaration:
    """Declare numbers void. Raises DeclarationRefusedError."""
    reason = " ".join(said.reason.split())
    numbers = expanded(said)
    if wrong := fault(reason, 2, REASON_LENGTH):
        raise _refused(f"原因{wrong}", f"2 至 {REASON_LENGTH} 个字，不含证件号码", said.first)
    declaration = Declaration(
        declaration=new_id(clock),
        agency=agency.agency,
        item=said.item,
        first=" ".join(said.first.split()),
        last=" ".join((said.last or said.first).split()),
        numbers=len(numbers),
        reason=reason,
        declared=clock.now().at,
        account=actor.account,
        actor=actor.name,
        withdrawn=None,
        withdrawn_by=None,
    )
    if taken := store.insert(tx, declaration, numbers):
        raise _refused(f"{taken[0]} 等 {len(taken)} 个号码已经登记过", "没有登记过的号码", said.first)
    return declaration


def expanded(said: NumberRange) -> list[str]:
    """The numbers of a range as keys: `…〔2026〕12号` to `…〔2026〕20号` differ in their last figure alone.

    Raises DeclarationRefusedError.
    """
    first, last = said.first.strip(), (said.last or said.first).strip()
    for text in (first, last):
        if wrong := fault(text, 1, NUMBER_LENGTH):
            raise _refused(f"文号{wrong}", f"1 至 {NUMBER_LENGTH} 个字的一行文号", None)
        if _IDENTITY.search(documents.normalise(text)):
            raise _refused("文号里含有像身份证号码的数字", "决定文书号，不含证件号码", None)
    keys = [documents.normalise(text) for text in (first, last)]
    if keys[0] == keys[1]:
        return [keys[0]]
    begin, end = (_COUNTED.fullmatch(key) for key in keys)
    if begin is None or end is None or (begin[1], begin[3]) != (end[1], end[3]):
        raise _refused("起止两个文号除序号外不相同", "如 甲市监罚〔2026〕12号 至 甲市监罚〔2026〕20号", first)
    before, low, after = begin.groups()
    high = end[2]
    count = int(high) - int(low) + 1
    if not 1 <= count <= RANGE:
        raise _refused(f"起止序号 {low} 至 {high}", f"由小到大，一次至多 {RANGE} 个", first)
    width = len(low) if low.startswith("0") else 0
    return [f"{before}{n:0{width}d}{after}" for n in range(int(low), int(high) + 1)]


def _refused(found: str, expected: str, where: str | None) -> DeclarationRefusedError:
    return DeclarationRefusedError(found=found, expected=expected, todo="改正后重新登记", where=where)


def withdraw(
    tx: Transaction, declaration: UUID, owners: Collection[UUID], actor: Actor, clock: Clock
) -> Declaration:
    """Withdraw a declaration: its numbers are no longer noted, the declaration stays to be seen.

    Raises DeclarationAbsentError.
    """
    there = store.by_id(tx, declaration)
    if there is None or there.agency not in owners or there.withdrawn is not None:
        raise DeclarationAbsentError(
            found=f"编号 {declaration} 没有有效的登记",
            expected="本单位登记过、没有撤回的作废号码",
            todo="从号码登记的清单里选",
        )
    store.withdraw(tx, declaration, clock.now().at, actor.name)
    return there


def declarations(
    tx: Transaction, owners: Collection[UUID] | None, limit: int, offset: int = 0
) -> list[Declaration]:
    """What was declared, the latest first, withdrawn ones too."""
    return store.declarations(tx, owners, limit, offset)


def simplified(pack: Pack) -> dict[str, tuple[str, str]]:
    """Where an item says 简易程序: item -> (field code, value)."""
    found = {item.id: item.role("procedure") for item in pack.items.values()}
    return {item: (field, SUMMARY) for item, field in found.items() if field}


def listed(
    tx: Transaction, pack: Pack, owners: Collection[UUID] | None, why: Why, limit: int, offset: int = 0
) -> list[NumberLine]:
    """Numbers of one kind, by item and number; 简易程序 as the records have them at this moment."""
    if why is Why.SIMPLIFIED:
        rows = unshown.numbers(tx, owners, simplified(pack), (limit, offset))
        return [NumberLine(a, i, number, day, Why.SIMPLIFIED, None) for a, i, number, day in rows]
    return store.listed(tx, owners, why, limit, offset)


def counts(tx: Transaction, pack: Pack, owners: Collection[UUID] | None) -> dict[Why, int]:
    """How many numbers of each kind."""
    return {**store.counts(tx, owners), Why.SIMPLIFIED: unshown.count(tx, owners, simplified(pack))}


def read_csv(text: str) -> list[NumberRange]:
    """`事项,起始文号,截止文号,原因`, one declaration a line, the header first; 截止文号 may be empty.

    Raises DeclarationRefusedError, which names the line.
    """
    rows = list(csv.reader(io.StringIO(text.removeprefix("\N{BOM}"))))
    if not rows or [cell.strip() for cell in rows[0]] != list(CSV_HEAD):
        raise _refused("第一行不是规定的表头", "、".join(CSV_HEAD), "第 1 行")
    found = []
    for line, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(CSV_HEAD) or not row[1].strip():
            raise _refused(
                f"第 {line} 行有 {len(row)} 格", f"{len(CSV_HEAD)} 格，起始文号必填", f"第 {line} 行"
            )
        item, first, last, reason = (cell.strip() for cell in row)
        found.append(NumberRange(item, first, last or None, reason))
    return found
