#!/usr/bin/env bash
# Make the model server's environment if it is missing or older than what it should hold, then play the demo in the sidecar's.
# All words go on to `python -m examples.demo`; ONCE=1 is the same as --once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

python=${DEMO_PYTHON:-.venv/bin/python}
venv=.venv-examples
wanted=$(sha256sum examples/requirements.txt)

if ! "$python" -c 'import sidecar, aiohttp' 2>/dev/null; then
  echo "demo: $python has no sidecar; 'make demo' installs it, and DEMO_PYTHON names another interpreter" >&2
  exit 2
fi
if [ "$(cat "$venv/.installed" 2>/dev/null)" != "$wanted" ]; then
  echo "demo: installing scikit-learn and KServe for the model into $venv (once, about a minute)"
  rm -rf "$venv"
  "$python" -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r examples/requirements.txt
  echo "$wanted" >"$venv/.installed"
fi

once=()
if [ "${ONCE:-0}" != 0 ]; then once=(--once); fi
# exec: Ctrl-C must reach the program that ends the model and the sidecar, and no shell in between.
exec "$python" -m examples.demo "${once[@]}" "$@"
