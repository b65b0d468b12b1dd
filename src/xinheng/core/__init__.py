"""Values that every floor shares; imports the standard library only."""
