"""Completeness by source and period: where “none found” may be said, and where it may not."""
