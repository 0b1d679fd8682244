"""One process inside the product that says what is in its rows: a start of Django for each question would be most of
the load on the machine."""

import json
import os
import subprocess
import sys
from typing import Any, Self

from config.services.environment import REPOSITORY
from tests.supervisor.product import Product

COMMAND = ["shell", "-v", "0", "-c", "from tests.faults import setting; setting.serve()"]


class Witness:
    def __init__(self, product: Product) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.services.manage", *COMMAND],
            cwd=REPOSITORY,
            env=os.environ | {"HILO_DATA": str(product.data_dir)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, function: str, name: str) -> Any:
        """The answer of a function of tests/faults/setting.py. Raises AssertionError when it failed: its traceback is
        on standard error."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([function, name]) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"{function} failed"
        return json.loads(answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.process.stdin.close()  # type: ignore[union-attr]
        self.process.wait(20)
