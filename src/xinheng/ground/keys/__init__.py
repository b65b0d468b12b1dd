"""Key files: one secret a file, readable by the application user alone."""
