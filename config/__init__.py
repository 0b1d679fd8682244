"""Wires everything. Importing it must stay cheap: the supervisor runs without Django."""
