"""Reactions of crm itself."""
