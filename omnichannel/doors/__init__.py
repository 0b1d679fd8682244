"""Doors that wait for mail: they store what arrives by a verb and leave the reading to the channel."""
