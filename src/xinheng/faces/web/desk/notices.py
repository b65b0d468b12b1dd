"""消息: what this account was told, where messages go besides, what was sent and by which clock."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from xinheng.core import webhooks
from xinheng.core.errors import Kind, XinhengError
from xinheng.core.networks import may_reach
from xinheng.core.times import Known
from xinheng.faces.app.settings_channels import TIMERS
from xinheng.faces.web.access import (
    AnySession,
    Keeper,
    Overseer,
    OwnForm,
    check_token,
    keeper,
    overseer,
    signed_in,
    who,
)
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import notices_views as views
from xinheng.faces.web.desk.cases_reach import in_scope
from xinheng.faces.web.desk.morning import inbox_of, unread_text
from xinheng.faces.web.errors import ParameterError, RoleRefusedError, status_of
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import FormError, Tag, Turn, moment
from xinheng.ground.queue import recurring
from xinheng.ground.store.transaction import Transaction
from xinheng.law.notices import Channel
from xinheng.office.access import audit
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Role, Session
from xinheng.office.notices import service as notices
from xinheng.office.notices.errors import AddressRefused, DeliveryAbsent
from xinheng.office.notices.model import FATES, Fate, Where
from xinheng.outward import targets

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
office_router = APIRouter(include_in_schema=False)
PATH: Final = "/desk/notices"
FIELDS: Final = 60
LOG: Final = 50
_EDITS: Final = (Role.CLERK, Role.ADMIN, Role.OFFICE)  # who says where an agency's messages go


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


# -- what was told -----------------------------------------------------------------------------------


@router.get(PATH)
def show_inbox(
    web: House,
    session: AnySession,
    unread: Annotated[str, Query(max_length=1)] = "",
    before: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Messages, newest first."""
    only, inbox, site = unread == "1", inbox_of(session), web.app.settings.site_name
    with web.transaction() as tx:
        found = notices.listed(tx, inbox, unread=only, before=_uuid(before), limit=notices.PAGE + 1)
        count = notices.unread(tx, inbox)
    kept, narrowed = found[: notices.PAGE], "unread=1&" if only else ""
    more = len(found) > notices.PAGE
    view = views.InboxView(
        lines=tuple(views.line(notice, read, site) for notice, read in kept),
        unread=unread_text(count),
        only=only,
        turn=Turn(
            1,
            f"{PATH}?{narrowed}" if before else None,
            f"{PATH}?{narrowed}before={kept[-1][0].notice}" if more else None,
        ),
        log=session.account.role in (Role.OFFICE, Role.AUDITOR),
    )
    return web.render.private("desk/notices.html", "notices", view=view, who=who(session))


@router.post(f"{PATH}/read-all")
def read_all(web: House, session: AnySession, _: OwnForm) -> Response:
    """Everything has been read."""
    with web.transaction() as tx:
        notices.read_all(tx, inbox_of(session))
    return RedirectResponse(PATH, 303, {"cache-control": PRIVATE})


# -- where messages go -------------------------------------------------------------------------------


@router.get(f"{PATH}/settings")
def show_settings(
    web: House, session: AnySession, saved: Annotated[str, Query(max_length=1)] = ""
) -> Response:
    """Where messages go besides the desk, and which."""
    return _settings(web, session, saved=saved == "1")


def _settings(
    web: Web, session: Session, *, saved: bool = False, refused: tuple[str, XinhengError] | None = None
) -> Response:
    account, channels = session.account, web.app.settings.channels
    ready = {Channel.MAIL: channels.mail is not None, Channel.SMS: channels.sms is not None}
    with web.transaction() as tx:
        lists = {
            views.AGENCY: notices.wanted(tx, account.agency) if account.agency else [],
            views.OWN: notices.wanted(tx, account.agency, account.account) if account.agency else [],
        }

    def forms(scope: str, wanted: tuple[Channel, ...]) -> tuple[views.ChannelForm, ...]:
        there = {where.channel: where for where in lists[scope]}
        hook = there.get(Channel.WEBHOOK)
        secret = notices.secret_of(web.app.keys, hook.agency, hook.serial) if hook else None
        return tuple(
            views.channel_form(
                scope,
                channel,
                there.get(channel),
                ready=ready.get(channel, True),
                secret=secret if channel is Channel.WEBHOOK else None,
            )
            for channel in wanted
        )

    edits = account.agency is not None and any(account.holds(role) for role in _EDITS)
    view = views.PreferencesView(
        templates=views.templates(web.app.pack.notices),
        agency=forms(views.AGENCY, tuple(Channel)) if edits else (),
        own=forms(views.OWN, (Channel.MAIL, Channel.SMS)) if account.agency else (),
        agency_name=session.agency.name if session.agency else "",
        saved=saved,
        errors=(FormError(f"{refused[1].found}。{refused[1].todo}", refused[0]),) if refused else (),
    )
    status = status_of(refused[1]) if refused else 200
    return web.render.private("desk/notices_settings.html", "notices", status, view=view, who=who(session))


async def _form(request: Request) -> FormData:
    """A plain form whose boxes have one name. A form with a file is not read."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise ParameterError(
            found="提交的不是普通表单", expected="从本站页面提交的表单", todo="回到页面重新提交"
        )
    return await request.form(max_fields=FIELDS)


@router.post(f"{PATH}/settings")
def save_settings(web: House, session: AnySession, form: Annotated[FormData, Depends(_form)]) -> Response:
    """Enter where messages of some kinds go by one channel."""
    given = {name: text for name, text in form.items() if isinstance(text, str)}
    check_token(session, given)
    scope, said = given.get("scope", ""), given.get("channel", "")
    try:
        where = _where(web, session, scope, said, given.get("address", "").strip(), form)
        with web.transaction() as tx:
            notices.subscribe(tx, where, web.app.pack, web.app.clock, session.account.login)
    except XinhengError as refusal:
        if refusal.kind is Kind.FORBIDDEN and isinstance(refusal, RoleRefusedError):
            raise
        return _settings(web, session, refused=(f"{scope}-{said}", refusal))
    return RedirectResponse(f"{PATH}/settings?saved=1", 303, {"cache-control": PRIVATE})


def _where(web: Web, session: Session, scope: str, said: str, address: str, form: FormData) -> Where:
    account = session.account
    own = scope == views.OWN
    if account.agency is None or not (own or any(account.holds(role) for role in _EDITS)):
        raise RoleRefusedError(
            found=f"账号 {account.login} 不能设定单位的接收地址",
            expected="单位经办人、管理员或信用办的账号",
            todo="请本单位管理员设定",
        )
    if said not in set(Channel) or (own and said == Channel.WEBHOOK.value):
        raise ParameterError(found="没有这个渠道", expected="电子邮件、短信或 webhook", todo="从页面上提交")
    if said == Channel.WEBHOOK.value and address:
        _judge(web, address)
    return Where(
        agency=account.agency,
        account=account.account if own else None,
        channel=Channel(said),
        address=address,
        serial=0,
        templates=tuple(dict.fromkeys(str(name) for name in form.getlist("template"))),
        set_at=web.app.clock.now().at,
        set_by=account.login,
    )


def _judge(web: Web, url: str) -> None:
    """Refuse a host that the platform may not call (decision 28). It is judged again at each delivery."""
    try:
        address = webhooks.address_of(url)
    except ValueError:
        return  # said by the room itself
    there = targets.resolve(address.host, address.port, web.app.settings.private_networks)
    if not address.secure and may_reach(there, ()):
        raise AddressRefused(
            found="公网地址没有使用 TLS", expected="https 地址", todo="启用 https 后重新登记", where="address"
        )


# -- what was sent -----------------------------------------------------------------------------------


@office_router.get(f"{PATH}/log", dependencies=[Depends(overseer)])
def show_log(
    web: House,
    session: Overseer,
    state: Annotated[str, Query(max_length=12)] = "",
    before: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """发送记录 of everybody in the office's scope."""
    wanted = Fate(state) if state in set(Fate) else None
    with web.transaction() as tx:
        scope = in_scope(web, tx, session)
        found = notices.deliveries(tx, scope, wanted, LOG + 1, _uuid(before))
        names = agencies.by_ids(tx, {d.agency for d, _ in found})
    kept, site = found[:LOG], web.app.settings.site_name
    narrowed = f"state={state}&" if wanted else ""
    on = f"{PATH}/log?{narrowed}before={kept[-1][0].delivery}" if len(found) > LOG else None
    view = views.LogView(
        lines=tuple(
            views.delivery_line(d, title, names[d.agency].name if d.agency in names else "—", site)
            for d, title in kept
        ),
        state=state,
        states=tuple((fate.value, text) for fate, text in FATES.items()),
        turn=Turn(1, f"{PATH}/log?{narrowed}" if before else None, on),
        may_retry=session.account.role is Role.OFFICE,
    )
    return web.render.private("desk/notices_log.html", "notices-log", view=view, who=who(session))


@office_router.post(f"{PATH}/log/retry", dependencies=[Depends(overseer)])
def retry(web: House, session: Overseer, form: OwnForm) -> Response:
    """Try a delivery anew that was given up."""
    number = _uuid(form.get("delivery", "")) or UUID(int=0)
    with web.transaction() as tx:
        if session.account.role is not Role.OFFICE or not _within(web, tx, session, number):
            raise DeliveryAbsent(
                found=f"编号 {number} 不在本账号的范围", expected="发送记录中的一条", todo="从发送记录进入"
            )
        notices.retry(tx, number)
        by = session.account
        audit.note(tx, web.app.clock, by.login, "notices.retry", str(number), by.account)
    return RedirectResponse(f"{PATH}/log", 303, {"cache-control": PRIVATE})


def _within(web: Web, tx: Transaction, session: Session, number: UUID) -> bool:
    scope, found = in_scope(web, tx, session), notices.delivery(tx, number)
    return found is not None and (scope is None or found.agency in scope)


@office_router.get("/desk/timers", dependencies=[Depends(keeper)])
def show_timers(web: House, session: Keeper) -> Response:
    """What runs by the clock, and how it ended last."""
    with web.transaction() as tx:
        last = {run.name: run for run in recurring.runs(tx)}
    lines = []
    for name, title in TIMERS.items():
        run = last.get(name)
        tag = Tag("未完成", "bad") if run and run.failed else Tag("正常", "good")
        if run is None or run.ended is None:
            tag = Tag("正在运行", "info") if run else Tag("尚未运行")
        lines.append(
            views.TimerLine(
                name=title,
                often=web.app.settings.timing.often(name),
                started=moment(Known(run.started)) if run else "—",
                ended=moment(Known(run.ended)) if run and run.ended else "—",
                outcome=run.outcome or "" if run else "",
                tag=tag,
            )
        )
    view = views.TimersView(tuple(lines))
    return web.render.private("desk/timers.html", "timers", view=view, who=who(session))


# after the pages with names of their own
@router.get(PATH + "/{notice}")
def show_notice(web: House, session: AnySession, notice: UUID) -> Response:
    """One message; read from now on."""
    with web.transaction() as tx:
        found = notices.read(tx, inbox_of(session), notice, web.app.clock)
    if found is None:
        raise notices.absent(notice)
    view = views.notice_view(found, web.app.settings.site_name)
    return web.render.private("desk/notice.html", "notices", view=view, who=who(session))
