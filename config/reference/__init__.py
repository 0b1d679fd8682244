"""docs/reference/*.md: what there is, written from the code itself by `manage.py reference --write`."""
