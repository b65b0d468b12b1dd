"""What checks are called in books."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from xinheng.evidence.intake import checks
from xinheng.law.model import Item


def rule_name(items: Mapping[str, Item], item: str, check: str, day: date) -> str:
    """A check in words: what its message says without the value that was found."""
    if item in items:
        entry = items[item]
        for rule in checks.rules(entry, "report", day):
            if rule.id == check:
                words = rule.message.replace("“{found}”", "").replace("{found}", "")
                return f"{entry.name}“{words.strip('：，； ')}”"
    return f"规则 {check}"
