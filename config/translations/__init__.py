"""Translations without GNU gettext's programs: extraction, merging, checking and compiling in Python (Babel)."""
