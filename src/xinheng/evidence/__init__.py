"""Submissions, organisations, and the ledger of events and proofs."""
