"""Reconciliation upward: per record what was sent, what the upper platform took, returned and shows."""
