"""What goes wrong with a service, told to the person who starts the product."""


class ServiceError(Exception):
    """One sentence that says what is wrong and what to do; commands print it and exit with 1."""
