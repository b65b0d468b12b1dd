"""The frozen log: the same events give the same bytes, for ever."""

from __future__ import annotations

import json
from pathlib import Path

from tests.golden.ledger import recipe

from xinheng.core import canonical
from xinheng.evidence.ledger.proof import prove
from xinheng.evidence.ledger.publishing import LogFiles, publish
from xinheng.evidence.ledger.service import append, open_log
from xinheng.ground.store import Database
from xinheng.verify import main as verify


def made(database: Database, folder: Path, scratch: Path) -> None:
    """Make the golden log and proof from the recipe, in `folder`."""
    files = LogFiles(folder / "log", recipe.key())
    with database.transaction() as tx:
        open_log(tx, files.key.name)
        append(tx, recipe.batch(scratch), recipe.CLOCK, [])
    with database.transaction() as tx:
        publish(tx, files)
        proof = prove(tx, files, recipe.record(recipe.PROVED), shown=True)
    (folder / "proof.json").write_text(canonical.dumps(proof) + "\n", encoding="utf-8")


def content(folder: Path) -> dict[str, bytes]:
    files = [folder / "proof.json", *(p for p in (folder / "log").rglob("*") if p.is_file())]
    return {str(p.relative_to(folder)): p.read_bytes() for p in files if p.name != ".lock"}


def test_the_recipe_still_gives_the_frozen_bytes(database: Database, tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    made(database, tmp_path, tmp_path / "scratch")
    assert content(tmp_path) == content(recipe.FOLDER)


def test_the_checker_accepts_the_frozen_log_and_proof() -> None:
    key = ["--key", recipe.key().verifier]
    assert verify(["log", str(recipe.FOLDER / "log"), *key]) == 0
    assert verify(["proof", str(recipe.FOLDER / "proof.json"), *key]) == 0


def test_the_frozen_key_is_the_one_written_down() -> None:
    # were the key encoding to change, nobody could check what they hold
    assert (
        recipe.key().verifier
        == json.loads((recipe.FOLDER / "key.json").read_text(encoding="utf-8"))["verifier"]
    )
