"""One text for one value: the JSON that is hashed, compared and kept.

Keys sorted by code point, no blanks, UTF-8 without escapes. A value that has no one text is refused:
floats (no law or money depends on one), NaN, keys that are not text, lone surrogates.
"""

from __future__ import annotations

import json

_NOT_HELD = "canonical JSON holds text, integers, booleans, null, lists and objects; not {}"


def dumps(value: object) -> str:
    """The canonical JSON of `value`. Raises TypeError for floats, Decimals and other types, and
    UnicodeEncodeError for text that UTF-8 cannot hold."""
    _refuse_others(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    text.encode()
    return text


def _refuse_others(value: object) -> None:
    if value is None or isinstance(value, (str, int)):  # bool is an int
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise TypeError(_NOT_HELD.format(type(key).__name__))
            _refuse_others(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _refuse_others(inner)
    else:
        raise TypeError(_NOT_HELD.format(type(value).__name__))
