"""The journey is over."""
