"""What the house stands on: PostgreSQL, DuckDB, key files."""
