"""Nobody is welcomed twice."""
