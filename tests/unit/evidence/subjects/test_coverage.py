from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from tests.unit.evidence.subjects.samples import code, many

from xinheng.evidence.ledger.projection import Batch
from xinheng.evidence.subjects import coverage
from xinheng.evidence.subjects.coverage import CoverageProjector, Covered, covered
from xinheng.evidence.subjects.service import enter
from xinheng.ground.store import Database

TODAY, AFTER = date(2026, 11, 20), date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _appended_today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage, "known_on", lambda tx: TODAY)


def piece(folder: Path, name: str, item: str, subjects: Sequence[bytes]) -> Batch:
    """A piece of an append: one new record of each of these organisations."""
    (folder / name).mkdir()
    table = pa.table({"item": [item] * len(subjects), "subject": pa.array(subjects, pa.binary(16))})
    with pa.ipc.new_file(str(folder / name / "records.arrow"), table.schema) as file:
        file.write_table(table)
    return Batch(folder / name, len(subjects), item)


def appended(database: Database, *pieces: Batch) -> None:
    projector = CoverageProjector()
    with database.bulk() as tx:
        projector.begin()
        for each in pieces:
            projector.prepare(tx, each)
        projector.finish(tx)


def counts(database: Database) -> list[tuple[str, str, int]]:
    with database.transaction() as tx:
        return [(c.item, c.kind, c.count) for c in covered(tx, AFTER)]


def test_many_and_few_are_covered_alike_piece_by_piece(database: Database, clock, tmp_path: Path) -> None:
    with database.bulk() as tx:
        entered = enter(tx, many(1_500), clock)["subject"].to_pylist()
    twice = [*entered[:700], *entered[:700]]
    appended(database, piece(tmp_path, "few", "penalty", entered[:3]))
    appended(
        database,
        piece(tmp_path, "many", "penalty", twice),
        piece(tmp_path, "more", "penalty", entered[600:1_300]),
        piece(tmp_path, "last", "penalty", entered[1_299:1_310]),
    )
    assert counts(database) == [("", "企业", 1_310), ("penalty", "企业", 1_310)]
    appended(database, piece(tmp_path, "other", "permit", entered[:1_000]))
    appended(database, piece(tmp_path, "again", "penalty", entered))
    assert counts(database) == [("", "企业", 1_500), ("penalty", "企业", 1_500), ("permit", "企业", 1_000)]


def test_what_an_organisation_was_that_day_is_kept(database: Database, clock, tmp_path: Path) -> None:
    with database.bulk() as tx:
        entered = enter(tx, many(600), clock)["subject"].to_pylist()
    appended(database, piece(tmp_path, "all", "penalty", entered))
    with database.transaction() as tx:
        tx.execute("update subjects set division = '110000' where code = %(code)s", {"code": code(5)})
        assert covered(tx, AFTER, ["penalty"]) == (Covered("penalty", "429021", "企业", 600),)
        assert covered(tx, TODAY) == ()
