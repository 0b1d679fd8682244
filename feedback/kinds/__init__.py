"""Kinds of surveys: a folder each. Recipe: copy nps/, change its class, run its tests."""
