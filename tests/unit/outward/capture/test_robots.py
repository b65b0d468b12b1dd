"""robots.txt after RFC 9309."""

from __future__ import annotations

import pytest

from xinheng.outward.capture.robots import NOTHING, Robots, read

TEXT = """
# everybody
User-agent: *
Disallow: /private/
Allow: /private/open
Crawl-delay: 7
Disallow: /*.pdf$

User-agent: other
User-Agent: Xinheng-Capture   # us
Disallow: /old
Disallow:
"""


@pytest.mark.parametrize(
    ("rules", "url", "may"),
    [
        ("User-agent: *\nDisallow: /a", "https://h/a/b", False),
        ("User-agent: *\nDisallow: /a", "https://h/b", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "https://h/a/b?x=1", True),
        ("User-agent: *\nAllow: /a\nDisallow: /a", "https://h/a", True),
        ("User-agent: *\nDisallow: /*.pdf$", "https://h/x.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "https://h/x.pdf?y", True),
        ("User-agent: *\nDisallow: /*?id=", "https://h/x?id=1", False),
        ("User-agent: *\nDisallow:", "https://h/", True),
        ("User-agent: *\nDisallow: /", "https://h", False),
        ("Disallow: /", "https://h/", True),
        ("", "https://h/", True),
        ("User-agent: *\nDisallow: /%E5%A4%84", "https://h/处罚", False),
        (TEXT, "https://h/private/x", True),
        (TEXT, "https://h/old/x", False),
    ],
)
def test_the_longest_rule_decides(rules: str, url: str, may: bool) -> None:
    assert read(rules).allows(url) is may


def test_a_delay_that_a_site_asks_for_is_kept_up_to_a_limit() -> None:
    assert read("User-agent: *\nCrawl-delay: 7").delay == 7
    assert read("User-agent: *\nCrawl-delay: 7000").delay == 60
    assert read("User-agent: *\nCrawl-delay: soon").delay == 0


def test_nothing_is_nothing() -> None:
    assert not NOTHING.allows("https://h/")
    assert Robots().allows("https://h/")
