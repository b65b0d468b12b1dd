"""Submissions: from an agency's file to checked rows, records and a receipt."""
