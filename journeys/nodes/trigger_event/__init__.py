"""The way in: an event brings people onto the journey."""
