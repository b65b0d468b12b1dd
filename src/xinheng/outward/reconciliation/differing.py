"""Differences as they are kept: opened when something differs, with owner, explanation and case; closed by
themselves when it does no more.

What an agency must mend (a returned row) is a case of its own for that agency. What the platform office looks
into is one case a partner and kind, however many records it concerns: the list behind it names each.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from xinheng.core.ids import new_ids
from xinheng.core.times import Clock
from xinheng.ground.store.transaction import Transaction
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import PLATFORM, NewCase, State
from xinheng.outward.reconciliation import differences_store, flags_store, store, versions_store, ways_store
from xinheng.outward.reconciliation.comparing import Compared
from xinheng.outward.reconciliation.differences_store import Difference, Found
from xinheng.outward.reconciliation.model import EXPLANATIONS, NAMES, Act, Kind, Partner
from xinheng.outward.reconciliation.partner import Broken

CASE: Final = "upward_difference"
RETURNED: Final = "upward_returned"
GONE: Final = "gone"  # outcome of a case whose difference is no longer there
BY_RECORD: Final = (Kind.MISSING, Kind.NOT_SHOWN, Kind.STILL_SHOWN, Kind.STILL_HELD, Kind.CONTENT)
AWAY_CODES: Final = ("XH862", "XH863", "XH864", "XH865", "XH867", "XH854", "XH859")


def settle(tx: Transaction, partner: Partner, clock: Clock, compared: Compared | None) -> int:
    """Bring the open differences to what differs now; how many are open. `compared`: a list that was walked
    in this run; without one, what only a list can tell stays as it was."""
    now = clock.now().at
    found: dict[Kind, list[Found]] = {
        Kind.RETURNED: _returned(tx, partner),
        Kind.NO_ANSWER: _unanswered(tx, partner, now),
        Kind.UNDECIDED: _undecided(tx, partner, now),
        Kind.WAITING: _waiting(tx, partner, now),
        Kind.REFUSED: _refused(tx, partner),
    }
    for kind in BY_RECORD:
        found[kind] = _faults(tx, partner, kind)
    if compared is not None:
        found[Kind.UNKNOWN] = [
            Found(Kind.UNKNOWN, f"there:{there}"[:200], partner.office, EXPLANATIONS[Kind.UNKNOWN], item)
            for there, item in compared.unknown.items()
        ]
        found[Kind.COUNT] = _counts(tx, partner, compared)
    for kind, wanted in found.items():
        _bring(tx, partner, kind, wanted, clock)
    return sum(differences_store.counts(tx, differences_store.Wanted(partner.partner)).values())


def broken(tx: Transaction, partner: Partner, files: Collection[Broken], clock: Clock) -> None:
    """The files of the partner's that could not be used in this run; those of earlier runs are mended."""
    found = [
        Found(
            Kind.UNREADABLE,
            f"file:{b.ref}"[:200],
            partner.office,
            f"{b.ref}：{b.why}。{EXPLANATIONS[Kind.UNREADABLE]}",
        )
        for b in files
    ]
    _bring(tx, partner, Kind.UNREADABLE, found, clock)


def reached(tx: Transaction, partner: Partner, code: str | None, said: str | None, clock: Clock) -> None:
    """How the run ended: a partner that is out of reach is a difference until it is reached again."""
    found = []
    if code in AWAY_CODES:
        found = [Found(Kind.AWAY, "partner", partner.office, f"{said}。{EXPLANATIONS[Kind.AWAY]}"[:500])]
    _bring(tx, partner, Kind.AWAY, found, clock)


def _bring(tx: Transaction, partner: Partner, kind: Kind, wanted: Iterable[Found], clock: Clock) -> None:
    """Open what is new, say anew what changed, end what is gone; and so their cases."""
    now = clock.now().at
    there = differences_store.open_keys(tx, partner.partner, kind)
    given = {found.about: found for found in wanted}
    new = [found for about, found in given.items() if about not in there]
    gone = [difference for about, difference in there.items() if about not in given]
    differences_store.resay(
        tx,
        [(d.difference, given[a].said) for a, d in there.items() if a in given and d.said != given[a].said],
    )
    ids = new_ids(clock, len(new))
    made = [
        _made(partner, found, UUID(bytes=ids[16 * i : 16 * i + 16]), found.since or now)
        for i, found in enumerate(new)
    ]
    single = [d for d in made if d.kind is Kind.RETURNED and d.owner != partner.office]
    group = None
    if len(made) > len(single):
        group = cases.open_case(tx, _group_case(partner, kind), clock).case
    cases.open_many(tx, [_own_case(partner, d) for d in single], clock)
    own = {d.difference for d in single}
    differences_store.insert(
        tx, [_with_case(d, d.difference if d.difference in own else group) for d in made]
    )
    differences_store.end(tx, [d.difference for d in gone], now)
    _close(tx, partner, kind, gone, bool(given), clock)


def _made(partner: Partner, found: Found, difference: UUID, since: datetime) -> Difference:
    return Difference(
        difference,
        partner.partner,
        found.kind,
        found.about,
        found.item,
        found.agency,
        found.owner,
        since,
        found.said,
        None,
        None,
    )


def _with_case(difference: Difference, case: UUID | None) -> Difference:
    return Difference(**{**vars(difference), "case": case})


def _group_case(partner: Partner, kind: Kind) -> NewCase:
    return NewCase(
        kind=CASE,
        title=f"{partner.name}：{NAMES[kind]}",
        owner=partner.office,
        ref=f"upward:{partner.partner}/{kind.value}",
        detail={"partner": partner.name, "kind": NAMES[kind], "explanation": EXPLANATIONS[kind]},
        dedupe=f"upward:{partner.partner}:{kind.value}",
    )


def _own_case(partner: Partner, difference: Difference) -> NewCase:
    return NewCase(
        kind=RETURNED,
        title=f"上级退回：{partner.name}",
        owner=difference.owner,
        ref=difference.about,
        detail={"partner": partner.name, "explanation": difference.said},
        dedupe=f"upward:{partner.partner}:{difference.about}",
        case=difference.difference,
    )


def _close(
    tx: Transaction, partner: Partner, kind: Kind, gone: list[Difference], some_left: bool, clock: Clock
) -> None:
    """Close the cases of what is gone; the one of a kind when nothing of the kind is left."""
    grouped = {d.case for d in gone if d.case is not None and d.case != d.difference}
    ended = [d.case for d in gone if d.case == d.difference]
    if not some_left:
        ended += grouped
    note = "对方已收下，差异消除" if kind is Kind.RETURNED else "差异已消除"
    cases.step_many(tx, [c for c in ended if c], GONE, PLATFORM, note, clock, State.CLOSED, outcome=GONE)


def _returned(tx: Transaction, partner: Partner) -> list[Found]:
    kept = flags_store.back(tx, partner.partner)
    why = versions_store.reasons(tx, partner.partner, [k.way.record for k in kept])
    found = []
    for k in kept:
        said = "；".join(json.loads(why.get(k.way.record, "[]"))) or "对方没有说明原因"
        mending = k.way.sent != k.way.wanted or k.way.state.value in ("due", "sent", "received")
        on = "已有更正版本，等对方结果" if mending else EXPLANATIONS[Kind.RETURNED]
        owner = partner.office if k.way.sent_act is Act.WITHDRAW else k.agency
        text = f"对方退回：{said}。{on}"
        found.append(Found(Kind.RETURNED, f"record:{k.way.record}", owner, text, k.item, k.agency, k.changed))
    return found


def _faults(tx: Transaction, partner: Partner, kind: Kind) -> list[Found]:
    return [
        Found(
            kind,
            f"record:{k.way.record}",
            partner.office,
            EXPLANATIONS[kind],
            k.item,
            k.agency,
            k.fault_since,
        )
        for k in flags_store.faulty(tx, partner.partner, kind)
    ]


def _unanswered(tx: Transaction, partner: Partner, now: datetime) -> list[Found]:
    patience = timedelta(hours=partner.hours)
    return [
        Found(
            Kind.NO_ANSWER,
            f"batch:{b.batch}",
            partner.office,
            f"第 {b.number} 批 {b.rows} 行，已发 {b.attempts} 次，没有完整的回执。"
            f"{EXPLANATIONS[Kind.NO_ANSWER]}",
            b.item,
            since=b.made + patience,
        )
        for b in store.open_batches(tx, partner.partner)
        if b.made + patience <= now
    ]


def _undecided(tx: Transaction, partner: Partner, now: datetime) -> list[Found]:
    before = now - timedelta(hours=partner.hours)
    return [
        Found(
            Kind.UNDECIDED,
            f"record:{k.way.record}",
            partner.office,
            EXPLANATIONS[Kind.UNDECIDED],
            k.item,
            k.agency,
            k.changed,
        )
        for k in flags_store.undecided(tx, partner.partner, before)
    ]


def _waiting(tx: Transaction, partner: Partner, now: datetime) -> list[Found]:
    before = now - timedelta(hours=partner.hours)
    found: Mapping[str, int] = flags_store.waiting(tx, partner.partner, before)
    return [
        Found(
            Kind.WAITING,
            f"item:{item}",
            partner.office,
            f"{count} 条到时没有发出。{EXPLANATIONS[Kind.WAITING]}",
            item,
        )
        for item, count in found.items()
    ]


def _refused(tx: Transaction, partner: Partner) -> list[Found]:
    return [
        Found(
            Kind.REFUSED,
            f"batch:{b.batch}",
            partner.office,
            f"第 {b.number} 批 {b.rows} 行没有受理：{b.refused}。{EXPLANATIONS[Kind.REFUSED]}",
            b.item,
            since=b.ended,
        )
        for b in store.refused(tx, partner.partner)
    ]


def _counts(tx: Transaction, partner: Partner, compared: Compared) -> list[Found]:
    here = ways_store.standing(tx, partner.partner, compared.at)
    found = []
    for item in sorted({*here, *compared.there}):
        (stands, moving), there = here.get(item, (0, 0)), compared.there[item]
        if stands != there:
            text = f"对方已收 {stands} 条，清单现有 {there} 条；另有在途 {moving} 条，两边都不计。"
            found.append(
                Found(Kind.COUNT, f"item:{item}", partner.office, text + EXPLANATIONS[Kind.COUNT], item)
            )
    return found
