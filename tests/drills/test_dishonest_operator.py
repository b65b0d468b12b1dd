"""An operator with full access to the database shows something else than the log proves: verify says so."""

from __future__ import annotations

from collections.abc import Callable

from tests.drills.test_whole_home import Town, grave, records, town  # noqa: F401 - a fixture

from xinheng.evidence.ledger.audit import audit
from xinheng.faces.app import Settings, open_app
from xinheng.faces.app.rereading import disagreements
from xinheng.faces.app.wiring import App
from xinheng.ground.store.transaction import Transaction

# What is changed behind the ledger's back -> what is said of it. `{r}` is a record that stands and is shown.
CHANGES = {
    "delete from publicity where record = '{r}'": "公示决定",
    "update publicity set listed = false where record = '{r}'": "公示决定",
    "update publicity set site_last_day = '2026-11-20' where record = '{r}'": "公示决定",
    "update publicity set subject = (select subject from records where record = '{w}')"
    " where record = '{r}'": "公示决定",
    "update publicity set site_ended_on = '2026-11-20' where record = '{r}'": "提前终止公示的日期",
    "update publicity set site_ended_on = null where record = '{e}'": "提前终止公示的日期",
    "update publicity_grounds set reason = '无'": "公示决定的文字",
    "update publicity_names set name = '某局' where kind = 'authority'": "公示决定的文字",
    "update publicity set record = '{w}' where record = '{r}'": "公示了不在册的记录",
    "update records set shown_mark = false where record = '{r}'": "“公示”标记",
    "update records set document = '他号' where record = '{r}'": "列表和检索所用",
    "update records set decided_on = decided_on - 1 where record = '{r}'": "决定日期与日志不符",
    "update records set event = '{r}' where record = '{r}'": "不是日志中最后的版本",
    "update records set state = 'withdrawn' where record = '{r}'": "状态与日志不符",
    "update records set state = 'current' where record = '{w}'": "状态与日志不符",
    "delete from records where record = '{r}'": "不在现行记录表中",
    "insert into records select gen_random_uuid(), subject, source, event, received_on, decided_on, due_on,"
    " shown_mark, reported_mark, item, sha256(key_mac), content_mac, profile, state, document, authority"
    " from records where record = '{r}'": "没有日志中的版本",
    "delete from record_keys where record = '{r}'": "键表不符",
    "delete from tombstones where record = '{d}'": "防止重报的指纹",
    "update contents set public = null, shared = null, authorised = null, salts = null, subject = null,"
    " valid_from = null, content_mac = null, erased_on = '2026-11-20', erased_by = '某法'"
    " where record = '{r}'": "却没有所称法律、日期的删除事件",
    "update contents set erased_by = '另一法' where erased_on is not null": "却没有所称法律、日期的删除事件",
    "update contents set public = '{{}}' where record = '{d}' and erased_on is not null": "内容却还在",
    "insert into contents (event, provenance, record, commitments) select gen_random_uuid(), provenance,"
    " record, commitments from contents where event = '{r}'": "内容没有对应的事件",
    "insert into events select seq + 1, gen_random_uuid(), kind, known, entry from events"
    " order by seq desc limit 1": "账本头之外",
    "update subjects set code = 'X' where subject = (select subject from records where record = '{r}')":
        "统一社会信用代码与日志",
    "update subjects set name = '另一家' where subject = (select subject from records where record = '{r}')":
        "名称被改动",
    "update receipts set counts = replace(counts, '\"accepted\":5', '\"accepted\":6')": "回执的接收",
    "delete from receipts": "没有其回执",
    "update pack_activations set known = known - interval '9 days'": "启用记载",
    "update packs set archive = archive || 'x'::bytea": "存档缺失",
}  # fmt: skip


def test_what_pages_show_is_worked_out_anew_and_compared(town: Town) -> None:  # noqa: F811
    kept, withdrawn, ended, erased, corrected = records(town.send("a.csv", [grave(n) for n in range(1, 6)]))
    assert town.send("b.csv", [grave(5, BZ="更正")])["corrected"] == 1
    source = ("--source", "SJ", "--reason", "另有决定")
    assert town.run("record", "withdraw", withdrawn, *source)[0] == 0
    assert town.run("record", "end", ended, *source)[0] == 0
    assert town.run("record", "erase", erased, "--law", "示例条例第一条", "--yes")[0] == 0
    code, out, _ = town.run("log", "verify")
    assert (code, "均与日志所载内容一致" in out) == (0, True)
    ids = {"r": kept, "w": withdrawn, "e": ended, "d": erased}
    with open_app(Settings.from_environment()) as house:
        for change, said in CHANGES.items():
            record = corrected if "set event" in change else kept
            assert said in _said(house, change.format(**{**ids, "r": record})), change
        assert _said(house, "select") == ""
        with house.database.transaction() as tx:
            tx.execute("delete from publicity where record = %(r)s::uuid", {"r": kept})
    code, out, _ = town.run("log", "verify")
    assert (code, kept in out) == (1, True), "the command names the record and does not say that it holds"


class _Undone(Exception):
    """Nothing of what was tried is to stay."""


def _said(house: App, change: str) -> str:
    """What is said of a change, which is undone; the log itself stays sound under each."""
    return _tried(house, change, lambda tx: "\n".join(map(str, disagreements(tx, house.engine))))


def _tried(house: App, change: str, look: Callable[[Transaction], str]) -> str:
    found = ""
    try:
        with house.database.transaction() as tx:
            assert change == "select" or tx.execute(change), change
            audit(tx)
            found = look(tx)
            raise _Undone
    except _Undone:
        return found
