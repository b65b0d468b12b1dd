"""The page of an organisation: who it is, and which decisions about it are shown now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from xinheng.core.times import Known
from xinheng.evidence.subjects import service as subjects
from xinheng.evidence.subjects.model import UNKNOWN_STATUS, NameState, Subject
from xinheng.faces.web.access import anyone
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.errors import OrganisationAbsentError
from xinheng.faces.web.pages import PUBLIC
from xinheng.faces.web.portal.none_found import sentence
from xinheng.faces.web.portal.shown import public_items, record_lines
from xinheng.faces.web.portal.views import OrganisationView, Section
from xinheng.faces.web.views import Pair, Tag, moment
from xinheng.ground.store.transaction import Transaction
from xinheng.judgement.publicity import service as publicity
from xinheng.law.packs import Pack

router = APIRouter(dependencies=[Depends(anyone)], include_in_schema=False)
LINES = 50  # of one item on the page; more are on the list

_TONES = {"存续": "good", "吊销": "bad"}


def standing(status: str) -> Tag:
    """A registration status that is known, as a tag."""
    return Tag(status, _TONES.get(status, ""))


@router.get("/organisations/{code}")
def show_organisation(request: Request, web: House, code: str) -> Response:
    """One organisation. A former code leads to the current one."""
    with web.transaction() as tx:
        subject = subjects.by_code(tx, code)
        if subject is None:
            raise organisation_absent(code)
        if subject.code != code:
            return RedirectResponse(f"/organisations/{subject.code}", 301, {"cache-control": PUBLIC})
        day = web.today()
        sections = tuple(_section(tx, web, subject, item, day) for item in order(web.app.pack))
    held_back = tuple(i.name for i in web.app.pack.items.values() if i.marks.collected and not i.marks.shown)
    view = replace(organisation_view(subject, sections, day), held_back=held_back)
    return web.render.public(request, "portal/organisation.html", "search", org=view)


def organisation_absent(code: str) -> OrganisationAbsentError:
    return OrganisationAbsentError(
        found=f"没有代码为 {code[:40]} 的单位",
        expected="18 位统一社会信用代码，且本平台收到过它的记录",
        todo="核对代码，或者按名称查询；没有记录不等于没有许可或处罚",
        where=code[:40],
    )


def order(pack: Pack) -> tuple[str, ...]:
    """Items that have a section on the page, in the order of the pack."""
    return tuple(item.id for item in public_items(pack))


def _section(tx: Transaction, web: Web, subject: Subject, item: str, day: date) -> Section:
    pack = web.app.pack
    asked = publicity.Listing(item=item, subject=subject.subject)
    count = publicity.shown_count(tx, asked, day)
    page = publicity.shown_records(tx, asked, day, LINES)
    more = f"/lists?{urlencode({'item': item, 'party': subject.code})}" if count > LINES else None
    worth = "" if count else sentence(web.statements.of(tx, pack, item, day, web.app.clock))
    return Section(item, pack.item(item).name, count, record_lines(tx, pack, page.rows), more, worth)


def organisation_view(subject: Subject, sections: tuple[Section, ...], day: date) -> OrganisationView:
    """What the page shows of a subject. The legal representative is not shown here: no rule publishes it."""
    former = [n for n in subject.names if n.state is NameState.FORMER]
    seen = [n for n in subject.names if n.state is NameState.SEEN]
    tags = (
        [Tag(subject.kind)]
        if subject.status == UNKNOWN_STATUS
        else [standing(subject.status), Tag(subject.kind)]
    )
    if not subject.registered:
        tags.append(Tag("未经登记核实", "warn"))
    pairs = [
        Pair("统一社会信用代码", subject.code, mono=True),
        Pair("主体类别", subject.kind),
        Pair("登记状态", subject.status),
        Pair("登记区划代码", subject.division, otherwise="未列入区划代码表"),
    ]
    if subject.established:
        pairs.append(Pair("成立日期", subject.established.isoformat()))
    if subject.address:
        pairs.append(Pair("住所", subject.address, wide=True))
    if former:
        text = "、".join(n.name for n in former)
        pairs.append(Pair("曾用名", text, wide=True))
    if subject.former_codes:
        text = "、".join(subject.former_codes)
        note = "已由登记机关更正，仍可用来查询；更正前的记录仍写旧代码"
        pairs.append(Pair("曾用代码", text, mono=True, wide=True, note=note))
    if seen:
        text = "、".join(n.name for n in seen)
        note = "信源单位报送时用过的名称，与现用名称不同，等待信用办核对"
        pairs.append(Pair("另见名称", text, wide=True, note=note))
    pairs.append(Pair("进入本平台", moment(Known(subject.since))))
    return OrganisationView(
        code=subject.code,
        name=subject.name,
        tags=tuple(tags),
        registered=subject.registered,
        pairs=tuple(pairs),
        sections=sections,
        day=day,
    )
