"""What leaves the house, and what it fetches from outside."""
