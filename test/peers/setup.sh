#!/usr/bin/env bash
# Makes a virtual environment with the Jupyter programs that the tests in this folder drive, and prints its path:
#   export JUPYTER_PEERS="$(test/peers/setup.sh)"
# Where Python or its package index is out of reach it says so in one line and prints nothing: the tests are then skipped.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
target="${1:-$here/../../tmp/peers}"
stamp="$target/requirements.txt"

if ! cmp -s "$here/requirements.txt" "$stamp"; then
  if ! { python3 -m venv "$target" && "$target/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"; } >&2; then
    echo "no Jupyter programs from PyPI here: the tests that drive them are skipped" >&2
    exit 0
  fi
  cp "$here/requirements.txt" "$stamp"
fi
cd "$target" && pwd
