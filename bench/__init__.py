"""Measurements, one module per subject: `bin/bench [NAME …] [--scale small|full] [--json]`.

A module `bench/<name>.py` has one function

    def measure(scale: Scale) -> Iterator[Measurement]

and is found by its name. It runs with Django set up on throwaway servers and an empty, migrated database of its own.
`ALONE = True` in the module says that it starts the product by itself and wants no servers.
"""
