#!/usr/bin/env bash
# binaries.sh: real Kubernetes 1.20.2 from Debian's source package, once, into the cache, and its neighbours from Debian.
#
# The package carries all its dependencies, so Debian's own Go builds it and no module proxy is asked. Nothing of it is
# installed: Go, etcd, containerd and the network plugins are unpacked beside the sources, so no daemon starts by itself.
. "$(dirname "$0")/lib.sh"
[ -e "$BIN/built-$BUILD" ] && exit 0
sources=$CACHE/kubernetes-source
mkdir -p "$sources" "$BIN"
exec 9>"$sources.lock"
flock 9
[ -e "$BIN/built-$BUILD" ] && exit 0
need dpkg-source=dpkg-dev rsync=rsync jq=jq gcc=gcc xz=xz-utils

# A package index of our own: that of the machine is left as it is, and may name no sources.
apt=$sources/apt
mkdir -p "$apt"/{lists/partial,cache/archives/partial}
list=/etc/apt/sources.list.d/debian.sources
mirror=$(awk '/^URIs:/{print $2; exit}' "$list")
key=$(awk '/^Signed-By:/{print $2; exit}' "$list")
for kind in deb deb-src; do echo "$kind [signed-by=$key] $mirror bookworm main"; done >"$apt/sources.list"
own_apt() {
  apt-get -qq -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$apt/lists" \
    -o Dir::Cache="$apt/cache" -o APT::Sandbox::User=root "$@"
}

say "downloading the sources of Kubernetes"
cd "$sources"
own_apt update
own_apt source --download-only kubernetes >/dev/null
mkdir -p packages unpacked
(cd packages && own_apt download golang-1.19-go golang-1.19-src golang-github-modern-go-reflect2-dev etcd-server etcd-client \
  containerd containernetworking-plugins)
for package in packages/*.deb; do dpkg -x "$package" unpacked; done
cp unpacked/usr/bin/{etcd,containerd,containerd-shim-runc-v2,ctr} "$BIN/"
mkdir -p "$BIN/cni"
cp unpacked/usr/lib/cni/{bridge,host-local,portmap,loopback} "$BIN/cni/"
rm -rf src
dpkg-source --no-check -x kubernetes_*.dsc src >/dev/null

# Its copy of reflect2 crashes under Go 1.18 and newer, at the first patch of a webhook; Debian's own copy does not.
reflect=src/vendor/github.com/modern-go/reflect2
rm -f "$reflect"/*.go "$reflect"/*.s
cp unpacked/usr/share/gocode/src/github.com/modern-go/reflect2/*.{go,s} "$reflect/"
rm -f "$reflect"/*_test.go

say "building Kubernetes 1.20.2: minutes of every core"
mkdir -p src/.go/src/k8s.io home
ln -sfn ../../.. src/.go/src/k8s.io/kubernetes
go=$sources/unpacked/usr/lib/go-1.19
(cd src && nice -n 15 env -i PATH="$go/bin:$PATH" HOME="$sources/home" GOROOT="$go" GOPATH="$PWD/.go" GOPROXY=off CGO_ENABLED=0 \
  GOCACHE="$sources/gocache" KUBE_GIT_TREE_CACHE=archive KUBE_GIT_COMMIT=debian KUBE_GIT_VERSION=v1.20.2 KUBE_GIT_MAJOR=1 \
  KUBE_GIT_MINOR=20 KUBE_BUILD_PLATFORMS=linux/amd64 \
  make all WHAT="cmd/kube-apiserver cmd/kube-controller-manager cmd/kube-scheduler cmd/kubelet cmd/kube-proxy") \
  >"$CACHE/build.log" 2>&1 || { tail -20 "$CACHE/build.log" >&2; exit 1; }
cp src/_output/local/bin/linux/amd64/kube* "$BIN/"
touch "$BIN/built-$BUILD"
cd /
rm -rf "$sources"
say "Kubernetes is built: $(du -sh "$BIN" | cut -f1)"
