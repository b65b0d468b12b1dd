"""Ids that are random and stable, and whose first bits are a time (RFC 9562, version 7).

Time first, so that a bulk load appends to the indexes of the store instead of scattering over them. The
74 bits behind the milliseconds are a counter with a random start and random lower bits: ids of one call
ascend strictly, ids of different calls do not collide.
"""

from __future__ import annotations

import secrets
import struct
from datetime import UTC, datetime, timedelta
from uuid import UUID

from xinheng.core.times import Clock

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COUNTER_BITS = 32  # of the 74: ids in one call
_NOISE_BITS = 74 - _COUNTER_BITS
_LOW = (1 << 62) - 1


def new_ids(clock: Clock, n: int) -> bytes:
    """`n` ids as 16·n bytes, ascending. Raises ValueError where `n` is negative or above 2³¹."""
    if not 0 <= n <= 1 << 31:
        raise ValueError("between 0 and 2**31 ids can be made at once")
    millis = (clock.now().at - _EPOCH) // timedelta(milliseconds=1)
    head = (millis << 16) | 0x7000
    start = secrets.randbits(_COUNTER_BITS - 1)
    noise = memoryview(secrets.token_bytes(8 * n)).cast("Q")
    halves: list[int] = []
    for i in range(n):
        tail = ((start + i) << _NOISE_BITS) | (noise[i] >> (64 - _NOISE_BITS))
        halves.append(head | (tail >> 62))
        halves.append((0b10 << 62) | (tail & _LOW))
    return struct.pack(f">{2 * n}Q", *halves)


def new_id(clock: Clock) -> UUID:
    """One new id."""
    return UUID(bytes=new_ids(clock, 1))


def made_before(made: UUID, at: datetime) -> bool:
    """Whether an id was made before an instant, to the millisecond that it carries."""
    return made.int >> 80 < (at - _EPOCH) // timedelta(milliseconds=1)
