"""A field of the contact."""
