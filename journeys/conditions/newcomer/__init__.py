"""Somebody whom we have not known for long."""
