"""A table is touched by its room alone."""

from __future__ import annotations

import re

from tests.structure.tree import PACKAGE, ROOT, name, room, sources

ROOMS = {
    "ledger": "evidence/ledger",
    "subjects": "evidence/subjects",
    "intake": "evidence/intake",
    "publicity": "judgement/publicity",
    "law": "law",
    "access": "office/access",
    "cases": "office/cases",
    "proposals": "office/proposals",
    "submissions": "evidence/submissions",
    "completeness": "evidence/completeness",
    "exchange": "outward/exchange",
    "capture": "outward/capture",
    "queue": "ground/queue",
    "notices": "office/notices",
    "monitoring": "outward/monitoring",
    "suspicions": "outward/suspicions",
    "reconciliation": "outward/reconciliation",
    "letters": "outward/letters",
    "reports": "outward/reports",
    "plans": "outward/plans",
    "appraisal": "outward/appraisal",
}


def owners() -> dict[str, str]:
    """Table -> room, read from the headings of the migrations."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "migrations" / "versions").glob("*.sql")):
        owner = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if heading := re.match(r"-- (\w+) -{5,}", line):
                owner = ROOMS[heading[1]]
            elif table := re.match(r"create table (?:if not exists )?(\w+)", line, re.IGNORECASE):
                found[table[1]] = owner
    return found


def test_every_table_names_its_room() -> None:
    tables = owners()
    assert len(tables) > 15
    assert [t for t, owner in tables.items() if not owner] == []


def test_no_room_reads_or_writes_the_table_of_another() -> None:
    tables = owners()
    pattern = re.compile(
        r"\b(?:from|join|into|update|truncate|copy|lock table|delete from)\s+(" + "|".join(tables) + r")\b",
        re.IGNORECASE,
    )
    trespass = []
    for path in sources():
        if path.is_relative_to(PACKAGE / "faces" / "app") or path.is_relative_to(PACKAGE / "ground"):
            here = room(path)
        else:
            here = room(path)
        text = path.read_text(encoding="utf-8")
        for found in pattern.finditer(text):
            owner = tables[found[1].lower()]
            if not here.startswith(owner) and not (owner == "law" and here.startswith("faces/app")):
                line = text[: found.start()].count("\n") + 1
                trespass.append(f"{name(path)}:{line} touches {found[1]} of {owner}")
    assert trespass == []
