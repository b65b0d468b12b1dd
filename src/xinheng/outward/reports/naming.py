"""What checks are called in books."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from xinheng.evidence.intake import checks
from xinheng.law.model import Item


def rule_name(items: Mapping[str, Item], item: str, check: str, day: date) -> str:
    """A check in words: what its message says, an ellipsis for the value that was found."""
    if item in items:
        entry = items[item]
        for rule in checks.rules(entry, "report", day):
            if rule.id == check:
                return f"{entry.name}：{rule.message.replace('{found}', '…')}"
    return f"规则 {check}"
