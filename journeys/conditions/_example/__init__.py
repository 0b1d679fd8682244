"""An example to copy: docs/recipes/add-a-condition.md."""
