"""The tables of messages and their SQL; nobody else touches them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from xinheng.ground.store.transaction import Row, Transaction
from xinheng.law.notices import Channel
from xinheng.office.notices.model import Delivery, Fate, Inbox, Notice, Where

_NOTICE = "notice, agency, account, template, title, body, short, ref, sent, dedupe"
_WHERE = "agency, account, channel, address, serial, templates, set_at, set_by"
_DELIVERY = "delivery, notice, agency, channel, address, serial, state, created, attempts, tried_at, answer"


def insert(tx: Transaction, notice: Notice) -> bool:
    """False where one with the same `dedupe` is there."""
    return bool(
        tx.execute(
            f"""insert into notices ({_NOTICE})
                values (%(notice)s, %(agency)s, %(account)s, %(template)s, %(title)s, %(body)s, %(short)s,
                        %(ref)s, %(sent)s, %(dedupe)s)
                on conflict do nothing""",
            vars(notice),
        )
    )


def by_id(tx: Transaction, notice: UUID) -> Notice | None:
    rows = tx.fetch(f"select {_NOTICE} from notices where notice = %(notice)s", {"notice": notice})
    return Notice(*rows[0]) if rows else None


# -- inside ------------------------------------------------------------------------------------------

# of everybody in the agency, and of one account: either half is a range of its own index
_MINE = """(select {columns} from notices n where n.agency = %(agency)s and n.account is null {more}
            order by n.notice desc limit %(limit)s)
           union all
           (select {columns} from notices n where n.account = %(account)s {more}
            order by n.notice desc limit %(limit)s)"""
_READ = """(n.notice <= coalesce((select until from notice_marks where account = %(account)s),
                                 '00000000-0000-0000-0000-000000000000'::uuid)
            or exists (select 1 from notice_reads r
                       where r.account = %(account)s and r.notice = n.notice))"""


def listed(
    tx: Transaction, inbox: Inbox, limit: int, before: UUID | None, *, unread: bool
) -> list[tuple[Notice, bool]]:
    """(message, has it been read), newest first, those before `before`."""
    more = ("and n.notice < %(before)s " if before else "") + (f"and not {_READ}" if unread else "")
    columns = ", ".join(f"n.{name.strip()}" for name in _NOTICE.split(","))
    rows = tx.fetch(
        f"""select n.*, {_READ} from ({_MINE.format(columns=columns, more=more)}) n
            order by n.notice desc limit %(limit)s""",
        {**vars(inbox), "limit": limit, "before": before},
    )
    return [(Notice(*row[:-1]), bool(row[-1])) for row in rows]


def unread(tx: Transaction, inbox: Inbox, most: int) -> int:
    """How many are unread, counted up to `most`."""
    rows = tx.fetch(
        f"select count(*) from ({_MINE.format(columns='n.notice', more=f'and not {_READ}')}) m",
        {**vars(inbox), "limit": most},
    )
    return min(int(rows[0][0]), most)


def note_read(tx: Transaction, account: UUID, notice: UUID, at: datetime) -> None:
    tx.execute(
        """insert into notice_reads (account, notice, read_at) values (%(account)s, %(notice)s, %(at)s)
           on conflict do nothing""",
        {"account": account, "notice": notice, "at": at},
    )


def mark(tx: Transaction, account: UUID, until: UUID) -> None:
    tx.execute(
        """insert into notice_marks (account, until) values (%(account)s, %(until)s)
           on conflict (account) do update set until = greatest(notice_marks.until, excluded.until)""",
        {"account": account, "until": until},
    )


# -- where messages go -------------------------------------------------------------------------------


def set_where(tx: Transaction, where: Where) -> Where:
    """Enter an address; the serial moves on where it is another one than before."""
    rows = tx.fetch(
        f"""insert into notice_addresses ({_WHERE})
            values (%(agency)s, %(account)s, %(channel)s, %(address)s, 1, %(templates)s, %(set_at)s,
                    %(set_by)s)
            on conflict (agency, channel, account) do update
            set serial = notice_addresses.serial
                         + (notice_addresses.address is distinct from excluded.address)::int,
                address = excluded.address, templates = excluded.templates, set_at = excluded.set_at,
                set_by = excluded.set_by
            returning {_WHERE}""",
        vars(where) | {"channel": where.channel.value, "templates": list(where.templates)},
    )
    return _where(rows[0])


def addresses(tx: Transaction, agency: UUID, account: UUID | None) -> list[Where]:
    rows = tx.fetch(
        f"""select {_WHERE} from notice_addresses
            where agency = %(agency)s and account is not distinct from %(account)s::uuid and address <> ''
            order by channel""",
        {"agency": agency, "account": account},
    )
    return [_where(row) for row in rows]


def wanting(tx: Transaction, agency: UUID, account: UUID | None, template: str) -> list[Where]:
    """Addresses that a message of this kind goes to: the agency's and its accounts', or one account's."""
    rows = tx.fetch(
        f"""select {_WHERE} from notice_addresses
            where agency = %(agency)s and (%(account)s::uuid is null or account = %(account)s::uuid)
              and address <> '' and %(template)s = any(templates)
            order by channel, account nulls first""",
        {"agency": agency, "account": account, "template": template},
    )
    return [_where(row) for row in rows]


def _where(row: Row) -> Where:
    return Where(row[0], row[1], Channel(row[2]), row[3], row[4], tuple(row[5]), row[6], row[7])


# -- on the way out ----------------------------------------------------------------------------------


def insert_delivery(tx: Transaction, delivery: Delivery) -> bool:
    """False where this message goes to this address already."""
    return bool(
        tx.execute(
            f"""insert into notice_deliveries ({_DELIVERY})
                values (%(delivery)s, %(notice)s, %(agency)s, %(channel)s, %(address)s, %(serial)s, %(state)s,
                        %(created)s, 0, null, null) on conflict do nothing""",
            vars(delivery) | {"channel": delivery.channel.value, "state": delivery.state.value},
        )
    )


def delivery(tx: Transaction, number: UUID, *, lock: bool = False) -> Delivery | None:
    rows = tx.fetch(
        f"select {_DELIVERY} from notice_deliveries where delivery = %(delivery)s"
        + (" for update" if lock else ""),
        {"delivery": number},
    )
    return _delivery(rows[0]) if rows else None


def tried(tx: Transaction, number: UUID, state: Fate, answer: str, at: datetime) -> None:
    tx.execute(
        """update notice_deliveries
           set state = %(state)s, answer = %(answer)s, tried_at = %(at)s, attempts = attempts + 1
           where delivery = %(delivery)s""",
        {"delivery": number, "state": state.value, "answer": answer, "at": at},
    )


def revive(tx: Transaction, number: UUID) -> bool:
    """Let a dead delivery wait anew; whether it was dead."""
    return bool(
        tx.execute(
            """update notice_deliveries set state = 'waiting', attempts = 0
               where delivery = %(delivery)s and state = 'dead'""",
            {"delivery": number},
        )
    )


def deliveries(
    tx: Transaction,
    agencies: Collection[UUID] | None,
    state: Fate | None,
    limit: int,
    before: UUID | None = None,
) -> list[tuple[Delivery, str]]:
    """(delivery, title of its message), newest first: of some agencies, or of all."""
    asked: list[str] = []
    given: dict[str, Any] = {"limit": limit}
    if agencies is not None:
        asked.append("d.agency = any(%(agencies)s::uuid[])")
        given["agencies"] = list(agencies)
    if state is not None:
        asked.append(f"d.state = '{state.value}'")
    if before is not None:
        asked.append("d.delivery < %(before)s")
        given["before"] = before
    columns = ", ".join(f"d.{name.strip()}" for name in _DELIVERY.split(","))
    rows = tx.fetch(
        f"""select {columns}, n.title from notice_deliveries d join notices n using (notice)
            {"where " + " and ".join(asked) if asked else ""} order by d.delivery desc limit %(limit)s""",
        given,
    )
    return [(_delivery(row[:-1]), row[-1]) for row in rows]


def _delivery(row: Sequence[Any]) -> Delivery:
    return Delivery(row[0], row[1], row[2], Channel(row[3]), row[4], row[5], Fate(row[6]), *row[7:])
