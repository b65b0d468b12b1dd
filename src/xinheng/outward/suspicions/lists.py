"""Lists handed down: keeping one that was read, looking at it, closing it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from uuid import UUID

from xinheng.core.ids import new_id, new_ids
from xinheng.core.times import Clock
from xinheng.core.wording import fault
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.office.access import audit
from xinheng.office.cases.model import Actor
from xinheng.outward.suspicions import service, store, store_lists
from xinheng.outward.suspicions.errors import ListAbsent, ListRefused, ListTwice, TurnRefused
from xinheng.outward.suspicions.model import Filter, NewSuspicion, Progress, Source, State
from xinheng.outward.suspicions.model_lists import GivenBack, Line, NewList, Package, Sheet, SuspicionList

TITLE_LENGTH, MOST_DAYS = 100, 60


def keep(  # noqa: PLR0913, PLR0917 - what was read, what is said of it, whose it is
    tx: Transaction,
    sheet: Sheet,
    new: NewList,
    office: UUID,
    actor: Actor,
    clock: Clock,
    pack: Pack,
    line_ids: Mapping[int, UUID] | None = None,
) -> SuspicionList:
    """Keep a list; every row about an organisation becomes a suspicion in the office's own hand.

    `line_ids`: where the lines have ids already, from another instance. Raises ListTwice, ListRefused.
    """
    _check(new, sheet)
    there = store_lists.list_by_file(tx, office, sheet.file_sha256)
    if there is not None:
        raise twice(there)
    made = SuspicionList(
        list_id=new_id(clock),
        office=office,
        title=" ".join(new.title.split()),
        sender=" ".join(new.sender.split()),
        number=" ".join((new.number or "").split()) or None,
        item=pack.item(new.item).id,
        received_on=new.received_on,
        due_on=new.due_on,
        days_back=new.days_back,
        file_name=new.file_name[-TITLE_LENGTH:],
        file_sha256=sheet.file_sha256,
        kind=sheet.kind,
        above=sheet.above,
        columns=sheet.columns,
        lines=len(sheet.rows),
        persons=sheet.persons,
        masked=sheet.masked,
        origin=new.origin,
        created=clock.now().at,
        created_by=actor.name,
    )
    store_lists.insert_list(tx, made)
    ids = new_ids(clock, 2 * len(sheet.rows))
    kept = list(_lines(sheet, ids, line_ids or {}))
    for start in range(0, len(kept), service.PIECE):
        batch = store_lists.line_rows(made.list_id, kept[start : start + service.PIECE])
        store_lists.load_lines(tx, iter([batch]))
    service.raise_many(tx, _suspicions(made, sheet, kept), clock, pack)
    audit.note(
        tx,
        clock,
        actor.name,
        "suspicions.import",
        f"{made.title} {made.lines} 行 {made.file_sha256[:12]}",
        actor.account,
    )
    return made


def _check(new: NewList, sheet: Sheet) -> None:
    for text, name in ((new.title, "清单名称"), (new.sender, "下发单位")):
        if wrong := fault(" ".join(text.split()), 2, TITLE_LENGTH):
            raise _refused(f"{name}{wrong}", f"2 至 {TITLE_LENGTH} 个字，不含证件号码", "title")
    if wrong := fault(new.number or "", 0, TITLE_LENGTH):
        raise _refused(f"来文文号{wrong}", f"至多 {TITLE_LENGTH} 个字", "number")
    if not sheet.rows:
        raise _refused("清单没有数据行", "至少一行", "file")
    if new.due_on is not None and new.due_on < new.received_on:
        raise _refused(f"期限 {new.due_on} 早于收到日 {new.received_on}", "收到日之后的期限", "due_on")
    if not 0 <= new.days_back <= MOST_DAYS:
        raise _refused(f"留给汇总的天数为 {new.days_back}", f"0 至 {MOST_DAYS} 天", "days_back")


def _refused(found: str, expected: str, where: str) -> ListRefused:
    return ListRefused(found=found, expected=expected, todo="改正后重新导入", where=where)


def twice(there: SuspicionList) -> ListTwice:
    """The refusal for a file that was imported before."""
    return ListTwice(
        found=f"同一文件已作为“{there.title}”导入（{there.lines} 行）",
        expected="没有导入过的清单",
        todo="打开已导入的清单继续办理；上级更正过的清单请用更正后的文件",
        where=str(there.list_id),
    )


def _lines(sheet: Sheet, ids: bytes, given: Mapping[int, UUID]) -> Iterator[Line]:
    for i, row in enumerate(sheet.rows):
        own, raised = (UUID(bytes=ids[16 * n : 16 * n + 16]) for n in (2 * i, 2 * i + 1))
        asks = row.cells is not None and row.data
        number = row.number if row.cells is not None else service.masked(row.number)
        yield Line(row.line, given.get(row.line, own), number, row.cells, raised if asks else None)


def _suspicions(made: SuspicionList, sheet: Sheet, kept: list[Line]) -> Iterator[NewSuspicion]:
    for row, line in zip(sheet.rows, kept, strict=True):
        if line.suspicion is None:
            continue
        yield NewSuspicion(
            agency=made.office,
            source=Source.HANDED,
            item=made.item,
            number=row.number,
            party=row.party,
            decided_on=row.decided_on,
            evidence={"清单": made.title, "下发单位": made.sender, "原文件摘要": made.file_sha256},
            dedupe=f"list:{made.list_id}:{line.line_id}",
            list_id=made.list_id,
            line=row.line,
            due_on=made.due_on,
            basis=f"{made.sender}{'（' + made.number + '）' if made.number else ''}要求"
            if made.due_on
            else None,
            chain=(made.office,),
            suspicion=line.suspicion,
        )


# -- looking -----------------------------------------------------------------------------------------


def by_id(tx: Transaction, list_id: UUID, sees: UUID | None) -> SuspicionList:
    """A list as a body sees it (None: sees all). Raises ListAbsent where nothing of it came to that body."""
    there = store_lists.list_by_id(tx, list_id)
    if there is None or not (
        sees is None or there.office == sees or store.count(tx, Filter(sees=sees, list_id=list_id))
    ):
        raise ListAbsent(
            found=f"编号 {list_id} 不存在，或没有转到本单位的行",
            expected="本单位经手的清单",
            todo="从清单列表进入",
        )
    return there


def held_by(tx: Transaction, list_id: UUID, office: UUID | None) -> SuspicionList:
    """A list of this very office. Raises ListAbsent."""
    there = by_id(tx, list_id, office)
    if there.office != office:
        raise ListAbsent(
            found="这份清单由其他单位收下", expected="本单位导入的清单", todo="由导入清单的信用办办理"
        )
    return there


def listed(tx: Transaction, sees: UUID | None, limit: int, offset: int = 0) -> list[SuspicionList]:
    """Lists that a body holds, or of which something came to it; None: all. The latest first."""
    return store_lists.lists(tx, sees, limit, offset)


def tallies(tx: Transaction, those: list[SuspicionList], sees: UUID | None) -> dict[UUID, tuple[int, int]]:
    """list -> (lines to be answered, settled), as far as a body sees them."""
    return store_lists.tallies(tx, [one.list_id for one in those], sees)


def progress(tx: Transaction, list_id: UUID, sees: UUID | None, on: date) -> list[Progress]:
    """How far each body directly below `sees` is; `sees` itself where lines wait in its own hand."""
    return store.progress(tx, list_id, sees, on)


def line_of(tx: Transaction, suspicion: UUID) -> Line | None:
    """The sender's row of a suspicion, where it came with a list."""
    return store_lists.lines_of(tx, [suspicion]).get(suspicion)


def packages(tx: Transaction, list_id: UUID) -> list[Package]:
    """Parts of a list that went to other instances, the earliest first."""
    return store_lists.packages(tx, list_id)


def package(tx: Transaction, list_id: UUID, package_id: UUID) -> Package:
    """A package of that list. Raises ListAbsent."""
    found = store_lists.package(tx, package_id, held=True)
    if found is None or found.list_id != list_id:
        raise ListAbsent(found="没有这个交换包", expected="这份清单发出的交换包", todo="从清单页面选择")
    return found


def given_back(tx: Transaction, list_id: UUID, limit: int = 20) -> list[GivenBack]:
    """Files of a list that were given out, the latest first."""
    return [GivenBack(*row) for row in store_lists.exports(tx, list_id, limit)]


def close(tx: Transaction, list_id: UUID, office: UUID | None, actor: Actor, clock: Clock) -> None:
    """Close a list whose lines are all settled. Raises ListAbsent, TurnRefused."""
    there = held_by(tx, list_id, office)
    total = store.count(tx, Filter(list_id=list_id))
    open_ = total - store.count(tx, Filter(list_id=list_id, state=State.SETTLED))
    if open_ or there.closed:
        raise TurnRefused(
            found=f"还有 {open_} 行没有办结" if open_ else "清单已经办结",
            expected="所有行都已办结的清单",
            todo="审核或催办剩下的行",
            where=str(list_id),
        )
    store_lists.set_closed(tx, list_id, clock.now().at, actor.name)
    audit.note(tx, clock, actor.name, "suspicions.close", there.title, actor.account)
