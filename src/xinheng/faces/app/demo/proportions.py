"""How dirty the demo's files are.

The first block was counted over 3.0 million enterprise registrations (1978–2019); the second was not counted
anywhere: it is set so that every kind of answer can be seen in a city of five thousand organisations. Parts
in a million, so that nothing here is a float. A kind of dirt too rare for a city this small occurs once.
"""

from __future__ import annotations

from typing import Final

MILLION: Final = 1_000_000

# -- counted, of 3 002 673 registrations
WRONG_CHECK: Final = 64  # 191: one character of the code mistyped
OTHER_CHARACTER: Final = 1  # 1
REGISTRATION_NUMBER: Final = 2_481  # 7 449: the 15 digits of the old registration number instead of the code
THIRTEEN_CHARACTERS: Final = 166  # 497
OTHER_LENGTH: Final = 12  # 35
LOWER_CASE: Final = 91  # 274
TWICE_LISTED: Final = 58  # 174
INNER_CHECK_DIFFERS: Final = 63  # 189: a real code whose organisation part fails its own check
HALF_WIDTH_BRACKETS: Final = 16_116  # 48 390
FULL_WIDTH_BRACKETS: Final = 4_370  # 13 122
BRANCHES: Final = 47_234  # 141 829 names end in 分公司
LATIN_IN_NAME: Final = 232  # 697
INNER_SPACE: Final = 83  # 248
OUTER_SPACE: Final = 4  # 13
SAME_NAME_OTHER_CODE: Final = 10  # 31

# -- set by us
LETTER_FOR_DIGIT: Final = 600  # O for 0 in a code
NAME_VARIANT: Final = 1_500  # 有限责任公司 for 有限公司 …: one code, two names
PERSONS: Final = 60_000  # rows about natural persons: counted, handed back, never kept
SUMMARY_PROCEDURE: Final = 80_000  # of penalties: collected, not shown
LATE: Final = 45_000  # decided months before they are reported
MISSING: Final = 4_000  # a required cell left empty
NOT_IN_LIST: Final = 2_000  # a category that no list has
TOTAL_ONLY_IN_WORDS: Final = 120_000  # of fines: the sum stands in the text alone
NUMBER_IN_TEXT: Final = 3_000  # an identity number (of nobody) in the facts
EMPTY_WORD: Final = 30_000  # 暂无, 无, / where nothing is to be said
