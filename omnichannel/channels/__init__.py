"""Channels plug in here, a folder each."""
