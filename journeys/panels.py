"""panels of journeys."""
