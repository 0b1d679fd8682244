"""`python -m bench.run_one MODULE SCALE FORMAT`: one bench in this process."""

import os
import sys
from importlib import import_module
from types import ModuleType
from typing import cast

from bench.measurement import Scale


def main(module_name: str, scale: str, form: str) -> int:
    module = import_module(module_name) if _is_alone() else _with_database(module_name)
    for measurement in module.measure(cast(Scale, scale)):
        print(measurement.as_json() if form == "json" else measurement.as_text(), flush=True)
    return 0


def _is_alone() -> bool:
    return os.environ.get("HILO_TESTING") != "1"


def _with_database(module_name: str) -> ModuleType:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    return import_module(module_name)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
