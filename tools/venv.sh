#!/bin/sh
# Make a virtual environment with the first Python that is new enough.
set -eu
venv=$1

for python in "${PYTHON:-python3}" python3 python3.11 python3.12 python3.13 python3.14 python; do
    if "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        "$python" -m venv --clear "$venv"
        echo "Made $venv with $("$venv/bin/python" --version)."
        exit 0
    fi
done

echo "Python 3.11 or newer with its venv module is needed (Debian: apt-get install python3-venv)." >&2
exit 1
