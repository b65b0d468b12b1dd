"""An upper platform that is another instance of this one: its public API, as any program uses it.

A batch is one submission under an idempotency key that is the batch's id, so that sending it again is
answered as it was. What came of each row is asked for by row; what stands there, by holdings.
"""

from __future__ import annotations

import contextlib
import json
import ssl
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import httpx

from xinheng.core.errors import XinhengError
from xinheng.core.networks import Network, may_reach
from xinheng.outward import targets
from xinheng.outward.reconciliation import formats
from xinheng.outward.reconciliation.connection import ApiAt
from xinheng.outward.reconciliation.errors import PartnerAway, PartnerRefused, PartnerWrong
from xinheng.outward.reconciliation.model import Act, Held, Outcome
from xinheng.outward.reconciliation.partner import (
    Answer,
    Broken,
    Line,
    Outgoing,
    Refused,
    Said,
    Sent,
    Snapshot,
    Waiting,
)

API: Final = "/api/v1"
PATIENCE: Final = 120  # seconds for one answer: a batch is taken in while we wait
NAMED: Final = "信衡编号"  # header of the column that names a record of the upper platform
WITHDRAWN_AT_ONCE: Final = 500  # of one call
TAKEN: Final = ("accepted", "corrected", "known")
REVIEW, PERSON, NO_REASON = "已收件，转人工核实", "该行是自然人数据，不接收", "校核不通过"
AGENT: Final = "xinheng-upward/1"


class ApiPartner:
    """The lower side of two instances."""

    def __init__(self, at: ApiAt, listed: Sequence[Network]) -> None:
        place = targets.resolve(at.host, at.port, listed)
        if not at.secure and may_reach(place, ()):
            raise PartnerWrong(
                found="公网地址没有使用 TLS",
                expected="https 地址；http 只用于 XINHENG_PRIVATE_NETWORKS 列出的网段",
                todo="请上级平台启用 https 后重新录入",
            )
        self._at = at
        host = f"[{place}]" if ":" in place else place
        # the address that was judged is connected to; the name is for certificates and the Host header
        self._client = httpx.Client(
            base_url=f"{'https' if at.secure else 'http'}://{host}:{at.port}",
            headers={"host": at.base.partition("://")[2], "user-agent": AGENT},
            verify=ssl.create_default_context(),
            trust_env=False,
            follow_redirects=False,
            timeout=PATIENCE,
        )
        self._bearer: str | None = None
        try:
            # also where there is nothing to send: a pass that did not reach the partner must not say it did
            self._bearer = self._token()
        except XinhengError:
            self._client.close()
            raise

    def send(self, outgoing: Outgoing) -> Sent:
        """One submission, or withdrawals in calls of a few hundred."""
        if outgoing.act is Act.WITHDRAW:
            return Sent(None, tuple(self._withdraw(outgoing.lines)))
        if not outgoing.lines:
            raise _refused("这一批的内容都已依法删除")
        answer = self._ask(
            "POST",
            f"{API}/submissions",
            headers={"idempotency-key": str(outgoing.batch)},
            data={"item": outgoing.item, "callback": "false"},
            files={"file": (f"{outgoing.batch}.jsonl", _rows(outgoing.lines), "application/jsonl")},
        )
        return Sent(str(answer["submission"]))

    def _withdraw(self, lines: Sequence[Line]) -> Iterator[Said]:
        there = [line for line in lines if line.there is not None]
        yield from (Said(line.version, Outcome.TAKEN) for line in lines if line.there is None)
        for start in range(0, len(there), WITHDRAWN_AT_ONCE):
            page = there[start : start + WITHDRAWN_AT_ONCE]
            asked = [
                {"record": ln.there, "on": ln.on.isoformat() if ln.on else None, "reason": ln.reason or ""}
                for ln in page
            ]
            answer = self._ask("POST", f"{API}/withdrawals", json={"withdrawals": asked})
            for line, row in zip(page, answer["withdrawals"], strict=True):
                if row["outcome"] == "refused":
                    yield Said(line.version, Outcome.RETURNED, None, (str(row["found"]),))
                else:
                    yield Said(line.version, Outcome.TAKEN, line.there)

    def answers(self, waiting: Sequence[Waiting]) -> Iterator[Answer | Broken | Refused]:
        """What became of the rows of each submission that is done."""
        for one in waiting:
            if one.batch.ref is None:
                continue
            answer = self._ask("GET", f"{API}/submissions/{one.batch.ref}")
            state = answer["state"]
            if state == "done":
                yield Answer(one.batch.ref, tuple(self._said(one)))
            elif state in ("failed", "refused", "withdrawn", "lapsed"):
                error = answer.get("error") or {}
                why = error.get("found") or answer.get("note") or answer.get("state_text") or state
                yield Refused(one.batch.batch, f"{error.get('code', '')} {why}".strip())

    def _said(self, one: Waiting) -> Iterator[Said]:
        rows = list(self._pages(f"{API}/submissions/{one.batch.ref}/rows", "rows"))
        if len(rows) != len(one.versions):
            raise _senseless(f"送出 {len(one.versions)} 行，对方答复 {len(rows)} 行")
        for version, row in zip(one.versions, rows, strict=True):
            yield _outcome(version, row)

    def applied(self, ref: str) -> None:
        """Nothing waits there to be taken away."""

    def snapshot(self, *, due: bool) -> Snapshot | Broken | None:
        """Everything that stands there from us, page by page, when it is due."""
        if not due:
            return None
        first = self._ask("GET", f"{API}/holdings")
        at = datetime.fromisoformat(first["at"])
        rows = self._pages(f"{API}/holdings", "holdings", first)
        return Snapshot("holdings", at, (_held(row) for row in rows if row["state"] != "erased"))

    def close(self) -> None:
        """End the connections."""
        self._client.close()

    def _pages(
        self, path: str, name: str, first: Mapping[str, Any] | None = None
    ) -> Iterator[dict[str, Any]]:
        page = first or self._ask("GET", path)
        while True:
            yield from page[name]
            if page.get("next") is None:
                return
            page = self._ask("GET", path, params={"page": page["next"]})

    def _ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """One call with a token that is good; a token that ended meanwhile is renewed once."""
        headers = more.pop("headers", {})
        for renewed in (False, True):
            if self._bearer is None:
                self._bearer = self._token()
            given = {**headers, "authorization": f"Bearer {self._bearer}"}
            answer = self._call(method, path, headers=given, **more)
            if answer.status_code != 401 or renewed:
                return _value(answer)
            self._bearer = None
        raise AssertionError("a call is made once or twice")

    def _token(self) -> str:
        answer = self._call(
            "POST",
            f"{API}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(self._at.client, self._at.secret),
        )
        if answer.status_code in (400, 401):
            raise _credentials()
        return str(_value(answer)["access_token"])

    def _call(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            return self._client.request(method, path, extensions={"sni_hostname": self._at.host}, **more)
        except (httpx.HTTPError, ssl.SSLError, OSError):
            raise _away("连接不上、连接中断或没有应答") from None


def _rows(lines: Sequence[Line]) -> bytes:
    """JSON lines in a fixed spelling, so that the same batch is the same content; the first names all
    columns."""
    rows = [{**line.fields, NAMED: line.there or ""} for line in lines]
    names = list(dict.fromkeys(sorted({name for row in rows for name in row})))
    rows[0] = {name: rows[0].get(name, "") for name in names}
    return formats.written(rows)[0]


def _outcome(version: UUID, row: Mapping[str, Any]) -> Said:
    if row["outcome"] in TAKEN:
        return Said(version, Outcome.TAKEN, str(row["record"]))
    if row["outcome"] == "review":
        return Said(version, Outcome.RECEIVED, None, (REVIEW,))
    if row["outcome"] == "person":
        return Said(version, Outcome.RETURNED, None, (PERSON,))
    reasons = tuple(
        f"{c['message']}（应为：{c['expected']}）" for c in row["checks"] if c.get("severity") == "return"
    )
    return Said(version, Outcome.RETURNED, None, reasons or (NO_REASON,))


def _held(row: Mapping[str, Any]) -> Held:
    return Held(str(row["record"]), row["item"], row["state"] == "current", row["shown"], row["digest"])


def _value(answer: httpx.Response) -> dict[str, Any]:
    """The JSON of an answer that is good. Raises PartnerAway, PartnerWrong, PartnerRefused."""
    status = answer.status_code
    if status in (429, 502, 503, 504) or status >= 500:
        raise _away(f"对方答复 HTTP {status}，要求稍后再来")
    with contextlib.suppress(ValueError):
        value = json.loads(answer.content)
        if isinstance(value, dict):
            if status < 400:
                return value
            if status in (401, 403):
                raise _credentials(str(value.get("found", "")))
            raise _refused(f"{value.get('code', f'HTTP {status}')} {value.get('found', '')}".strip()[:300])
    raise _senseless(f"HTTP {status}，内容不是约定的 JSON")


def _away(found: str) -> PartnerAway:
    return PartnerAway(
        found=found, expected="上级平台正常应答", todo="稍后再运行，会从中断处接着做；仍不行时与对方联系"
    )


def _refused(found: str) -> PartnerRefused:
    return PartnerRefused(
        found=found, expected="整批受理", todo="与对方核对事项、格式和权限；平台稍后换批重发"
    )


def _senseless(found: str) -> PartnerAway:
    return PartnerAway(
        found=found, expected="上级平台接口文档写明的答复", todo="与对方核对版本；平台下次再试"
    )


def _credentials(found: str = "") -> PartnerWrong:
    return PartnerWrong(
        found=f"上级平台不接受客户端编号或密钥，或没有这项权限{'：' + found if found else ''}",
        expected="上级平台为本平台登记的客户端，有报送和查询权限",
        todo="请上级平台核对（xinheng client），再用 xinheng upward connect 重新录入",
    )
