"""Shown or not, since when and until when, under which regime and article."""
