"""How the customer feels."""
