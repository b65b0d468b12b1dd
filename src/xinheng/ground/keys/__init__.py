"""Key files: one secret a file, readable by the application's user alone."""

from xinheng.ground.keys.errors import KeyBroken, KeyExposed, KeyMissing
from xinheng.ground.keys.files import Keys
from xinheng.ground.keys.kinds import LogKey, MacKey

__all__ = ["KeyBroken", "KeyExposed", "KeyMissing", "Keys", "LogKey", "MacKey"]
