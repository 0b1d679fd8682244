"""What operators see: readiness, figures, metrics. All of it is read from PostgreSQL when somebody asks."""
