"""A corrected code: rows under either code meet the same organisation and the same record; proofs hold."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from tests.sending import House, checks, code, outcomes, row

from xinheng.evidence.ledger import history, proof, publishing
from xinheng.evidence.ledger.audit import audit
from xinheng.evidence.ledger.errors import WordsRefused
from xinheng.evidence.ledger.publishing import LogFiles
from xinheng.evidence.subjects.code_errors import CodeNotValid, CodeTaken, OrganisationUnknown, SameCode
from xinheng.evidence.subjects.correcting import Books, Corrected, correct_code
from xinheng.evidence.subjects.service import by_code, find
from xinheng.office.access import service as access
from xinheng.office.cases.model import Actor
from xinheng.verify.note import Key
from xinheng.verify.proof import check_proof

OLD, NEW, NEWER = code(1), code(101), code(201)
CODE = "CF_XDR_SHXYM"


def correct(house: House, old: str, new: str) -> Corrected:
    with house.database.transaction() as tx:
        subject = by_code(tx, old)
        assert subject is not None
        actor = Actor(None, access.by_code(tx, "A").agency, "sjj")
        return correct_code(
            tx, subject.subject, new, "清市监更〔2026〕1号", actor, house.clock, Books(house.pack.label)
        )


def organisations(house: House) -> set[UUID]:
    with house.database.transaction() as tx:
        return {s for (s,) in tx.fetch("select distinct subject from records")}


def test_a_row_under_the_old_code_goes_to_the_same_organisation_and_is_marked(house: House) -> None:
    house.send(row(1))
    correct(house, OLD, NEW)
    late = house.send(row(1, CF_WSH="清市监处罚〔2026〕9号"))
    assert outcomes(late) == ["accepted"]
    assert checks(late) == {"intake.former_code"}
    fresh = house.send(row(1, CF_WSH="清市监处罚〔2026〕10号", **{CODE: NEW}))
    assert (outcomes(fresh), checks(fresh)) == (["accepted"], set())
    assert len(organisations(house)) == 1


@pytest.mark.parametrize("steps", [[NEW], [NEW, NEWER], [NEW, OLD], [NEW, OLD, NEWER]])
def test_the_same_decision_is_never_held_twice(house: House, steps: list[str]) -> None:
    first = house.send(row(1))
    last = OLD
    for each in steps:
        house.clock.step(minutes=1)
        correct(house, last, each)
        last = each
    for known in {OLD, *steps}:
        again = house.send(row(1, **{CODE: known, "CF_SY": f"改述一次（{known[-4:]}）"}))
        assert outcomes(again) == ["corrected"]
        assert house.record(again) == house.record(first)
    assert house.count("records") == 1


def test_the_old_code_still_finds_the_organisation(house: House) -> None:
    house.send(row(1))
    correct(house, OLD, NEW)
    with house.database.transaction() as tx:
        subject = by_code(tx, OLD)
        assert (subject.code, subject.asked_code, subject.former_codes) == (NEW, OLD, (OLD,))
        assert by_code(tx, NEW).asked_code is None
        assert [h.code for h in find(tx, OLD).hits] == [NEW]
        assert [h.code for h in find(tx, NEW).hits] == [NEW]


def test_records_keep_what_they_said_and_the_log_holds(house: House, tmp_path) -> None:
    receipt = house.send(row(1))
    record = house.record(receipt)
    files = LogFiles(tmp_path / "log", house.keys.log)
    with house.database.transaction() as tx:
        publishing.publish(tx, files)
        before = proof.prove(tx, files, record, shown=True)
    done = correct(house, OLD, NEW)
    with house.database.transaction() as tx:
        publishing.publish(tx, files)
        after = proof.prove(tx, files, record, shown=True)
        [said] = history.history(tx, record)
        assert OLD in said.public
        assert audit(tx).events == 2
        [(kind, public)] = tx.fetch(
            "select kind, public from contents join events using (event) where event = %(e)s",
            {"e": done.event},
        )
    assert kind == "code_corrected"
    assert OLD in public
    assert NEW in public
    for each in (before, after):
        assert check_proof(json.dumps(each).encode(), [Key.parse(house.keys.log.verifier)])


def test_what_is_refused(house: House) -> None:
    house.send(row(1), row(2))
    for new, refusal in ((NEW[:17] + "?", CodeNotValid), (OLD, SameCode), (code(2), CodeTaken)):
        with pytest.raises(refusal):
            correct(house, OLD, new)
    correct(house, code(2), NEWER)
    with pytest.raises(CodeTaken, match="清河第2号"):  # nor one that it bore before
        correct(house, OLD, code(2))
    with house.database.transaction() as tx, pytest.raises(OrganisationUnknown):
        correct_code(tx, UUID(int=0), NEW, "依据文书", Actor(None, None, "x"), house.clock, Books("p"))
    with house.database.transaction() as tx, pytest.raises(WordsRefused):
        subject = by_code(tx, OLD)
        correct_code(tx, subject.subject, NEW, " ", Actor(None, None, "x"), house.clock, Books("p"))
    with house.database.transaction() as tx:
        assert by_code(tx, OLD).code == OLD
