"""Words that stand in the log for ever: reasons and laws, as a person typed them."""

from __future__ import annotations

from xinheng.core.wording import fault
from xinheng.evidence.ledger.errors import WordsRefused

LONGEST = 500


def require(words: str, name: str) -> str:
    """`words` without blanks around them. Raises WordsRefused: what is in the log cannot be taken back."""
    wrong = fault(words, 2, LONGEST)
    if wrong is not None:
        raise WordsRefused(f"{name}{wrong}", LONGEST)
    return words.strip()
