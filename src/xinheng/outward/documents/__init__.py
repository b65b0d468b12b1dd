"""Documents as values, and writers that make the same bytes of the same document."""
