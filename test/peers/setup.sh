#!/usr/bin/env bash
# Makes a virtual environment with the Jupyter programs that the tests in this folder drive, one with classic Notebook inside it, and
# prints the path:
#   export JUPYTER_PEERS="$(test/peers/setup.sh)"
# Where Python or its package index is out of reach it says so in one line and prints nothing: the tests are then skipped.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
target="${1:-$here/../../tmp/peers}"

# install REQUIREMENTS FOLDER: unless the folder has just these
install() {
  cmp -s "$1" "$2/requirements.txt" && return
  python3 -m venv "$2" && "$2/bin/pip" install --quiet --disable-pip-version-check -r "$1" && cp "$1" "$2/requirements.txt"
}

if ! install "$here/requirements.txt" "$target" >&2; then
  echo "no Jupyter programs from PyPI here: the tests that drive them are skipped" >&2
  exit 0
fi
install "$here/requirements-classic.txt" "$target/classic" >&2 ||
  echo "no classic Notebook from PyPI here: the test that drives it is skipped" >&2
cd "$target" && pwd
