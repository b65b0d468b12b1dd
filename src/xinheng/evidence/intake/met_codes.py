"""Wrong codes of organisations, as rows that went back carried them: for the standing inspection.

Only rows of organisations are kept (decision 11). What is, or may hide, an identity number is left out.
"""

from __future__ import annotations

from xinheng.core.identity import mask
from xinheng.evidence.intake import store
from xinheng.evidence.subjects.code_model import MetCode
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack

ROLES = ("party_code", "party_name")
LONGEST = 40  # characters


def wrong_codes(tx: Transaction, pack: Pack) -> list[MetCode]:
    """Every code that returned rows carry as that of the party and that a check of the pack found wrong."""
    roles = {role: [i.roles[role] for i in pack.items.values() if role in i.roles] for role in ROLES}
    met = store.refused_codes(tx, roles["party_code"], roles["party_name"], LONGEST)
    return [
        MetCode(code, mask(name)[0] if name else None, rows, last)
        for code, name, rows, last in met
        if code.isascii() and code.isalnum() and not mask(f"代码{code}")[1]  # a sentence is no code
    ]
