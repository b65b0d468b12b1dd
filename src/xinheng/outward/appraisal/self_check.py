"""城市信用状况监测自查: each printed indicator with what the platform can say, its gap, owner and proofs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from xinheng.core.ids import new_id
from xinheng.core.times import Clock, today
from xinheng.core.wording import fault
from xinheng.ground.store.transaction import Transaction
from xinheng.law.city_monitoring import Monitored, MonitoringTable
from xinheng.law.packs import Pack
from xinheng.office.access import audit
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Agency
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, NewCase
from xinheng.outward.appraisal import model_monitoring as model
from xinheng.outward.appraisal import store_monitoring as store
from xinheng.outward.appraisal.errors import SelfCheckRefused
from xinheng.outward.appraisal.model_monitoring import Check, Figure, Proof, Rank, Standing, State

Measure = Callable[[str], Figure]
"""A figure of the platform for the place, over the table's window."""


def table_of(pack: Pack) -> MonitoringTable:
    """The edition to check against: the one of the pack that came last. Raises SelfCheckRefused."""
    found = sorted(pack.appraisal.monitoring.values(), key=lambda t: t.span.start)
    if not found:
        raise _refused("规则包中没有城市监测指标表", "appraisal 目录中的 monitoring")
    return found[-1]


def indicator_of(table: MonitoringTable, name: str) -> Monitored:
    """The indicator with this id. Raises SelfCheckRefused."""
    for each in table.indicators:
        if each.id == name:
            return each
    raise _refused(f"指标 {name[:40]}", "指标表中的二级指标")


def board(tx: Transaction, table: MonitoringTable, measure: Measure) -> tuple[Standing, ...]:
    """Every indicator as it stands."""
    checks, proofs = store.checks(tx, table.id), store.proofs(tx, table.id)
    return tuple(
        Standing(
            group=f"{group.name} {group.points:f}",
            indicator=i,
            figures=tuple(measure(name) for name in i.figures),
            check=checks.get(i.id),
            proofs=tuple(p for p in proofs if p.indicator == i.id),
        )
        for group in table.groups
        for i in group.indicators
    )


@dataclass(frozen=True)
class NewCheck:
    """What is entered about an indicator."""

    indicator: str
    state: State
    gap: str = ""
    owner: Agency | None = None
    due_on: date | None = None


def enter(tx: Transaction, pack: Pack, new: NewCheck, clock: Clock, actor: Actor) -> Check:
    """Keep what was found; a gap with an owner and a day is a case of that owner until it is met.

    Raises SelfCheckRefused.
    """
    table = table_of(pack)
    indicator = indicator_of(table, new.indicator)
    if new.gap and (wrong := fault(new.gap, 2, model.WORDS)):
        raise _refused(f"差距{wrong}", f"2 至 {model.WORDS} 字，不含证件号码")
    if new.state is State.GAP and not (new.gap and new.owner):
        raise _refused("有差距而没有写差在哪里或没有责任单位", "差距和责任单位都写明")
    if new.due_on is not None and new.due_on < today(clock):
        raise _refused(f"期限 {new.due_on} 已过", "今天或以后的日子")
    check = Check(
        edition=table.id,
        indicator=indicator.id,
        state=new.state,
        gap=new.gap.strip(),
        owner=new.owner.agency if new.owner else None,
        due_on=new.due_on,
        at=clock.now().at,
        by=actor.name,
    )
    store.insert_check(tx, new_id(clock), check)
    _follow(tx, pack, check, indicator, clock, actor)
    audit.note(tx, clock, actor.name, "monitoring.check", f"{table.id} {indicator.id} {new.state.value}")
    return check


def _follow(
    tx: Transaction, pack: Pack, check: Check, indicator: Monitored, clock: Clock, actor: Actor
) -> None:
    """Open the owner's case, or end it: another owner or another day is another case."""
    ref = f"monitoring:{check.edition}/{check.indicator}"
    for case in cases.by_ref(tx, ref):
        same = (case.owner, case.due_on) == (check.owner, check.due_on) and check.state is State.GAP
        if case.closed is None and not same:
            outcome = "met" if check.state is State.MET else "replaced"
            cases.close(tx, case.case, actor, outcome, check.gap or model.STATES[check.state], clock)
    if check.state is State.GAP and check.owner is not None:
        new = NewCase(
            kind=model.GAP,
            title=f"城市监测自查“{indicator.name}”：{check.gap}",
            owner=check.owner,
            ref=ref,
            due_on=check.due_on,
            detail={"指标": indicator.name, "差距": check.gap},
            opener=actor.agency,
            dedupe=ref,
        )
        cases.open_case(tx, new, clock)


def add_proof(tx: Transaction, pack: Pack, new: Proof, clock: Clock) -> None:
    """Add a proof to an indicator. Raises SelfCheckRefused."""
    indicator_of(table_of(pack), new.indicator)
    if wrong := fault(new.what, 2, 100):
        raise _refused(f"说明{wrong}", "2 至 100 字，写明能证明什么")
    store.insert_proof(tx, new)
    audit.note(tx, clock, new.by, "monitoring.proof", f"{new.indicator} {new.digest[:12]} {new.name}")


def remove_proof(tx: Transaction, pack: Pack, indicator: str, digest: str, clock: Clock, by: str) -> None:
    """Take a proof out of the package; the row stays. Raises SelfCheckRefused where it is not in it."""
    if not store.remove_proof(tx, table_of(pack).id, indicator, digest, clock.now().at):
        raise _refused("这份佐证不在", "列表中的一份佐证")
    audit.note(tx, clock, by, "monitoring.proof.remove", f"{indicator} {digest[:12]}")


def proofs(tx: Transaction, pack: Pack) -> list[Proof]:
    """The proofs that are part of the package."""
    return store.proofs(tx, table_of(pack).id)


def history(tx: Transaction, pack: Pack, indicator: str) -> list[Check]:
    """Everything that was entered about an indicator, the latest first."""
    return store.history(tx, table_of(pack).id, indicator)


def add_rank(tx: Transaction, new: Rank, clock: Clock) -> None:
    """Keep a month's rank with its source; an earlier entry of the month stays. Raises SelfCheckRefused."""
    if new.month.day != 1 or new.month >= today(clock):
        raise _refused(f"月份 {new.month:%Y-%m}", "已经开始的月份，写作 2026-01")
    if new.place < 1 or (new.of is not None and new.of < new.place):
        raise _refused(f"第 {new.place} 名，共 {new.of}", "名次从 1 起，不大于参加排名的城市数")
    if wrong := fault(new.source, 4, 200):
        raise _refused(f"出处{wrong}", "4 至 200 字，写明在哪里看到的")
    store.insert_rank(tx, new)
    audit.note(tx, clock, new.by, "monitoring.rank", f"{new.month:%Y-%m} {new.place}")


def ranks(tx: Transaction) -> list[Rank]:
    """The latest entry of each month, the latest month first."""
    return store.ranks(tx)


def package(
    tx: Transaction,
    table: MonitoringTable,
    standings: tuple[Standing, ...],
    said: tuple[str, date, date],
    read: Callable[[str], bytes],
) -> bytes:
    """The package for reporting up. `said`: the place's name and the window."""
    ids: set[UUID] = {s.check.owner for s in standings if s.check and s.check.owner}
    owners = {str(agency): body.name for agency, body in agencies.by_ids(tx, ids).items()}
    place, first, end = said
    told = {"place": place, "from": first.isoformat(), "to": end.isoformat(), "owners": owners}
    return model.package(table, standings, ranks(tx), told, read)


def _refused(found: str, expected: str) -> SelfCheckRefused:
    return SelfCheckRefused(found=found, expected=expected, todo="修改后再提交")
