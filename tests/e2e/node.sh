#!/usr/bin/env bash
# node.sh: the one node: containerd with the images, kubelet, kube-proxy; ends when the node is ready.
. "$(dirname "$0")/lib.sh"
KUBE=$NODE/kube
SOCKET=/run/containerd.sock
mkdir -p "$NODE"/{cni,kubelet,containerd}
cd "$NODE"
start() { "$@" >"$NODE/log/$(basename "$1").log" 2>&1 </dev/null & }
ctr() { "$BIN/ctr" --address "$SOCKET" --namespace k8s.io "$@"; }

cat >cni/bridge.conflist <<JSON
{"cniVersion": "0.4.0", "name": "pods", "plugins": [{"type": "bridge", "bridge": "pods0", "isGateway": true, "hairpinMode": true,
 "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.98.0.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}}]}
JSON
cat >containerd.toml <<TOML
version = 2
root = "$NODE/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper"]
[grpc]
  address = "$SOCKET"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  restrict_oom_score_adj = true
  disable_hugetlb_controller = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$BIN/cni"
    conf_dir = "$NODE/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      BinaryName = "$(command -v runc)"
TOML
# Short periods, so that a change is seen soon: what is measured is what the sidecar does, not how often kubelet looks.
cat >kubelet.yaml <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, x509: {clientCAFile: $KUBE/ca.crt}}
authorization: {mode: AlwaysAllow}
tlsCertFile: $KUBE/kubelet.crt
tlsPrivateKeyFile: $KUBE/kubelet.key
cgroupDriver: cgroupfs
cgroupRoot: /$CGROUP
configMapAndSecretChangeDetectionStrategy: Watch
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%}
failSwapOn: false
imageGCHighThresholdPercent: 100
makeIPTablesUtilChains: false
maxOpenFiles: $(ulimit -Hn)
nodeStatusUpdateFrequency: 5s
oomScoreAdj: 0
resolvConf: ""
syncFrequency: 2s
YAML

PATH=$BIN:$PATH start "$BIN/containerd" --config containerd.toml
until_true 30 "$BIN/ctr" --address "$SOCKET" version
for archive in pause sidecar; do ctr images import --digests=false "$IMAGES/$archive.tar" >/dev/null; done
built=$(ctr images ls -q | grep drift-detector)
ctr images tag --force "$built" docker.io/library/drift-detector:latest >/dev/null

start "$BIN/kubelet" --config=kubelet.yaml --kubeconfig="$KUBE/kubelet.conf" --hostname-override=node1 --node-ip="$NODE_ADDRESS" \
  --container-runtime=remote --container-runtime-endpoint="unix://$SOCKET" --root-dir="$NODE/kubelet" \
  --cert-dir="$NODE/kubelet/pki"
# What one pod sends to another by way of a Service comes back through the node only when the node is its sender.
start "$BIN/kube-proxy" --kubeconfig="$KUBE/proxy.conf" --proxy-mode=iptables --cluster-cidr=10.98.0.0/24 --masquerade-all \
  --hostname-override=node1 --conntrack-max-per-core=0 --conntrack-tcp-timeout-established=0 \
  --conntrack-tcp-timeout-close-wait=0
until_true 60 "$BIN/kubectl" --kubeconfig "$KUBE/admin.conf" wait --for=condition=Ready node/node1 --timeout=10s \
  || { grep -hvE '^I' "$NODE/log/kubelet.log" | tail -20 >&2; exit 1; }
