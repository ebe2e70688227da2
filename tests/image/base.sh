#!/usr/bin/env bash
# base.sh: makes an image like the official python:3.12-slim-bookworm in podman's own storage, under that name.
#
# For machines that reach Debian's packages but no image registry: Debian's minimal system, and under /usr/local the
# CPython 3.12 that pyenv has built on this machine. With it an unmodified Dockerfile builds. A base that is there stays.
. "$(dirname "$0")/lib.sh"
podman_env
podman image exists "$BASE" && exit 0
need mmdebstrap=mmdebstrap strip=binutils

work=$(mktemp -d "$STATE/base.XXXXXX")
trap 'rm -rf "$work"' EXIT
python=$(find "${PYENV_ROOT:-$HOME/.pyenv}/versions" -maxdepth 1 -name "3.12.*" 2>/dev/null | sort -V | tail -1)
[ -n "$python" ] || die "no CPython 3.12 of pyenv to make the base image from; pull $BASE instead"

say "Debian bookworm"
mirror=$(awk '/^URIs:/{print $2; exit}' /etc/apt/sources.list.d/debian.sources)
libraries=ca-certificates,netbase,tzdata,libssl3,libffi8,libsqlite3-0,libreadline8,libbz2-1.0,liblzma5,zlib1g,libuuid1
libraries+=,libncursesw6,libexpat1,libnsl2,libtirpc3,libcrypt1,libgdbm6
mmdebstrap --quiet --variant=minbase --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --include="usr-is-merged,$libraries" bookworm "$work/debian.tar" \
  "deb $mirror bookworm main" "deb $mirror bookworm-updates main" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }

say "CPython from pyenv"
mkdir -p "$work/usr/local"
tar -C "$python" -c --exclude=__pycache__ --exclude='*.a' --exclude='lib/python3.12/site-packages/*' \
  --exclude='lib/python3.12/test' --exclude='lib/python3.12/idlelib' --exclude='lib/python3.12/tkinter' \
  --exclude='lib/python3.12/turtledemo' --exclude='_tkinter*.so' bin include lib | tar -x -C "$work/usr/local"
find "$work/usr/local/bin" -type f ! -name 'python3*' -delete
grep -rlIF "$python" "$work/usr/local" | xargs -r sed -i "s#$python#/usr/local#g"
find "$work/usr/local" \( -name '*.so*' -o -name python3.12 \) -type f -exec strip --strip-unneeded {} + 2>/dev/null || true
ln -sf python3.12 "$work/usr/local/bin/python3"
ln -sf python3 "$work/usr/local/bin/python"

say "image"
container=$(buildah from scratch)
trap 'buildah rm "$container" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
buildah add -q "$container" "$work/debian.tar" / >/dev/null
buildah add -q "$container" "$work/usr" /usr >/dev/null
buildah run "$container" -- sh -ec '
  ldconfig
  python3 -m ensurepip >/dev/null 2>&1
  ln -sf pip3 /usr/local/bin/pip
  find /usr/local -name __pycache__ -prune -exec rm -rf {} +
  rm -rf /var/cache/apt/* /var/lib/apt/lists/* /var/log/* /var/cache/ldconfig/aux-cache
  python3 -c "import ssl, sqlite3, ctypes, lzma, bz2, zlib, hashlib, uuid"'
buildah config --env PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin --env LANG=C.UTF-8 --cmd python3 "$container"
buildah commit -q "$container" "$BASE" >/dev/null
podman image inspect "$BASE" --format '{{index .RepoTags 0}}, {{.Size}} bytes' >&2
