"""What a journey can ask about a person: one folder for each. Recipe: docs/recipes/add-a-condition.md."""
