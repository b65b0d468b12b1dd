"""Books: one measuring for every level, the monthly bulletin, the quality page, exports with a log."""
