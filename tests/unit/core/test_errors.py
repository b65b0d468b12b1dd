"""The one shape of refusals."""

from __future__ import annotations

from xinheng.core.errors import XinhengError
from xinheng.core.identity import check_character

INVENTED = "11010119900307001" + check_character("11010119900307001")


def test_no_refusal_repeats_an_identity_number():
    said = f"“{INVENTED}”"
    refused = XinhengError(found=said, expected=said, todo=said, where=said)
    assert INVENTED not in str(refused)
    assert INVENTED not in repr(refused.args)
    assert INVENTED not in str(refused.as_dict())


def test_a_refusal_names_record_and_digest_as_they_are():
    where = "01890a5d-ac96-774b-bcce-b302099a8057"
    refused = XinhengError(found="sha256:" + "1" * 64, expected="甲", todo="乙", where=where)
    assert (refused.where, refused.found) == (where, "sha256:" + "1" * 64)
