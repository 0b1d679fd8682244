"""What can stand on a journey: one folder for each kind of node. Recipe: docs/recipes/add-a-node.md."""
