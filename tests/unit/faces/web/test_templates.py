"""Every page renders from invented views, escapes what it shows, and holds nothing that the CSP forbids."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError
from starlette.requests import Request
from tests.unit.faces.web import samples

from xinheng.faces.web.pages import STATIC, Renderer, Site, environment, tagged

VOID = {"meta", "link", "input", "img", "br", "hr", "source"}


@pytest.fixture(scope="module")
def render() -> Renderer:
    return Renderer(Site("示例市公共信用信息平台", "演示"))


class Checker(HTMLParser):
    """Balanced tags, no handler attributes, no inline style or script, unique ids, labelled inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "style" or "style" in names or (tag == "script" and "src" not in names):
            self.faults.append(f"inline {tag}")
        self.faults += [f"{tag} {name}" for name in names if name.startswith("on")]
        self.faults += [
            f"{tag} {value}" for value in names.values() if (value or "").startswith("javascript:")
        ]
        if identity := names.get("id"):
            self.ids.append(identity)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"unbalanced </{tag}>")


@pytest.mark.parametrize("page", sorted(samples.PAGES))
def test_a_page_is_sound_html_without_anything_inline(render: Renderer, page: str) -> None:
    template, here, views = samples.PAGES[page]
    checker = Checker()
    checker.feed(render.text(template, here, **views))
    assert checker.faults == []
    assert checker.open == []
    assert len(checker.ids) == len(set(checker.ids))


def test_names_from_files_are_shown_as_text(render: Renderer) -> None:
    organisation = replace(samples.ORGANISATION, name="<script>alert(1)</script>有限公司")
    page = render.text("portal/organisation.html", "search", org=organisation)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;有限公司" in page


def test_a_value_that_a_view_lacks_is_an_error_and_not_an_empty_place(render: Renderer) -> None:
    with pytest.raises(UndefinedError):
        render.text("portal/record.html", "search")


def test_a_house_without_records_has_no_example(render: Renderer) -> None:
    page = render.text("portal/home.html", home=replace(samples.HOME, examples=(), latest=()))
    assert "例如" not in page


def test_what_is_not_verified_by_registration_says_so(render: Renderer) -> None:
    page = render.text("portal/organisation.html", "search", org=samples.ORGANISATION)
    confirmed = replace(samples.ORGANISATION, registered=True)
    assert "未经登记核实" in page
    assert "未经登记核实" not in render.text("portal/organisation.html", "search", org=confirmed)


def test_nothing_found_does_not_claim_that_nothing_exists(render: Renderer) -> None:
    template, here, views = samples.PAGES["nothing"]
    page = render.text(template, here, **views)
    assert "不能证明" in page
    assert "不收录自然人" in page


def request(**headers: str) -> Request:
    raw = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": raw})


def test_htmx_is_given_the_results_alone_and_history_the_whole_page(render: Renderer) -> None:
    template, here, views = samples.PAGES["results"]
    part = render.public(request(hx_request="true"), template, here, **views)
    whole = render.public(
        request(hx_request="true", hx_history_restore_request="true"), template, here, **views
    )
    assert bytes(part.body).lstrip().startswith(b'<div id="results"')
    assert bytes(whole.body).startswith(b"<!doctype html>")
    assert part.headers["vary"] == "HX-Request"


def test_an_entity_tag_follows_the_bytes_and_answers_unchanged() -> None:
    first = tagged(request(), b"shown until 2027", "text/html")
    again = tagged(request(if_none_match=f'W/"x", {first.headers["etag"]}'), b"shown until 2027", "text/html")
    ended = tagged(request(if_none_match=first.headers["etag"]), b"nothing shown", "text/html")
    assert (first.status_code, again.status_code, ended.status_code) == (200, 304, 200)
    assert again.body == b""
    assert first.headers["cache-control"] == "no-cache"


def test_the_style_sheet_stays_small_and_loads_nothing_from_elsewhere() -> None:
    css = (STATIC / "xinheng.css").read_text(encoding="utf-8")
    assert len(css.encode()) < 26_000
    assert re.findall(r"url\((?!hero\.svg\))[^)]*\)|@import|https?:", css) == []


def test_every_class_that_a_template_uses_is_in_the_style_sheet() -> None:
    css = (STATIC / "xinheng.css").read_text(encoding="utf-8")
    env = environment()
    used = {
        name
        for template in env.list_templates()
        for value in re.findall(r'class="([^"{]*)"', env.loader.get_source(env, template)[0])
        for name in value.split()
    }
    assert sorted(name for name in used if f".{name}" not in css) == []
