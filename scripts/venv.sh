#!/usr/bin/env bash
# Make the virtual environment .venv with Dromio (editable), all extras and the development tools. Safe to run again.
# PYTHON names the Python to use; without it the first Python 3.11 or later on the path is taken.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
    echo "error: $*" >&2
    exit 1
}

is_recent() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        is_recent "$PYTHON" || fail "PYTHON=$PYTHON is not a Python 3.11 or later"
        echo "$PYTHON"
        return
    fi
    local name
    for name in python3 python3.13 python3.12 python3.11 python3.14; do
        if is_recent "$name"; then
            echo "$name"
            return
        fi
    done
    fail "no Python 3.11 or later is on the path; on Debian 12 or later: apt-get install python3 python3-venv"
}

# Debian ships venv's ensurepip in a package of its own.
ensure_venv() {
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1 && return
    command -v apt-get >/dev/null || fail "$1 has no module venv (or no ensurepip); install it with your system's packages"
    [ "$(id -u)" = 0 ] || fail "$1 has no module venv; run as root: apt-get install python3-venv"
    echo "Installing python3-venv" >&2
    apt-get update -q >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends python3-venv >&2
}

if ! is_recent .venv/bin/python; then
    python=$(find_python)
    ensure_venv "$python"
    rm -rf .venv
    "$python" -m venv .venv
fi
export PIP_DISABLE_PIP_VERSION_CHECK=1
.venv/bin/python -m pip install --quiet --upgrade 'pip>=25.1' # the first that reads dependency groups
.venv/bin/python -m pip install --quiet --editable '.[all,demo]' --group dev
touch .venv/ready
