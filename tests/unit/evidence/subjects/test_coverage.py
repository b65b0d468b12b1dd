from collections.abc import Sequence
from datetime import date
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pytest
from tests.unit.evidence.subjects.samples import candidates, code, many

from xinheng.evidence.ledger.projection import Batch
from xinheng.evidence.subjects import coverage, entry
from xinheng.evidence.subjects.coverage import CoverageProjector, Covered, covered
from xinheng.evidence.subjects.service import enter
from xinheng.ground.store import Database

TODAY, AFTER = date(2026, 11, 20), date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _appended_today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage, "known_on", lambda tx: TODAY)


def piece(folder: Path, name: str, item: str, subjects: Sequence[bytes], *, covered: bool = False) -> Batch:
    """A piece of an append: one new record of each of these organisations."""
    (folder / name).mkdir()
    table = pa.table({"item": [item] * len(subjects), "subject": pa.array(subjects, pa.binary(16))})
    with pa.ipc.new_file(str(folder / name / "records.arrow"), table.schema) as file:
        file.write_table(table)
    return Batch(folder / name, len(subjects), item, covered=covered)


def appended(database: Database, *pieces: Batch) -> None:
    projector = CoverageProjector()
    with database.bulk() as tx:
        projector.begin()
        for each in pieces:
            projector.prepare(tx, each)
        projector.finish(tx)


def submitted(database: Database, clock, folder: Path, item: str, table: pa.Table) -> list[bytes]:
    """The organisations of a submission as intake enters them: covered before the append."""
    with database.bulk() as tx:
        entering = entry.decide(tx, table, clock, item=item)
        entry.load(tx, entering)
        subjects: list[bytes] = entering.subjects["subject"].to_pylist()
        projector = CoverageProjector()
        projector.begin()
        projector.prepare(tx, piece(folder, item, item, subjects, covered=entering.covers))
        projector.finish(tx)
    return subjects


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


def test_a_submission_covers_its_organisations_new_and_known_under_any_code(
    database: Database, clock, tmp_path: Path
) -> None:
    subjects = submitted(database, clock, tmp_path, "penalty", many(700))
    with database.transaction() as tx:
        tx.execute(
            "insert into subject_codes values (%(code)s, %(subject)s, now())",
            {"code": code(5_000), "subject": UUID(bytes=subjects[0])},
        )
    assert counts(database) == [("", "企业", 700), ("penalty", "企业", 700)]
    former = candidates((code(5_000), "旧名"))
    both = pa.concat_tables([many(900), former.select(many(1).column_names)])
    submitted(database, clock, tmp_path, "permit", both)
    assert counts(database) == [("", "企业", 900), ("penalty", "企业", 700), ("permit", "企业", 900)]
    appended(database, piece(tmp_path, "few", "reward", subjects[:3]))
    assert counts(database) == [
        ("", "企业", 900),
        ("penalty", "企业", 700),
        ("permit", "企业", 900),
        ("reward", "企业", 3),
    ]
    with database.transaction() as tx:
        of_any = coverage.covered_by_any(tx, AFTER, ["penalty", "permit", "reward"])
    assert [c.count for c in of_any] == [900]


def test_another_writer_may_have_covered_them_before_the_lock(
    database: Database, clock, tmp_path: Path
) -> None:
    with database.bulk() as tx:
        entered = enter(tx, many(600), clock)["subject"].to_pylist()
    with database.bulk() as tx:
        entering = entry.decide(tx, many(600), clock, item="permit")
        entry.load(tx, entering)
        appended(database, piece(tmp_path, "other", "penalty", entered[:50]))
        appended(database, piece(tmp_path, "same", "permit", entered[20:60]))
        projector = CoverageProjector()
        projector.prepare(tx, piece(tmp_path, "late", "permit", entered, covered=True))
        projector.finish(tx)
    assert counts(database) == [("", "企业", 600), ("penalty", "企业", 50), ("permit", "企业", 600)]


def test_midnight_between_entering_and_appending_leaves_one_day(
    database: Database, clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted(database, clock, tmp_path, "penalty", many(600))
    monkeypatch.setattr(coverage, "known_on", lambda tx: AFTER)
    submitted(database, clock, tmp_path, "permit", many(700))
    with database.transaction() as tx:
        days = tx.fetch("select known_on, item, count(*) from coverage group by 1, 2 order by 1, 2")
    assert days == [(TODAY, "penalty", 600), (AFTER, "permit", 700)]
