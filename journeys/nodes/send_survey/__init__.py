"""A question is asked."""
