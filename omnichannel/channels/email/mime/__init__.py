"""Reading of raw mail: pure Python, no Django, linear in the size of the input. Runs inside `kernel.sandbox`."""
