#!/bin/sh
# Install the commit hooks when pre-commit is at hand.
set -eu

if ! git rev-parse --git-dir >/dev/null 2>&1; then
    exit 0
elif command -v pre-commit >/dev/null 2>&1; then
    pre-commit install
else
    echo "pre-commit is not installed; 'make check' runs the same checks."
fi
