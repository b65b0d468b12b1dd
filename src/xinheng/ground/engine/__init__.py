"""Bulk SQL: DuckDB in a child process with a memory limit, closed to everything but one folder."""

from xinheng.ground.engine.engine import Engine, Sql, quoted
from xinheng.ground.engine.errors import EngineFailed, EngineOutOfMemory, EngineTimeout

__all__ = ["Engine", "EngineFailed", "EngineOutOfMemory", "EngineTimeout", "Sql", "quoted"]
