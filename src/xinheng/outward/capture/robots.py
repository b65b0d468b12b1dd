"""robots.txt after RFC 9309: the longest rule that matches decides, `allow` where two are as long."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

MOST_BYTES = 500 << 10
PRODUCT = "xinheng-capture"
MOST_DELAY = 60


@dataclass(frozen=True)
class Robots:
    """What a site says to us."""

    rules: tuple[tuple[str, bool], ...] = ()  # path pattern, allowed
    delay: int = 0  # seconds that it asks for between requests

    def allows(self, url: str) -> bool:
        """Whether a page may be asked for."""
        parts = urlsplit(url)
        path = unquote(parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        best = (-1, True)
        for pattern, allowed in self.rules:
            if _matches(pattern, path):
                best = max(best, (len(pattern), allowed))
        return best[1]


NOTHING = Robots((("/", False),))


def read(text: str) -> Robots:
    """The group that names us, else the one for everybody; groups of the same name count together."""
    groups: dict[str, list[tuple[str, str]]] = {}
    names: list[str] = []
    naming = False
    for line in text.splitlines():
        key, sign, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not sign:
            continue
        if key == "user-agent":
            names = [*names, value.lower()] if naming else [value.lower()]
            naming = True
            groups.setdefault(value.lower(), [])
        elif key in {"allow", "disallow", "crawl-delay"}:
            naming = False
            for name in names:
                groups[name].append((key, value))
    ours = groups.get(PRODUCT, groups.get("*", []))
    rules = tuple((unquote(v), key == "allow") for key, v in ours if key != "crawl-delay" and v)
    delays = [int(v) for key, v in ours if key == "crawl-delay" and v.isascii() and v.isdigit()]
    return Robots(rules, min(max(delays, default=0), MOST_DELAY))


def _matches(pattern: str, path: str) -> bool:
    anchored = pattern.endswith("$")
    parts = (pattern[:-1] if anchored else pattern).split("*")
    text = ".*".join(re.escape(part) for part in parts)
    return re.match(text + ("$" if anchored else ""), path) is not None
