"""Form entry: one decision typed field by field, checked as the intake checks, handed in like a file."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from xinheng.core.errors import Kind, XinhengError
from xinheng.core.times import SHANGHAI
from xinheng.evidence.intake.blank_workbook import entered
from xinheng.evidence.intake.model import Way
from xinheng.evidence.submissions import drafts
from xinheng.evidence.submissions import service as submissions
from xinheng.evidence.submissions.errors import KeyReusedError, WrongStepError
from xinheng.evidence.submissions.model import Filter, Handed, State, Submission
from xinheng.faces.web.access import Fields, Sender, check_token, sender, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import form_model as model
from xinheng.faces.web.desk.form_check import Checked, check
from xinheng.faces.web.desk.form_start import Asked, started
from xinheng.faces.web.desk.form_views import FormView
from xinheng.faces.web.desk.handing import after_handing_in, behalves, for_whom, publish
from xinheng.faces.web.desk.preview_views import sample_row
from xinheng.faces.web.errors import ForeignFormError, status_of
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import FormError
from xinheng.ground.store import UniqueClash
from xinheng.law.model import Item
from xinheng.office.access.model import Session

router = APIRouter(include_in_schema=False, dependencies=[Depends(sender)])
PATH: Final = "/desk/form"
KEPT: Final = ("草稿已保存", "good", "在“草稿”里可以找到，三十天没有动过会自动删除。还没有报送。")
PERSON: Final = "这一行是针对自然人的。本平台只收单位的信息，自然人的决定请按原渠道办理；这里不保存、不报送。"
TURNED_DOWN: Final = (Kind.INVALID, Kind.CONFLICT, Kind.FORBIDDEN, Kind.ABSENT)


def item_of(web: Web, item: str) -> Item:
    """The item as it stands today. Raises UnknownItemError, NoRuleInForceError."""
    return web.app.pack.item(item, on=web.today())


def _beginning(
    draft: Annotated[UUID | None, Query()] = None,
    copy: Annotated[UUID | None, Query()] = None,
    returned: Annotated[UUID | None, Query()] = None,
    correct: Annotated[UUID | None, Query()] = None,
) -> Asked:
    return Asked(draft, copy, returned, correct)


Beginning = Annotated[Asked, Depends(_beginning)]


@router.get(PATH + "/{item}")
def show_form(
    web: House,
    session: Sender,
    item: str,
    asked: Beginning,
    said: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """An empty form, or one filled from a draft, an earlier record, a row that came back, or a record that is
    to be corrected."""
    found = item_of(web, item)
    start = started(web, session, found, asked)
    fields = entered(found, web.today())
    view = replace(
        _view(web, session, found),
        groups=model.groups(found, fields, start.values),
        draft=start.draft,
        profile=start.profile,
        behalf=start.behalf,
        said=KEPT if said == "saved" else start.said,
        saved=start.saved,
    )
    return _page(web, session, view)


@router.post(PATH + "/{item}")
def take_form(web: House, session: Sender, item: str, form: Fields) -> Response:
    """Check, keep as a draft, or hand in: `do` says which button it was."""
    found = item_of(web, item)
    typed = Typed(web, session, found, form)
    try:
        check_token(session, form)
    except ForeignFormError as refusal:
        told = ("登录换过了", "warn", "填写的内容还在下面，尚未保存，也没有报送。请核对后再按一次。")
        return _page(web, session, replace(typed.view(), said=told), status_of(refusal))
    typed.find_draft()
    try:
        match form.get("do", ""):
            case "send":
                return typed.send()
            case "draft":
                return typed.keep()
            case _:
                return _page(web, session, typed.checked(check(web, found.id, typed.profile, typed.content)))
    except XinhengError as refusal:
        if refusal.kind not in TURNED_DOWN:
            raise
        return _page(web, session, typed.refused(refusal), status_of(refusal))


@router.post(PATH + "/{item}/autosave")
def save_aside(web: House, session: Sender, item: str, form: Fields) -> Response:
    """Keep a draft while somebody types; answers with the line that says so, whatever happened."""
    typed = Typed(web, session, item_of(web, item), form)
    try:
        check_token(session, form)
        typed.find_draft()
        kept = typed.kept()
    except XinhengError as refusal:
        if refusal.kind not in TURNED_DOWN:
            raise
        return web.render.private(
            "desk/form_saved.html", draft=typed.draft, saved="", failed=f"{refusal.title}：{refusal.found}"
        )
    return web.render.private("desk/form_saved.html", draft=kept.id, saved=_clock(web), failed="")


class Typed:
    """One posted form."""

    def __init__(self, web: Web, session: Session, item: Item, form: dict[str, str]) -> None:
        self._web, self._session, self._item = web, session, item
        self._fields = entered(item, web.today())
        self._values = model.values_of(self._fields, form)
        self._confirmed = model.CONFIRM in form
        self._key = form.get("key", "")[:64] or secrets.token_urlsafe(12)
        self._behalf = form.get("for", "")
        self.profile = form.get("profile", "report")
        self.content = model.content_of(self._fields, self._values, confirmed=self._confirmed)
        try:
            self.draft = UUID(form["draft"]) if form.get("draft") else None
        except ValueError:
            self.draft = None

    def view(self) -> FormView:
        """The form as it was typed."""
        return replace(
            _view(self._web, self._session, self._item),
            groups=model.groups(self._item, self._fields, self._values),
            key=self._key,
            draft=self.draft,
            profile=self.profile,
            behalf=self._behalf,
            confirmed=self._confirmed,
        )

    def checked(self, found: Checked) -> FormView:
        """The form with what the intake says of it."""
        view = self.view()
        if found.refusal is not None:
            return self.refused(found.refusal)
        if found.person:
            return replace(view, errors=(FormError(PERSON),))
        groups, errors = model.with_checks(self._item, view.groups, found.checks)
        late = "已超过报送时限，将计为迟报；" if found.late else ""
        if errors:
            return replace(view, groups=groups, errors=errors)
        told = ("可以报送", "warn" if late else "good", f"{late}没有要退回的问题。提示见各项下方。")
        sample = sample_row(self._item, found.sample) if found.sample else None
        return replace(view, groups=groups, said=told, sample=sample)

    def refused(self, refusal: XinhengError) -> FormView:
        """The form with a refusal of the whole."""
        whole = f"{refusal.title}：{refusal.found}。应为：{refusal.expected}。"
        whole += f"请：{refusal.todo}（{refusal.code}）"
        view = replace(self.view(), errors=(FormError(whole),))
        # typed on after handing in: the next click is another decision
        if isinstance(refusal, KeyReusedError):
            return replace(view, key=secrets.token_urlsafe(12))
        return view

    def find_draft(self) -> None:
        """The draft that was kept for this very form: its answer may have come after the next click."""
        if self.draft is not None:
            return
        wanted = Filter(states=(State.DRAFT,), account=self._session.account.account)
        with self._web.transaction() as tx:
            found = submissions.listed(tx, wanted)
        self.draft = next((s.id for s in found if s.key == self._draft_key), None)

    def kept(self) -> Submission:
        """The draft as it was kept. Raises the refusals of `drafts.keep`."""
        handed = self._handed(self._draft_key)
        try:
            return drafts.keep(self._web.app, handed, self.draft)
        except UniqueClash:  # another request of this form was first
            self.find_draft()
            return drafts.keep(self._web.app, handed, self.draft)

    @property
    def _draft_key(self) -> str:
        return f"draft:{self._key}"

    def keep(self) -> Response:
        kept = self.kept()
        return RedirectResponse(
            f"{PATH}/{self._item.id}?draft={kept.id}&said=saved", 303, {"cache-control": PRIVATE}
        )

    def send(self) -> Response:
        """Hand in what the checks find nothing to return in; else the form with what is wrong."""
        web, session = self._web, self._session
        if (sent := self._sent_already()) is not None:
            return after_handing_in(web, sent)
        found = check(web, self._item.id, self.profile, self.content)
        if found.returned or found.person or found.refusal is not None:
            return _page(web, session, self.checked(found), 400)
        try:
            with web.turns.turn():
                sent = submissions.hand_in(web.app, self._handed(f"form:{self._key}"), self.draft)
        except WrongStepError:
            again = self._sent_already()  # the other of two clicks was quicker
            if again is None:
                raise
            return after_handing_in(web, again)
        publish(web, sent)
        if sent.state is State.FAILED and sent.error is not None:
            return _page(web, session, self._failed(sent), 400)
        return after_handing_in(web, sent)

    def _failed(self, sent: Submission) -> FormView:
        said = sent.error or {}
        told = f"{said.get('title')}：{said.get('found')}。请：{said.get('todo')}（{said.get('code')}）"
        return replace(self.view(), errors=(FormError(told),), draft=None, key=secrets.token_urlsafe(12))

    def _sent_already(self) -> Submission | None:
        """The submission that this draft has become."""
        if self.draft is None or self._session.agency is None:
            return None
        with self._web.transaction() as tx:
            found = submissions.by_id(tx, self.draft, [self._session.agency.agency])
        return found if found.state not in (State.DRAFT, State.REFUSED) else None

    def _handed(self, key: str | None) -> Handed:
        source, behalf = for_whom(self._session, self._behalf)
        document = self._values.get(self._item.role("document") or "", "")
        return Handed(
            content=self.content,
            file_name=f"{self._item.name} {document}".strip()[:150],
            item_id=self._item.id,
            source=source,
            profile=self.profile,
            way=Way.FORM,
            behalf=behalf,
            account=self._session.account.account,
            idempotency_key=key,
            actor=self._session.account.login,
        )


def _view(web: Web, session: Session, item: Item) -> FormView:
    with web.transaction() as tx:
        lower = behalves(tx, session, web.today())
    return FormView(
        item=item.id,
        item_name=item.name,
        edition=item.edition,
        groups=(),
        key=secrets.token_urlsafe(12),
        behalves=lower,
    )


def _clock(web: Web) -> str:
    return web.app.clock.now().at.astimezone(SHANGHAI).strftime("%H:%M:%S")


def _page(web: Web, session: Session, view: FormView, status: int = 200) -> Response:
    return web.render.private("desk/form.html", "form", status, form=view, who=who(session))
