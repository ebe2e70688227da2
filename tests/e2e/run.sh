#!/usr/bin/env bash
# run.sh [--short] [words for pytest]: a real Kubernetes cluster on this machine, and what the chart promises proven in it.
#
# What is missing is installed, built and kept in the user's cache; everything that runs, runs in network, mount and process
# namespaces of its own. They end with this script, however it ends: the kernel kills what runs in them, and their interfaces,
# firewall rules and mounts go with them. Nothing of the machine's own network is touched, and no port of it is needed.
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || die "a cluster needs root: it makes namespaces, mounts and control groups"
exec 8>"$CACHE/lock"
flock -n 8 || die "another run is on: $CACHE/lock is held"

began=$SECONDS
step() { # NAME COMMAND...: run it and say how long it took
  local name=$1 from=$SECONDS
  shift
  "$@" || die "$name failed"
  say "$name: $((SECONDS - from)) s"
}

# All at once, for apt-get bears no second one beside it: the cluster's, the claims', then what the builds below ask for.
need setpriv=util-linux ip=iproute2 sysctl=procps iptables=iptables conntrack=conntrack openssl=openssl runc=runc \
  prometheus=prometheus wrk=wrk npm=npm python3=python3 dpkg-source=dpkg-dev rsync=rsync jq=jq make=make gcc=gcc xz=xz-utils
command -v docker >/dev/null || need podman=podman buildah=buildah conmon=conmon mmdebstrap=mmdebstrap strip=binutils
"$HERE/binaries.sh" 8>&- &
building=$!
trap 'kill "$building" 2>/dev/null || true' EXIT
step "helm and kubectl" "$HERE/tools.sh" 8>&-
step "images" "$HERE/images.sh" 8>&-
step "Kubernetes" wait "$building"
"$HERE/sweep.sh"

# The death of this script kills unshare, that of unshare the first process inside, and that one's everything in there.
setpriv --pdeathsig KILL unshare --net --mount --pid --fork --kill-child --mount-proc --propagation private \
  "$HERE/inside.sh" "$@" <&0 8>&- &
world=$!
trap 'kill -KILL "$world" 2>/dev/null || true; "$HERE/sweep.sh"' EXIT
status=0
wait "$world" || status=$?
say "all in all $((SECONDS - began)) s, exit code $status"
exit "$status"
