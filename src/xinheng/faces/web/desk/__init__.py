"""What agencies and the credit office use after signing in."""
