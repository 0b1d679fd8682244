# Steps that the commands share: the virtual environment and the front end. Sourced with $here set to the repository.
# Each step leaves a stamp (a hash of what it was made from) and is skipped while that stamp matches.

fail() {
    echo "$1" >&2
    exit 1
}

# step NAME COMMAND…: run it, showing its output only if it fails, and say how long it took.
step() {
    step_name=$1
    shift
    step_log=$here/.venv/step.log
    step_start=$(date +%s)
    printf '%s … ' "$step_name"
    if "$@" >"$step_log" 2>&1; then
        printf '%s s\n' "$(($(date +%s) - step_start))"
    else
        printf 'failed\n'
        tail -n 20 "$step_log" >&2
        return 1
    fi
}

stamp_of() {
    cat "$@" 2>/dev/null | cksum
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

set_up_python() {
    requirements=$1
    if [ ! -x "$here/.venv/bin/python" ] || ! "$here/.venv/bin/python" -c 'import pip' 2>/dev/null; then
        python=$(find_python)
        "$python" -c 'import ensurepip, venv' 2>/dev/null ||
            fail "This Python has no venv module with pip: install it (Debian and Ubuntu: apt install python3-venv)."
        mkdir -p "$here/.venv" || fail "Cannot write to $here: clone the repository to a folder of your own."
        step "Making the virtual environment" "$python" -m venv "$here/.venv" ||
            fail "The virtual environment could not be made: see the lines above."
    fi
    wanted=$(stamp_of "$here/requirements.txt" "$here/$requirements")
    stamp=$here/.venv/stamp-$requirements
    if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
        step "Installing $requirements" "$here/.venv/bin/python" -m pip install --disable-pip-version-check \
            --no-input -r "$here/$requirements" ||
            fail "The packages could not be installed: check the network and pip's package index, then try again."
        printf '%s' "$wanted" >"$stamp"
    fi
}
