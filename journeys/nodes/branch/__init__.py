"""The thread divides: yes or no."""
