"""A trait that the customer's own systems reported."""
