"""The page's macro shows the same document, escaped."""

from __future__ import annotations

from tests.unit.outward.documents.samples import MARKUP, letter

from xinheng.faces.web.pages import environment


def test_the_page_shows_the_document_and_escapes_it() -> None:
    page = environment().from_string('{% from "document.html" import sheet %}{{ sheet(d) }}')
    html = page.render(d=letter(text=MARKUP))
    assert '<h1 class="heading">关于报送行政处罚信用信息逾期事项的督办函</h1>' in html
    assert "@ref &lt;a&gt;" in html
    assert "<a>" not in html
    assert "<h2>一、逾期情况</h2>" in html
    assert '<td class="num">1,234.50</td>' in html
    assert '<p class="sealed">（印章）</p>' in html
    assert html.index("恒州市市场监督管理局：") < html.index("（印章）") < html.index("2026年3月5日</time>")
