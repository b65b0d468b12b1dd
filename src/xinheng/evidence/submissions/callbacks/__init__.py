"""Callbacks: an agency's system is told when a submission of it has come to an end."""
