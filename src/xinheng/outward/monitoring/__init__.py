"""Watching (监测): who fell silent, which numbers are missing, what a list says that is not held."""
