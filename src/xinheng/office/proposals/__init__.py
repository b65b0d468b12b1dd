"""Proposals: agencies propose data items, the office decides, accepted ones are issued as a version."""
