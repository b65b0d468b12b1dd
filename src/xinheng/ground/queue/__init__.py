"""Work for later, on the same PostgreSQL and in the same transaction as what it is about."""

from xinheng.ground.queue.port import NOW, TELL, WORK, defer, forget, waiting

__all__ = ["NOW", "TELL", "WORK", "defer", "forget", "waiting"]
