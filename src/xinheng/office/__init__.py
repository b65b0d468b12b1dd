"""Anything with a clock and an owner: accounts, roles, the tree of offices and agencies."""
