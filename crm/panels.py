"""Panels that crm puts into its own pages."""
