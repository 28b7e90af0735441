#!/bin/sh
# Makes .venv, with every extra and every development group, at the versions of constraints.txt.
# `make setup` runs it when there is no .venv/.ready, or when the versions have changed.
set -eu
cd "$(dirname "$0")/.."

is_usable() { "$1" -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

if ! is_usable .venv/bin/python; then
    for python in ${PYTHON:-python3 python3.11 python3.12 python3.13}; do
        if is_usable "$python"; then break; fi
        python=
    done
    if [ -z "$python" ]; then
        echo "setup: no Python 3.11 or newer with venv was found." >&2
        echo "setup: on Debian: apt-get install python3-venv; elsewhere: make setup PYTHON=/path/to/python3" >&2
        exit 1
    fi
    "$python" -m venv --clear .venv
fi

# The pip that comes with Python 3.11 does not know dependency groups yet.
pip=".venv/bin/python -m pip --disable-pip-version-check --no-input"
$pip install --quiet --constraint constraints.txt pip
$pip install --quiet --constraint constraints.txt --build-constraint constraints.txt \
    --editable '.[build,web,postgres,redis]' --group test --group lint --group bench
touch .venv/.ready
