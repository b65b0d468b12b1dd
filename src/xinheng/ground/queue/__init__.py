"""Work for later, on the same PostgreSQL and in the same transaction as what it is about."""

from xinheng.ground.queue.port import NOW, defer, forget, waiting

__all__ = ["NOW", "defer", "forget", "waiting"]
