#!/bin/sh
# Resolve requirements/*.in into lock files: hashes, every platform, Python 3.11 and newer, no index lines.
set -eu
venv=$1
upgrade=${2:-}

"$venv/bin/python" -m uv --version >/dev/null 2>&1 ||
    "$venv/bin/python" -m pip --disable-pip-version-check install --quiet uv

set -- --quiet --generate-hashes --python-version 3.11 --no-emit-index-url --universal
if [ "$upgrade" = all ]; then
    set -- "$@" --upgrade
elif [ -n "$upgrade" ]; then
    set -- "$@" --upgrade-package "$upgrade"
fi

for name in run test node; do
    "$venv/bin/python" -m uv pip compile "$@" "requirements/$name.in" -o "requirements/$name.lock"
    echo "requirements/$name.lock"
done
