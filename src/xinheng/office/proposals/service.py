"""Proposing, deciding, and what a new version holds. Files are written and activated by the face."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from xinheng.core.ids import new_id
from xinheng.core.times import SHANGHAI, Clock, today
from xinheng.core.wording import fault
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.office.access import audit
from xinheng.office.access import service as access
from xinheng.office.proposals import model, model_items, store
from xinheng.office.proposals.errors import (
    NothingToIssue,
    ProposalAbsent,
    ProposalDecided,
    ProposalRefused,
)
from xinheng.office.proposals.model import FieldProposal, Kind, Proposal, RuleDoubt, State
from xinheng.office.proposals.model_items import ItemProposal

WORDS = 400
_OPEN = (State.PROPOSED, State.ACCEPTED, State.ISSUED)


@dataclass(frozen=True)
class Wish:
    """What an agency proposes. `item`: of a data item, the item that it is for."""

    agency: UUID
    account: UUID | None
    actor: str
    what: FieldProposal | ItemProposal
    reason: str
    source: str = ""
    item: str = ""


@dataclass(frozen=True)
class Doubt:
    """A rule that the office found wrong, over rows of this agency."""

    agency: UUID
    actor: str
    item: str
    rule: RuleDoubt
    reason: str


def propose(tx: Transaction, pack: Pack, wish: Wish, clock: Clock) -> Proposal:
    """Keep a proposal. Raises ProposalRefused with everything that is wrong with it."""
    what = wish.what
    item = what.item if isinstance(what, ItemProposal) else wish.item
    wrong = _problems(tx, pack, what, item)
    if found := fault(wish.reason, 4, WORDS):
        wrong.append(f"理由{found}")
    if wish.source and (found := fault(wish.source, 2, WORDS)):
        wrong.append(f"所据文件{found}")
    if wrong:
        raise ProposalRefused(
            found="；".join(wrong), expected="写明代码、名称、类型、公开属性和理由", todo="修改后再提交"
        )
    new = Proposal(
        proposal=new_id(clock),
        agency=wish.agency,
        account=wish.account,
        item=item,
        what=what,
        reason=wish.reason.strip(),
        source=wish.source.strip(),
        opened=clock.now().at,
        state=State.PROPOSED,
    )
    return _kept(tx, new, clock, wish.actor)


def _problems(tx: Transaction, pack: Pack, what: FieldProposal | ItemProposal, item: str) -> list[str]:
    if isinstance(what, ItemProposal):
        asked = [p.what for p in store.listed(tx, None, (State.PROPOSED, State.ACCEPTED))]
        names = {i.id: i.name for i in pack.items.values()}
        return model_items.problems(what, names, [w for w in asked if isinstance(w, ItemProposal)])
    taken = [p.what for p in store.listed(tx, None, _OPEN, item)]
    fields = [w for w in taken if isinstance(w, FieldProposal)]
    return list(model.problems(what, pack.items.get(item), fields))


def _kept(tx: Transaction, new: Proposal, clock: Clock, actor: str) -> Proposal:
    store.insert(tx, new)
    audit.note(tx, clock, actor, "proposal.add", f"{new.item} {new.what.code} {new.what.name}")
    return new


def doubt(tx: Transaction, said: Doubt, clock: Clock) -> Proposal | None:
    """Keep that a rule is wrong, accepted as it is the office that says so; None where that is kept already.

    It waits until whoever keeps the rule's pack has mended it (`mended`).
    """
    waiting = store.listed(tx, None, (State.PROPOSED, State.ACCEPTED), said.item)
    if any(p.kind is Kind.RULE and p.what.code == said.rule.code for p in waiting):
        return None
    at = clock.now().at
    new = Proposal(
        proposal=new_id(clock),
        agency=said.agency,
        account=None,
        item=said.item,
        what=said.rule,
        reason=said.reason.strip(),
        source="",
        opened=at,
        state=State.PROPOSED,
    )
    _kept(tx, new, clock, said.actor)
    store.decide(tx, new.proposal, State.ACCEPTED, at, (said.actor, ""))
    return by_id(tx, new.proposal)


def mended(tx: Transaction, pack: Pack, proposal: UUID, clock: Clock, actor: str) -> Proposal:
    """Note that the active pack has the rule mended. Raises ProposalAbsent, ProposalDecided."""
    found = store.by_id(tx, proposal, held=True)
    if found is None:
        raise absent(proposal)
    if found.kind is not Kind.RULE or found.state is not State.ACCEPTED:
        raise ProposalDecided(
            found=f"{found.what.code} 现为“{NAMES[found.state]}”",
            expected="已采纳而未修订的规则",
            todo="刷新页面查看现状",
        )
    store.issue(tx, proposal, pack.label, clock.now().at)
    audit.note(tx, clock, actor, "proposal.issued", f"{found.what.code} {pack.label}")
    return by_id(tx, proposal)


def decide(tx: Transaction, proposal: UUID, to: State, note: str, clock: Clock, actor: str) -> Proposal:
    """Accept, refuse or take back. Raises ProposalAbsent, ProposalDecided, ProposalRefused."""
    found = store.by_id(tx, proposal, held=True)
    if found is None:
        raise absent(proposal)
    if to not in model.FOLLOWS[found.state] or to is State.ISSUED:
        raise ProposalDecided(
            found=f"{found.what.code} {found.what.name} 现为“{NAMES[found.state]}”",
            expected="还没有结论的建议",
            todo="刷新页面查看现状",
        )
    if to is State.REFUSED and fault(note, 2, WORDS):
        raise ProposalRefused(found="没有写明不采纳的理由", expected=f"2 至 {WORDS} 字", todo="写明理由")
    store.decide(tx, proposal, to, clock.now().at, (actor, note.strip()))
    audit.note(tx, clock, actor, f"proposal.{to.value}", f"{found.item} {found.what.code}")
    return by_id(tx, proposal)


NAMES = {
    State.PROPOSED: "待审",
    State.ACCEPTED: "采纳，待发布",
    State.REFUSED: "不采纳",
    State.TAKEN_BACK: "撤回",
    State.ISSUED: "已发布",
}


def absent(proposal: object) -> ProposalAbsent:
    """The refusal for a proposal that is not there, or not for this asker."""
    return ProposalAbsent(found=f"建议 {proposal}", expected="列表中的一项", todo="从列表中选择")


def by_id(tx: Transaction, proposal: UUID) -> Proposal:
    """One proposal. Raises ProposalAbsent."""
    found = store.by_id(tx, proposal)
    if found is None:
        raise absent(proposal)
    return found


def listed(
    tx: Transaction, among: Collection[UUID] | None = None, states: tuple[State, ...] = ()
) -> list[Proposal]:
    """Proposals, newest first: of these agencies, or of all."""
    return store.listed(tx, among, states)


@dataclass(frozen=True)
class Edition:
    """A version of the local catalogue about to be issued: its files as plain values, what is new."""

    name: str
    number: int
    files: dict[str, Any]
    new: tuple[Proposal, ...]


def edition(tx: Transaction, pack: Pack, clock: Clock) -> Edition:
    """The next version: everything issued before, and what was accepted since. Raises NothingToIssue."""
    new = [p for p in store.listed(tx, None, (State.ACCEPTED,)) if p.kind is not Kind.RULE]
    if not new:
        raise NothingToIssue(
            found="没有已采纳而未发布的建议", expected="至少采纳一项", todo="先审核建议，再发布"
        )
    before = [p for p in store.listed(tx, None, (State.ISSUED,)) if p.kind is not Kind.RULE]
    on: dict[UUID, date] = {p: at.astimezone(SHANGHAI).date() for p, at in store.issued_at(tx).items()}
    on |= {p.proposal: today(clock) for p in new}
    every = sorted([*before, *new], key=lambda p: (on[p.proposal], p.opened, str(p.proposal)))
    number = store.editions(tx) + 1
    providers = access.by_ids(tx, {p.agency for p in every})
    files = model.local_pack(pack.name, pack.title, every, on, providers, number)
    return Edition(model.local_name(pack.name), number, files, tuple(new))


def mark_issued(tx: Transaction, new: Sequence[Proposal], label: str, clock: Clock, actor: str) -> None:
    """Note that a version with these is active. Raises ProposalDecided where one was decided otherwise."""
    at = clock.now().at
    for each in new:
        now = store.by_id(tx, each.proposal, held=True)
        if now is None or now.state is not State.ACCEPTED:
            raise ProposalDecided(
                found=f"{each.what.code} 在发布过程中已被改动", expected="仍为采纳的建议", todo="重新发布"
            )
        store.issue(tx, each.proposal, label, at)
    audit.note(tx, clock, actor, "proposal.issued", f"{label}：{len(new)} 项")
