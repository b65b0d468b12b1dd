"""抓取: an agency's public lists, read politely, as drafts for the agency to confirm (R013)."""
