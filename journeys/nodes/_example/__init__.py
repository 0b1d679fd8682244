"""An example to copy: docs/recipes/add-a-node.md."""
