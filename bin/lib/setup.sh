# What the commands share: a virtual environment that is up to date. Sourced with $here set to the repository.
# Only the first lines need a shell; the rest of the set-up is Python (config/setup), once there is one.

fail() {
    echo "$1" >&2
    exit 1
}

find_python() {
    for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    fail "Hilo needs Python 3.11 or newer: install it, or name one with PYTHON=/path/to/python3."
}

make_environment() {
    "$here/.venv/bin/python" -c 'import sys; sys.exit(sys.prefix == sys.base_prefix)' 2>/dev/null && return
    python=$(find_python) || exit 1
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "This Python has no venv module with pip: install it (on Debian and Ubuntu: apt install python3-venv)."
    printf 'Making the virtual environment … '
    # pip stays where Python has it: putting it in takes five seconds, and uv installs the rest.
    said=$("$python" -m venv --without-pip --clear "$here/.venv" 2>&1) ||
        fail "$said
The virtual environment $here/.venv could not be made: the lines above say why."
    echo done
}

# set_up ARGUMENTS…: those of config/setup.
set_up() {
    # The product is many processes: without bytecode (git-ignored) each one compiles the whole house anew.
    unset PYTHONHOME PYTHONDONTWRITEBYTECODE
    make_environment
    PYTHONPATH="$here" "$here/.venv/bin/python" -P -m config.setup "$@" || exit
}

# get_chromium: for the browser tests, where root may install Debian's. The shell is Chromium without its window: the
# same engine at two thirds of the work. Without any of them those tests skip and say how to get one (tests/chromium.py).
get_chromium() {
    command -v chromium-headless-shell >/dev/null && return
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 0
    printf 'Installing Chromium for the browser tests … '
    install_packages chromium-headless-shell || install_packages chromium && echo done || echo "not possible here"
}

install_packages() {
    DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null >/dev/null 2>&1 || true
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null 2>&1
}
