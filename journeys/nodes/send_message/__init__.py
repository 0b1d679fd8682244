"""Something is said."""
