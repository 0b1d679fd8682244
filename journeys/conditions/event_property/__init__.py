"""What the event said that brought the customer here."""
