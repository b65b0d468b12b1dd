"""The public faces: search, organisations, records, lists. Nobody signs in here."""
