"""`xinheng log` on a real home."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from xinheng.evidence.ledger import store
from xinheng.evidence.ledger.batches import Single
from xinheng.evidence.ledger.model import EventKind, Provenance
from xinheng.evidence.ledger.service import append_one
from xinheng.faces.app.preparing import init_home
from xinheng.faces.app.settings import Settings
from xinheng.faces.app.wiring import open_app
from xinheng.faces.cli.main import main


@pytest.fixture
def prepared(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Settings]:
    monkeypatch.setenv("XINHENG_HOME", str(home / "h"))
    monkeypatch.setenv("XINHENG_CHECKPOINT_DIR", str(tmp_path / "outside"))
    settings = Settings.from_environment()
    init_home(settings)
    with open_app(settings):  # keeps the server up for the whole test
        yield settings


@dataclass(frozen=True)
class Result:
    exit_code: int
    output: str
    stderr: str


@pytest.fixture
def call(prepared: Settings, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """`call("publish")` runs `xinheng log publish`."""

    def run(*arguments: str) -> Result:
        capsys.readouterr()
        code = main(["log", *arguments])
        return Result(code, *capsys.readouterr())

    return run


def test_the_log_of_a_home_is_published_shown_and_checked(prepared: Settings, call, tmp_path: Path) -> None:
    assert "已公布：纪元 0，1 条" in call("publish", "--thorough").output
    key = call("checkpoint", "--key").output.strip()
    note = call("checkpoint").output
    assert note.splitlines()[1] == "1"
    assert note == next((tmp_path / "outside").rglob("checkpoint")).read_text(encoding="utf-8")
    own = call("verify")
    assert own.exit_code == 0
    assert "1 条事件与账本头相符" in own.output
    elsewhere = shutil.copytree(prepared.home / "log", tmp_path / "copy")
    assert call("verify", str(elsewhere), "--key", key).exit_code == 0
    assert call("verify", str(elsewhere)).exit_code == 3


def test_a_record_that_is_not_there_has_no_proof(prepared: Settings, call) -> None:
    refused = call("prove", str(uuid4()))
    assert refused.exit_code == 4
    assert "XH505" in refused.stderr
    assert call("prove", "不是编号").exit_code == 2


def test_a_damaged_tile_is_told_by_verify_and_left_as_evidence(prepared: Settings, call) -> None:
    tile = next(p for p in (prepared.home / "log").rglob("entries/**/*") if p.is_file())
    damaged = bytearray(tile.read_bytes())
    damaged[5] ^= 1
    tile.write_bytes(damaged)
    refused = call("verify")
    assert refused.exit_code == 1
    assert "不成立" in refused.output + refused.stderr
    assert tile.read_bytes() == damaged
    assert call("publish", "--thorough").exit_code == 0
    assert call("verify").exit_code == 0


def test_a_tampered_database_is_told_by_verify(prepared: Settings, call) -> None:
    with open_app(prepared) as house, house.database.transaction() as tx:
        tx.execute("update contents set public = '{}'")
    refused = call("verify")
    assert refused.exit_code == 5
    assert "公开内容与承诺不符" in refused.stderr


def test_a_new_epoch_is_opened_only_where_one_is_needed(prepared: Settings, call) -> None:
    assert "XH511" in call("new-epoch").stderr
    with open_app(prepared) as house:
        with house.database.transaction() as tx:
            before = store.read_head(tx)
            single = Single(EventKind.KEY_ROTATED, Provenance(house.pack.label), public={})
            event, _ = append_one(tx, single, house.clock, [])
        house.publish()
        with house.database.transaction() as tx:
            tx.execute("delete from events where event = %(e)s", {"e": event})
            tx.execute("delete from contents where event = %(e)s", {"e": event})
            assert before.known is not None
            store.move_head(tx, before.size, before.known, list(before.frontier))
    with open_app(prepared):
        pass
    assert "平台只读" in call("verify").output
    assert call("new-epoch", "--yes").exit_code == 0
    assert call("verify").exit_code == 0
    with open_app(prepared) as house, house.database.transaction() as tx:
        said = json.loads(
            tx.fetch("select c.public from contents c join events using (event) order by seq desc")[0][0]
        )
    assert said["lost"]["to"] == {"epoch": 0, "position": 2}
    with open_app(prepared) as house, house.database.transaction() as tx:
        tx.execute("update events set known = known - interval '1 s' where seq = 0")
        tx.execute("update pack_activations set known = known - interval '1 s'")
    refused = call("verify")
    assert (refused.exit_code, "已关闭的纪元 0" in refused.output) == (1, True)
