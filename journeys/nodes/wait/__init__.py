"""Time passes, or something happens first."""
