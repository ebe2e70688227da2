#!/usr/bin/env bash
# packages.sh PACKAGE...: makes sure that these Debian packages are installed; installs the missing ones when it may.
set -euo pipefail
missing=()
for package in "$@"; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
((${#missing[@]})) || exit 0
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
  echo "needed and not installed: ${missing[*]}. Install them (on Debian, as root: apt-get install ${missing[*]}) and try again." >&2
  exit 1
fi
echo "installing ${missing[*]}" >&2
apt-get update -qq >/dev/null
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
