"""`python -m config.setup.packages requirements.txt`: install these packages with uv, or with pip where uv cannot.

uv fetches and unpacks side by side. It does not read pip's settings, so those that say how a registry is reached are
handed on; a machine that it still does not serve (no wheel for it, another kind of setting) is left to pip, which then
also says what is wrong.
"""

import ast
import ensurepip
import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

PIP_OPTIONS = ("--disable-pip-version-check", "--no-input")
UV = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--system-certs", "--python", sys.executable]
# pip's name of a setting and uv's variable, https://docs.astral.sh/uv/reference/environment/
HANDED_ON = {
    "index-url": "UV_DEFAULT_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
}
SECTIONS = ("global.", "install.", ":env:.")  # the later one wins, as with pip


def pip() -> list[str]:
    """The one that came with Python, run from its wheel; where there is no wheel, put into the environment first."""
    folder = Path(sysconfig.get_config_var("WHEEL_PKG_DIR") or Path(ensurepip.__file__).with_name("_bundled"))
    if wheel := next(folder.glob("pip-*.whl"), None):
        return [sys.executable, str(wheel / "pip"), *PIP_OPTIONS]
    succeeds([sys.executable, "-m", "ensurepip"], is_shown=False)
    return [sys.executable, "-m", "pip", *PIP_OPTIONS]


def main(requirements: str) -> int:
    # Bytecode is made by whoever imports a module first: most of them nobody ever does.
    installed = install_with_uv(requirements) or succeeds([*pip(), "install", "--no-compile", "-r", requirements])
    return 0 if installed else 1


def install_with_uv(requirements: str) -> bool:
    """What uv says is kept back: pip goes on, and if it fails too, its words are the ones to read."""
    # Beside the installation: pip takes seconds to wake up.
    with subprocess.Popen([*pip(), "config", "list"], stdout=subprocess.PIPE, text=True) as settings:
        if not succeeds([*pip(), "install", "--only-binary=:all:", "-r", "requirements-uv.txt"], is_shown=False):
            return False
        listed = settings.communicate()[0]
    return succeeds([*UV, "-r", requirements], {**handed_on(listed), **os.environ}, is_shown=False)


def handed_on(listed: str) -> dict[str, str]:
    """The output of `pip config list`, lines like global.index-url='https://…', as variables for uv."""
    settings = dict(line.split("=", 1) for line in listed.splitlines() if "=" in line)
    return {
        variable: ast.literal_eval(settings[section + name])
        for name, variable in HANDED_ON.items()
        for section in SECTIONS
        if section + name in settings
    }


def succeeds(command: list[str], environment: Mapping[str, str] | None = None, *, is_shown: bool = True) -> bool:
    output = None if is_shown else subprocess.DEVNULL
    return not subprocess.run(command, env=environment, stdout=output, stderr=output, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
