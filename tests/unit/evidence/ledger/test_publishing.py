"""Tiles and checkpoints: idempotent, made anew, never ahead of the database, checked independently."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.unit.evidence.ledger.conftest import PACK, Put, batch_of, draft

from xinheng.core.times import Known
from xinheng.evidence.ledger import merkle, store, tiles
from xinheng.evidence.ledger.checkpoint import Checkpoint, signed
from xinheng.evidence.ledger.epochs import new_epoch
from xinheng.evidence.ledger.errors import (
    EpochNotNeeded,
    LogDiverged,
    NotPublic,
    NotPublished,
    NotWritable,
    RecordAbsent,
)
from xinheng.evidence.ledger.model import leaf_data
from xinheng.evidence.ledger.proof import prove, prove_growth
from xinheng.evidence.ledger.publishing import LogFiles, Published, publish, resume
from xinheng.evidence.ledger.service import append
from xinheng.ground.keys import LogKey
from xinheng.ground.store import Database, Row, Transaction
from xinheng.verify import main as verify

OPENING = "select public from contents join events using (event) where kind = 'epoch_opened'"


@pytest.fixture
def files(tmp_path: Path) -> LogFiles:
    return LogFiles(tmp_path / "log", LogKey.generate("demo.invalid/xinheng"), (tmp_path / "outside",))


def out(ledger: Database, files: LogFiles, **how: bool) -> Published:
    with ledger.transaction() as tx:
        return publish(tx, files, **how)


def fill(ledger: Database, clock, folder: Path, count: int) -> list[UUID]:
    drafts = [draft(f"第{n}条") for n in range(count)]
    with ledger.bulk() as tx:
        append(tx, batch_of(folder, drafts, clock), clock, [])
    return [each.record for each in drafts]


def check(*arguments: object) -> int:
    return verify([str(a) for a in arguments])


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != ".lock"
    }


@pytest.mark.parametrize(
    ("index", "path"), [(0, "000"), (67, "067"), (999, "999"), (1000, "x001/000"), (1234067, "x001/x234/067")]
)
def test_tile_numbers_are_written_in_groups_of_three(index: int, path: str) -> None:
    assert tiles.index_path(index) == path


def test_a_log_of_70000_consists_of_the_tiles_of_the_specification() -> None:
    found = [(level, width) for level, _, width in tiles.tiles_of(70_000) if level != tiles.ENTRIES]
    assert found.count((0, 256)) == 273
    assert [f for f in found if f != (0, 256)] == [(0, 112), (1, 256), (1, 17), (2, 1)]


def test_an_empty_log_is_published_and_checked(ledger, files) -> None:
    assert out(ledger, files).checkpoint.size == 0
    assert check("log", files.folder, "--key", files.key.verifier) == 0


def test_a_log_grown_in_steps_equals_one_made_at_once_and_checks_out(ledger, files, clock, tmp_path) -> None:
    notes = []
    for n, count in enumerate([1, 2, 253, 1, 300, 5, 512]):
        fill(ledger, clock, tmp_path / f"b{n}", count)
        notes.append(out(ledger, files).note)
        assert check("log", files.folder, "--key", files.key.verifier) == 0
    assert out(ledger, files).note == notes[-1]
    once = LogFiles(tmp_path / "once", files.key)
    out(ledger, once)
    grown, made = snapshot(files.folder), snapshot(once.folder)
    assert {name: made[name] for name in made} == {name: grown[name] for name in made}
    (tmp_path / "old").write_text(notes[2], encoding="utf-8")
    (tmp_path / "new").write_text(notes[-1], encoding="utf-8")
    key = ("--key", files.key.verifier)
    assert check("consistency", tmp_path / "old", tmp_path / "new", "--log", files.epoch(0), *key) == 0
    assert check("consistency", tmp_path / "new", tmp_path / "old", "--log", files.epoch(0), *key) == 1
    (tmp_path / "growth.json").write_text(json.dumps(prove_growth(files, 0, notes[2])), encoding="utf-8")
    assert check("proof", tmp_path / "growth.json", *key) == 0


def test_partial_tiles_go_when_the_full_one_is_there(ledger, files, clock, tmp_path) -> None:
    fill(ledger, clock, tmp_path / "a", 200)
    out(ledger, files)
    assert (files.epoch(0) / "tile/0/000.p/200").exists()
    fill(ledger, clock, tmp_path / "b", 100)
    out(ledger, files)
    assert not (files.epoch(0) / "tile/0/000.p").exists()
    assert not (files.epoch(0) / "tile/entries/000.p").exists()


def test_lost_tiles_are_made_anew_at_the_start(ledger, files, clock, tmp_path) -> None:
    fill(ledger, clock, tmp_path / "a", 600)
    out(ledger, files)
    whole = snapshot(files.folder)
    (files.epoch(0) / "tile/0/000").unlink()
    (files.epoch(0) / "tile/0/001").write_bytes(b"")
    shutil.rmtree(files.epoch(0) / "tile/1")
    with ledger.transaction() as tx:
        assert resume(tx, files) is not None
    assert snapshot(files.folder) == whole


def test_checkpoints_go_outside_each_under_its_size(ledger, files, put: Put) -> None:
    put("一")
    first = out(ledger, files)
    put("二")
    second = out(ledger, files)
    place = files.outside[0] / "demo.invalid_xinheng" / "0"
    assert (place / "checkpoints" / "000000000001").read_text(encoding="utf-8") == first.note
    assert (place / "checkpoint").read_text(encoding="utf-8") == second.note
    assert second.undelivered == ()


def test_a_place_outside_that_takes_nothing_is_named(ledger, files, put: Put, tmp_path) -> None:
    put("一")
    (tmp_path / "blocked").write_text("", encoding="utf-8")
    blocked = LogFiles(files.folder, files.key, (tmp_path / "blocked" / "in", *files.outside))
    assert out(ledger, blocked).undelivered == (tmp_path / "blocked" / "in",)


@pytest.mark.parametrize("name", ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000"])
def test_a_damaged_tile_is_made_anew_at_the_start(ledger, files, clock, tmp_path, name: str) -> None:
    fill(ledger, clock, tmp_path / "a", 300)
    out(ledger, files)
    whole = snapshot(files.folder)
    flip(files.epoch(0) / name)
    assert check("log", files.folder, "--key", files.key.verifier) == 1
    with ledger.transaction() as tx:
        assert resume(tx, files) is not None
    assert snapshot(files.folder) == whole


def test_a_log_whose_files_were_lost_grows_on(ledger, files, clock, tmp_path) -> None:
    fill(ledger, clock, tmp_path / "a", 300)
    out(ledger, files)
    shutil.rmtree(files.epoch(0) / "tile")
    fill(ledger, clock, tmp_path / "b", 300)
    out(ledger, files)
    assert check("log", files.folder, "--key", files.key.verifier) == 0


def flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


def rewrite_history(ledger: Database) -> None:
    """What a dishonest operator would do: change an event and make the head fit."""
    with ledger.transaction() as tx:
        tx.execute("update events set entry = %(entry)s where seq = 5", {"entry": b"\0" * 32})
        rows = store.leaves(tx, 0, 1_000_000)
        refit(tx, rows)


def refit(tx: Transaction, rows: list[Row]) -> None:
    leaves = [merkle.leaf_hash(leaf_data(kind, Known(known), entry)) for kind, known, entry in rows]
    size, frontier = merkle.extended(0, [], leaves)
    store.move_head(tx, size, Known(rows[-1][1]), frontier)


@pytest.mark.parametrize("damaged", [False, True])
def test_a_rewritten_history_is_never_signed_and_stops_the_node(
    ledger, files, clock, tmp_path, damaged: bool
) -> None:
    fill(ledger, clock, tmp_path / "a", 300)
    note = out(ledger, files).note
    rewrite_history(ledger)
    if damaged:
        (files.epoch(0) / "tile/0/000").unlink()
    fill(ledger, clock, tmp_path / "b", 1)
    with pytest.raises(LogDiverged, match="根与数据库不同"):
        out(ledger, files)
    with ledger.transaction() as tx:
        assert resume(tx, files) is None
    with pytest.raises(NotWritable):
        fill(ledger, clock, tmp_path / "c", 1)
    assert (files.epoch(0) / "checkpoint").read_text(encoding="utf-8") == note


def test_a_checkpoint_that_another_key_signed_stops_the_node(ledger, files, put: Put, tmp_path) -> None:
    put("一")
    out(ledger, files)
    stranger = LogFiles(files.folder, LogKey.generate("demo.invalid/xinheng"))
    with pytest.raises(LogDiverged, match="不是本平台密钥"):
        out(ledger, stranger)
    other_name = LogFiles(tmp_path / "elsewhere", LogKey.generate("demo.invalid/other"))
    with pytest.raises(LogDiverged, match="不属于现有密钥"):
        out(ledger, other_name)


def test_a_home_whose_key_was_lost_goes_on_in_a_new_epoch(ledger, files, clock, put: Put, tmp_path) -> None:
    record = uuid4()
    put("一", record=record)
    out(ledger, files)
    replaced = LogFiles(files.folder, LogKey.generate("demo.invalid/another"))
    with ledger.transaction() as tx:
        assert resume(tx, replaced) is None
    with ledger.transaction() as tx:
        new_epoch(tx, replaced, PACK, clock, [])
    with ledger.transaction() as tx:
        assert resume(tx, replaced) is not None
    put("二")
    assert check("log", files.epoch(1), "--key", replaced.key.verifier) == 0
    keys = ("--key", files.key.verifier, "--key", replaced.key.verifier)
    assert check("log", files.folder, *keys) == 0
    with ledger.transaction() as tx:
        proof = prove(tx, replaced, record, shown=True)
    (tmp_path / "proof.json").write_text(json.dumps(proof), encoding="utf-8")
    assert check("proof", tmp_path / "proof.json", "--key", files.key.verifier) == 0


def restored(ledger: Database, size: int) -> None:
    """What restoring a backup of `size` events leaves: headers and contents after it are gone."""
    with ledger.transaction() as tx:
        tx.execute("delete from events where seq >= %(size)s", {"size": size})
        tx.execute("delete from contents c where not exists (select from events e where e.event = c.event)")
        tx.execute("delete from records r where not exists (select from events e where e.event = r.event)")
        refit(tx, store.leaves(tx, 0, size))


@pytest.mark.parametrize("home_lost", [False, True])
def test_a_restored_backup_is_read_only_until_a_new_epoch_names_the_loss(
    ledger, files, clock, tmp_path, home_lost: bool
) -> None:
    records = fill(ledger, clock, tmp_path / "a", 300)
    fill(ledger, clock, tmp_path / "b", 70)
    last = out(ledger, files).note
    restored(ledger, 300)
    if home_lost:
        shutil.rmtree(files.folder)  # the checkpoint outside is enough to notice
    with ledger.transaction() as tx:
        assert resume(tx, files) is None
    with pytest.raises(NotWritable, match="370 条"):
        fill(ledger, clock, tmp_path / "c", 1)
    with pytest.raises(LogDiverged):
        out(ledger, files)

    with ledger.transaction() as tx:
        opened_at = new_epoch(tx, files, PACK, clock, [])
    assert (opened_at.epoch, opened_at.first, opened_at.size) == (1, 300, 1)
    with ledger.transaction() as tx:
        assert resume(tx, files) is not None
        said = json.loads(tx.fetch(OPENING)[0][0])
    assert said["last_checkpoint"] == last
    assert said["lost"] == {"from": {"epoch": 0, "position": 300}, "to": {"epoch": 0, "position": 370}}
    assert said["prefix_intact"] is (None if home_lost else True)

    new = fill(ledger, clock, tmp_path / "d", 3)
    out(ledger, files)
    assert check("log", files.epoch(1), "--key", files.key.verifier) == 0
    assert check("log", files.folder, "--key", files.key.verifier) == 0
    flip(files.epoch(0) / "closing/tile/0/000")
    assert check("log", files.folder, "--key", files.key.verifier) == 1
    flip(files.epoch(0) / "closing/tile/0/000")
    for record in (records[0], records[299], new[2]):
        with ledger.transaction() as tx:
            proof = prove(tx, files, record, shown=True)
        (tmp_path / "proof.json").write_text(json.dumps(proof), encoding="utf-8")
        assert check("proof", tmp_path / "proof.json", "--key", files.key.verifier) == 0
    with pytest.raises(EpochNotNeeded), ledger.transaction() as tx:
        new_epoch(tx, files, PACK, clock, [])


def test_a_node_that_is_not_behind_opens_no_epoch(ledger, files, clock, put: Put) -> None:
    put("一")
    out(ledger, files)
    with pytest.raises(EpochNotNeeded), ledger.transaction() as tx:
        new_epoch(tx, files, PACK, clock, [])


def test_a_newer_backup_makes_the_node_writable_again(ledger, files, clock, put: Put, tmp_path) -> None:
    put("一")
    out(ledger, files)
    with ledger.transaction() as tx:
        store.stop(tx, "已公布 2 条，数据库 1 条")
    with ledger.transaction() as tx:
        assert resume(tx, files) is not None
    put("二")


def test_a_proof_opens_the_public_content_and_nothing_else(ledger, files, put: Put, tmp_path) -> None:
    record = uuid4()
    first = put("旧内容", record=record)
    put("新内容", record=record, previous=first)
    out(ledger, files)
    with ledger.transaction() as tx:
        proof = prove(tx, files, record, shown=True)
    text = json.dumps(proof, ensure_ascii=False)
    assert "新内容" in proof["public"]["content"]
    assert "旧内容" not in text
    assert 'shared\\"' not in text
    (tmp_path / "proof.json").write_text(text, encoding="utf-8")
    assert check("proof", tmp_path / "proof.json", "--key", files.key.verifier) == 0
    assert (
        check("proof", tmp_path / "proof.json", "--key", LogKey.generate("demo.invalid/xinheng").verifier)
        == 1
    )


def test_there_is_no_proof_of_what_is_not_shown_not_published_or_not_there(ledger, files, put: Put) -> None:
    record = uuid4()
    put("一", record=record)
    with ledger.transaction() as tx:
        with pytest.raises(NotPublic):
            prove(tx, files, record, shown=False)
        with pytest.raises(NotPublished, match="已公布 0 条"):
            prove(tx, files, record, shown=True)
        with pytest.raises(RecordAbsent):
            prove(tx, files, uuid4(), shown=True)


def test_growth_is_proved_only_from_a_checkpoint_of_this_log(ledger, files, put: Put) -> None:
    put("一")
    note = out(ledger, files).note
    strange = signed(Checkpoint("demo.invalid/xinheng/log/7", 1, b"0" * 32), files.key)
    for bad in (strange, "rubbish", note.replace("\n1\n", "\n2\n")):
        with pytest.raises(LogDiverged):
            prove_growth(files, 0, bad)


def test_a_past_rewritten_behind_a_longer_log_is_seen_by_whoever_kept_a_checkpoint(
    ledger, files, clock, tmp_path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(ledger, clock, tmp_path / "a", 300)
    out(ledger, files)
    restored(ledger, 290)
    fill(ledger, clock, tmp_path / "b", 30)  # beyond what was signed: no size tells
    shutil.rmtree(files.folder)
    with pytest.raises(LogDiverged, match=r"前 300 条与场外检查点不符"):
        out(ledger, files)
    assert not (files.folder / "0" / "checkpoint").exists(), "nothing is signed"
    with ledger.transaction() as tx:
        assert resume(tx, files) is None, "and nothing more is taken in"

    alone = LogFiles(files.folder, files.key)  # an operator who leaves the place outside away
    with ledger.transaction() as tx:
        store.stop(tx, None)
    out(ledger, alone)
    given = ("log", files.folder, "--key", files.key.verifier)
    assert check(*given) == 0
    assert check(*given, "--kept", files.outside[0]) == 1
    assert "第 300 条处的根与保存的检查点不符：此前的条目被改写" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["0/000", "entries/000", "0/001.p/44", "entries/001.p/44", "1/000.p/1"])
def test_a_tile_that_goes_on_after_its_end_is_refused(ledger, files, clock, tmp_path, name: str) -> None:
    fill(ledger, clock, tmp_path / "a", 300)
    out(ledger, files)
    tile = files.epoch(0) / "tile" / name
    assert check("log", files.folder, "--key", files.key.verifier) == 0
    tile.write_bytes(tile.read_bytes() + bytes(32))
    assert check("log", files.folder, "--key", files.key.verifier) == 1


def test_a_log_cut_off_or_gone_is_seen_by_whoever_kept_a_checkpoint(
    ledger, files, clock, tmp_path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(ledger, clock, tmp_path / "a", 300)
    out(ledger, files)
    fill(ledger, clock, tmp_path / "b", 5)
    out(ledger, files)
    kept, given = files.outside[0], ("log", files.folder, "--key", files.key.verifier)
    assert check(*given, "--kept", kept) == 0
    assert "kept checkpoints: 3" in capsys.readouterr().out
    older = LogFiles(tmp_path / "again", files.key)
    restored(ledger, 300)
    out(ledger, older)
    assert check("log", older.folder, *given[2:], "--kept", kept) == 1
    assert "日志只有 300 条，保存的检查点有 305 条" in capsys.readouterr().out
    other = signed(Checkpoint("demo.invalid/xinheng/log/7", 0, merkle.EMPTY_ROOT), files.key)
    (tmp_path / "other").write_text(other, encoding="utf-8")
    assert check(*given, "--kept", tmp_path / "other") == 1
    assert "log/7 不在文件夹中" in capsys.readouterr().out
