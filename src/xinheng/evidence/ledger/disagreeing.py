"""What the ledger's own tables say otherwise than its events: what `audit` cannot see from the log alone.

Pages, lists and comparisons read `records`; an operator who changes that, and no event, changes what all see
while every proof still holds. Each question is one statement and so sees one moment, whoever appends
meanwhile. Whoever asks several wants one snapshot (`repeatable read`).
"""
# ruff: noqa: S608 - SQL of our own constants

from __future__ import annotations

from dataclasses import dataclass

from xinheng.evidence.ledger.about import about
from xinheng.ground.store.transaction import Transaction

_SAID = "('recorded', 'corrected')"
_NOBODY = "'00000000-0000-0000-0000-000000000000'::uuid"

# The events about record `r` of one kind, wherever they stand in the log.
_ABOUT = f"from contents c join events e using (event) where {about('r.record')}"


@dataclass(frozen=True)
class Disagreement:
    """Something stored that the log says otherwise. `example`: one of the places, by id."""

    what: str  # Chinese
    count: int
    example: str

    def __str__(self) -> str:
        return f"{self.what}：{self.count} 处，如 {self.example}"


# What is wrong -> the ids of what is, as `id`.
_QUESTIONS = {
    "事件在账本头之外（没有经过追加）": """
        select e.seq::text as id from events e
        where e.seq < 0 or e.seq >= (
            select p.first_seq + h.size from ledger_head h join epochs p on p.epoch = h.epoch)""",
    "内容没有对应的事件": """
        select c.event::text as id from contents c
        where not exists (select from events e where e.event = c.event)""",
    "内容被标为已依法删除，日志中却没有所称法律、日期的删除事件": """
        select d.event::text as id from contents d join events s on s.event = d.event
        where d.erased_on is not null and not exists (
            select from contents c join events e on e.event = c.event
            where c.record = d.record and c.event <> c.record and e.kind = 'content_erased'
              and e.seq > s.seq and c.erased_on is null and c.public is not null
              and c.public::json ->> 'law' = d.erased_by and c.public::json ->> 'on' = d.erased_on::text)""",
    "日志称内容已依法删除，内容却还在": f"""
        select c.event::text as id
        from events x join contents g on g.event = x.event
        join contents c on {about("g.record")} and c.event <> g.event
        join events e on e.event = c.event and e.seq < x.seq
        where x.kind = 'content_erased' and (
            c.erased_on is null or c.subject is not null
            or coalesce(c.public, c.shared, c.authorised) is not null)""",
    "记录没有日志中的版本（没有报送事件）": f"""
        select r.record::text as id from records r
        where not exists (select from contents c join events e using (event)
                          where c.event = r.event and c.record = r.record and e.kind in {_SAID})""",
    "日志中的记录不在现行记录表中（页面上看不到）": f"""
        select c.record::text as id from events e join contents c using (event)
        where e.kind in {_SAID}
          and not exists (select from records r where r.record = c.record)""",
    "现行版本不是日志中最后的版本": f"""
        select r.record::text as id from records r join events n on n.event = r.event
        where exists (select {_ABOUT} and e.kind in {_SAID} and e.seq > n.seq)""",
    "记录的状态与日志不符": f"""
        select r.record::text as id from records r
        where r.state <> case
            when exists (select {_ABOUT} and e.kind = 'content_erased') then 'erased'
            when exists (select {_ABOUT} and e.kind = 'withdrawn') then 'withdrawn'
            else 'current' end""",
    "记录的事项、来源、主体或决定日期与日志不符": f"""
        select r.record::text as id
        from records r join contents c on c.event = r.event join provenances p using (provenance)
        where (r.item, r.source) is distinct from (p.item, p.source)
           or (r.state <> 'erased' and (r.subject, r.decided_on, r.content_mac)
               is distinct from (c.subject, c.valid_from, c.content_mac))
           or (r.state = 'erased' and (r.subject, r.decided_on, r.document, r.authority)
               is distinct from ({_NOBODY}, null::date, null::text, null::text))""",
    "记录的键与键表不符": """
        select coalesce(r.record, k.record)::text as id
        from records r full join record_keys k on k.record = r.record
        where r.key_mac is distinct from k.key_mac""",
    "已依法删除的记录没有留下防止重报的指纹": """
        select r.record::text as id from records r
        where r.state = 'erased' and not exists (
            select from tombstones t where t.record = r.record and t.reason = 'erased')""",
}


def disagreements(tx: Transaction) -> list[Disagreement]:
    """Everything stored here that the log says otherwise, kind by kind; empty where all agrees."""
    found = []
    for what, question in _QUESTIONS.items():
        [(count, example)] = tx.fetch(f"select count(*), min(id) from ({question}) as found")
        if count:
            found.append(Disagreement(what, int(count), example))
    return found
