"""Between instances by file: a part of a list goes to a county's own platform and its answers come back.

A package is a zip with a manifest that names the SHA-256 of every member; its digest is that of the manifest.
The way back names the digest of what was handed on: so a package of another list, or of another part, or one
that was changed on the way, is refused as a whole. Rows about natural persons never travel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from xinheng.core import canonical
from xinheng.core.identity import mask
from xinheng.core.ids import new_id
from xinheng.core.times import Clock
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit
from xinheng.office.access.model import Agency
from xinheng.office.cases.model import Actor
from xinheng.outward.documents import attachments as files
from xinheng.outward.suspicions import answering, returning, splitting, store, store_lists
from xinheng.outward.suspicions.errors import AnswerRefused, PackageRefused
from xinheng.outward.suspicions.model import Answer, Filter, Outcome, State, Suspicion
from xinheng.outward.suspicions.model_lists import (
    NewList,
    Origin,
    Package,
    Row,
    Sheet,
    SheetColumn,
    SuspicionList,
)
from xinheng.outward.suspicions.package_file import FORMAT, Opened, opened, refused, write

LINES, ANSWERS = "lines.json", "answers.json"


# -- handing on --------------------------------------------------------------------------------------


def hand_on(
    tx: Transaction, of: SuspicionList, to: Agency, actor: Actor, clock: Clock, target: Path
) -> Package:
    """Write what this body below has in hand of a list as a package; the lines are out with it from then on.

    Raises AnswerRefused where it has nothing in hand.
    """
    asked = store.listed(tx, Filter(list_id=of.list_id, hand=to.agency, state=State.GIVEN), splitting.MOST)
    those = [s for s in store.locked(tx, [s.suspicion for s in asked]) if s.awaits_answer_of(to.agency)]
    those = [s for s in those if s.level > 0 and s.chain[s.level - 1] == actor.agency]
    if not those:
        raise AnswerRefused(
            found=f"{to.name}手里没有可以打包的行",
            expected="已分给它、还没有答复的行",
            todo="先分解，再打包",
            where="to",
        )
    lines = store_lists.lines_of(tx, [s.suspicion for s in those])
    body = [
        {
            "line": s.line,
            "id": str(lines[s.suspicion].line_id),
            "number": s.number,
            "party": s.party,
            "decided_on": s.decided_on.isoformat() if s.decided_on else None,
            "cells": list(lines[s.suspicion].cells or ()),
        }
        for s in sorted(those, key=lambda s: s.line or 0)
    ]
    package = new_id(clock)
    terms = [s.due_on for s in those if s.due_on]
    said = {
        "format": FORMAT,
        "kind": "handed",
        "package": str(package),
        "list": str(of.list_id),
        "title": of.title,
        "sender": of.sender,
        "number": of.number,
        "item": of.item,
        "due_on": min(terms).isoformat() if terms else None,
        "to": to.name,
        "sheet": of.kind,
        "above": [list(row) for row in of.above],
        "columns": [[c.header, c.target, c.written] for c in of.columns],
    }
    digest = write(target, said, {LINES: canonical.dumps(body).encode()})
    made = Package(package, of.list_id, to.agency, digest, len(those), clock.now().at, actor.name, None, None)
    store_lists.insert_package(tx, made)
    store.set_package(tx, [s.suspicion for s in those], package)
    returning.note(tx, of, "package", digest, (len(those), len(those)), actor, clock)
    return made


def take_back(tx: Transaction, package: Package, actor: Actor, clock: Clock) -> int:
    """Lines that are still out come back into the hand of the body here: nobody waits for its platform."""
    ids = store.ids_of_package(tx, package.package)
    store.set_package(tx, ids, None)
    audit.note(
        tx, clock, actor.name, "suspicions.take_back", f"{package.package} {len(ids)} 行", actor.account
    )
    return len(ids)


def read_handed(path: Path, received_on: date) -> tuple[Sheet, NewList, Mapping[int, UUID]]:
    """A package that was handed on, as a list to be kept: the sheet, what is said of it, ids of its lines.

    Raises PackageRefused.
    """
    with opened(path, "handed") as parts:
        body = parts.json(LINES)
        said = parts.said
        try:
            rows = tuple(_row(one) for one in body)
            sheet = Sheet(
                columns=tuple(SheetColumn(str(h), str(t), str(w)) for h, t, w in said["columns"]),
                above=tuple(tuple(str(cell) for cell in row) for row in said["above"]),
                rows=rows,
                file_sha256=parts.digest,
                kind="csv" if said["sheet"] == "csv" else "xlsx",
                masked=0,
            )
            new = NewList(
                title=said["title"],
                sender=said["sender"],
                item=said["item"],
                received_on=received_on,
                due_on=max(date.fromisoformat(said["due_on"]), received_on) if said["due_on"] else None,
                number=said["number"],
                file_name=path.name,
                origin=Origin(UUID(said["list"]), UUID(said["package"]), parts.digest),
            )
            return sheet, new, {int(one["line"]): UUID(one["id"]) for one in body}
        except (KeyError, TypeError, ValueError) as error:
            raise refused("内容不合交换包的格式", path) from error


def _row(one: Mapping[str, Any]) -> Row:
    decided = one["decided_on"]
    return Row(
        line=int(one["line"]),
        cells=tuple(mask(str(cell))[0] for cell in one["cells"]),
        number=one["number"],
        party=one["party"],
        decided_on=date.fromisoformat(decided) if decided else None,
    )


# -- the way back ------------------------------------------------------------------------------------


def give(
    tx: Transaction, of: SuspicionList, read: Callable[[str], bytes], actor: Actor, clock: Clock, target: Path
) -> tuple[str, int, int]:
    """Write the settled answers of a list that came as a package, with their scans. (digest, lines, open).

    `read`: the bytes of a digest. Raises PackageRefused where the list came otherwise.
    """
    if of.origin is None:
        raise PackageRefused(
            found="这份清单不是以交换包下发的",
            expected="由另一平台的交换包导入的清单",
            todo="按下发单位的表式导出",
        )
    those = store.listed(tx, Filter(list_id=of.list_id), splitting.MOST)
    settled = [s for s in those if s.state is State.SETTLED]
    lines = store_lists.lines_of(tx, [s.suspicion for s in settled])
    scans = store_lists.attachments(tx, [s.suspicion for s in settled])
    standing = {s.suspicion: [a for a in scans.get(s.suspicion, ()) if a.removed is None] for s in settled}
    body = [
        {
            "id": str(lines[s.suspicion].line_id),
            "outcome": s.outcome.value if s.outcome else None,
            "note": s.note,
            "by": s.settled_by,
            "files": [{"name": a.name, "sha256": a.sha256} for a in standing[s.suspicion]],
        }
        for s in settled
    ]
    said = {
        "format": FORMAT,
        "kind": "answered",
        "package": str(of.origin.package),
        "list": str(of.origin.list_id),
        "handed": of.origin.digest,
        "made": clock.now().isoformat(),
        "open": len(those) - len(settled),
    }
    contents = {f"files/{a.sha256}": a.sha256 for own in standing.values() for a in own}
    members: dict[str, bytes | Callable[[], bytes]] = {ANSWERS: canonical.dumps(body).encode()}
    members |= {name: partial(read, sha256) for name, sha256 in sorted(contents.items())}
    digest = write(target, said, members)
    returning.note(tx, of, "answers", digest, (len(settled), len(those) - len(settled)), actor, clock)
    return digest, len(settled), len(those) - len(settled)


@dataclass(frozen=True)
class Merged:
    """What a return package did: answers taken, those that were here already, lines still out."""

    taken: int
    known: int
    out: int


def merge(
    tx: Transaction,
    of: SuspicionList,
    path: Path,
    put: Callable[[bytes, str], files.Attachment],
    actor: Actor,
    clock: Clock,
) -> Merged:
    """Take the answers of a return package, for this office to check. Repeated, it changes nothing.

    `put` keeps a scan and says what it is. All or nothing. Raises PackageRefused, AttachmentRefused.
    """
    with opened(path, "answered") as parts:
        said = parts.said
        try:
            package = store_lists.package(tx, UUID(said["package"]), held=True)
            answers = [_said(one) for one in parts.json(ANSWERS)]
        except (KeyError, TypeError, ValueError) as error:
            raise refused("内容不合交换包的格式", path) from error
        if package is None or package.list_id != of.list_id or str(of.list_id) != said.get("list"):
            raise refused("这个包答复的是另一份清单，或不是本平台发出的", path)
        if said.get("handed") != package.digest:
            raise refused("答复所依据的下发包与本平台发出的不一致", path)
        given = {one["id"]: one for one in answers}
        if len(given) != len(answers):
            raise refused("同一行答复了两次", path)
        known = store_lists.by_line_id(tx, of.list_id, list(given))
        those = {s.suspicion: s for s in store.locked(tx, list(known.values()))}
        earlier = store.answers_of_package(tx, package.package)
        taken = _taken(given, known, those, earlier, package, path)
        _take(tx, [(those[known[id_]], given[id_]) for id_ in taken], package, parts, put, actor, clock)
        store_lists.set_merged(tx, package.package, clock.now().at, str(said.get("made", ""))[:40])
        out = len(store.ids_of_package(tx, package.package))
        text = f"{of.title} {parts.digest[:12]} {len(taken)} 行"
        audit.note(tx, clock, actor.name, "suspicions.merge", text, actor.account)
        return Merged(len(taken), len(given) - len(taken), out)


def _said(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": UUID(one["id"]),
        "outcome": Outcome(one["outcome"]),
        "note": str(one["note"])[:500],
        "by": str(one["by"] or "")[:100],
        "files": [(str(f["name"]), str(f["sha256"])) for f in one["files"]],
    }


def _taken(
    given: Mapping[UUID, Mapping[str, Any]],
    known: Mapping[UUID, UUID],
    those: Mapping[UUID, Suspicion],
    earlier: Mapping[UUID, Answer],
    package: Package,
    path: Path,
) -> list[UUID]:
    """Lines whose answer is new. The package is refused where one is not of it, or is answered otherwise."""
    fresh = []
    for id_, said in given.items():
        one = those.get(known[id_]) if id_ in known else None
        before = earlier.get(one.suspicion) if one else None
        if one is None or (one.package != package.package and before is None):
            raise refused("有的行不属于这个下发包", path)
        if before is None:
            fresh.append(id_)
        elif (before.outcome, before.note) != (said["outcome"], said["note"]):
            raise refused("有的行已经合并过另一个答复", path)
    return fresh


def _take(
    tx: Transaction,
    fresh: Sequence[tuple[Suspicion, Mapping[str, Any]]],
    package: Package,
    parts: Opened,
    put: Callable[[bytes, str], files.Attachment],
    actor: Actor,
    clock: Clock,
) -> None:
    at = clock.now().at
    answers = [
        Answer(
            new_id(clock),
            s.suspicion,
            said["outcome"],
            said["note"],
            None,
            at,
            package.agency,
            None,
            said["by"],
            package.package,
        )
        for s, said in fresh
    ]
    if answers:
        store.insert_answers(tx, answers)
    below = Actor(actor.account, package.agency, f"{actor.name}（合并交换包）")
    for s, said in fresh:
        for name, sha256 in said["files"]:
            scan = put(parts.member(f"files/{sha256}", files.LIMIT), name)
            if scan.kind not in answering.TAKEN or scan.digest != sha256:
                raise refused("包里的附件不是扫描件，或与摘要不符", Path(name))
            answering.attach(tx, [s], scan, below, clock)
    for outcome, text in {(said["outcome"], said["note"]) for _, said in fresh}:
        part = [s for s, said in fresh if (said["outcome"], said["note"]) == (outcome, text)]
        answering.raise_answers(tx, part, outcome, text, below, clock)
