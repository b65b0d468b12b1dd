"""催办 → 督办 → 通报 → 考核: letters with numbers, terms, replies and an end."""
