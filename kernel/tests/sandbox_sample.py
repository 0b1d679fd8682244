"""Runs inside the sandbox, for test_sandbox."""

import sys


def bare_packages(payload: bytes) -> list[str]:
    """The packages above this module, as far as they did not come from a file; and Django, if it were there."""
    loaded = [name for name in ("kernel", "kernel.tests", "django") if name in sys.modules]
    return [name for name in loaded if name == "django" or not hasattr(sys.modules[name], "__file__")]
