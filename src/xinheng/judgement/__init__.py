"""What follows from the facts by law: shown until when, and later listed, graded, measured."""
