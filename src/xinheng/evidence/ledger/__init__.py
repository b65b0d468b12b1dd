"""Events and proofs: the only writer of facts."""
