#!/usr/bin/env bash
# control.sh: the control plane on loopback: etcd, kube-apiserver, kube-controller-manager, kube-scheduler.
. "$(dirname "$0")/lib.sh"
KUBE=$NODE/kube
mkdir -p "$KUBE"
cd "$KUBE"

EC=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)
authority() { openssl req -x509 "${EC[@]}" -keyout ca.key -out ca.crt -days 2 -subj /CN=e2e 2>/dev/null; }
certificate() { # NAME SUBJECT NAMES
  openssl req "${EC[@]}" -keyout "$1.key" -out "$1.csr" -subj "$2" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -out "$1.crt" \
    -extfile <(echo "subjectAltName=$3") 2>/dev/null
}
access() { # NAME: a kubeconfig with the certificate of that name
  cat >"$1.conf" <<JSON
{"apiVersion": "v1", "kind": "Config", "current-context": "e2e",
 "clusters": [{"name": "e2e", "cluster": {"server": "https://127.0.0.1:6443", "certificate-authority": "$KUBE/ca.crt"}}],
 "users": [{"name": "e2e", "user": {"client-certificate": "$KUBE/$1.crt", "client-key": "$KUBE/$1.key"}}],
 "contexts": [{"name": "e2e", "context": {"cluster": "e2e", "user": "e2e"}}]}
JSON
}
start() { "$@" >"$NODE/log/$(basename "$1").log" 2>&1 </dev/null & }

authority
certificate apiserver /CN=kube-apiserver "IP:127.0.0.1,IP:$NODE_ADDRESS,IP:10.96.0.1"
certificate admin /O=system:masters/CN=admin DNS:admin
certificate manager /CN=system:kube-controller-manager DNS:manager
certificate scheduler /CN=system:kube-scheduler DNS:scheduler
certificate kubelet /O=system:nodes/CN=system:node:node1 "DNS:node1,IP:$NODE_ADDRESS"
certificate proxy /CN=system:kube-proxy DNS:proxy
certificate tokens /CN=tokens DNS:tokens
for name in admin manager scheduler kubelet proxy; do access "$name"; done

start "$BIN/etcd" --data-dir "$NODE/etcd" --unsafe-no-fsync --log-level warn
# EndpointSlices stay the business of kube-proxy; PodSecurityPolicy is what 1.20 has to hold pods to a standard.
start "$BIN/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 --advertise-address="$NODE_ADDRESS" --cert-dir="$KUBE" \
  --tls-cert-file=apiserver.crt --tls-private-key-file=apiserver.key --client-ca-file=ca.crt \
  --kubelet-certificate-authority=ca.crt --kubelet-client-certificate=admin.crt --kubelet-client-key=admin.key \
  --kubelet-preferred-address-types=InternalIP --service-cluster-ip-range=10.96.0.0/16 --authorization-mode=Node,RBAC \
  --service-account-issuer=https://kubernetes.default.svc --service-account-key-file=tokens.crt \
  --service-account-signing-key-file=tokens.key --enable-admission-plugins=NodeRestriction,PodSecurityPolicy \
  --enable-aggregator-routing=true
until_true 60 "$BIN/kubectl" --kubeconfig admin.conf get --raw /readyz
"$BIN/kubectl" --kubeconfig admin.conf apply -f "$HERE/policies.yaml" >/dev/null

start "$BIN/kube-controller-manager" --kubeconfig=manager.conf --authentication-kubeconfig=manager.conf \
  --authorization-kubeconfig=manager.conf --service-account-private-key-file=tokens.key --root-ca-file=ca.crt \
  --use-service-account-credentials --leader-elect=false --bind-address=127.0.0.1 --port=0
start "$BIN/kube-scheduler" --kubeconfig=scheduler.conf --authentication-kubeconfig=scheduler.conf \
  --authorization-kubeconfig=scheduler.conf --leader-elect=false --bind-address=127.0.0.1 --port=0
