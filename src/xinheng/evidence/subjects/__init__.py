"""Which organisation is this: a register by unified code, with names over time.

An organisation enters with its first valid record and is marked 未经登记核实 until registration data confirms
it. Nothing merges silently: one name under two codes, or one code under two names, goes to a review list.
"""
