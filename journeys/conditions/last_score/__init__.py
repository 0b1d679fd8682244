"""What the customer answered last."""
