#!/usr/bin/env bash
# packages.sh COMMAND=PACKAGE...: installs the Debian packages of those commands that are missing, if it may.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin
missing=()
for pair in "$@"; do command -v "${pair%%=*}" >/dev/null || missing+=("${pair##*=}"); done
((${#missing[@]})) || exit 0
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
  echo "needed and not installed: ${missing[*]}. Install them (on Debian, as root: apt-get install ${missing[*]}) and try again." >&2
  exit 1
fi
echo "installing ${missing[*]}" >&2
apt-get update -qq >/dev/null
DEBIAN_FRONTEND=noninteractive apt-get install -o DPkg::Lock::Timeout=300 -y -qq --no-install-recommends "${missing[@]}" >/dev/null
