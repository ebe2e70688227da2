#!/usr/bin/env bash
# world.sh: makes the namespaces that a run lives in into a machine of their own: its folders, its network, its control groups.
. "$(dirname "$0")/lib.sh"
mount --make-rshared / # a peer group of this namespace; kubelet hands mounts on to containers through it
mkdir -p "$NODE"
# In memory: nothing survives, nothing waits for a disk. Containers' layers, etcd's data and every log are in there.
mount -t tmpfs -o mode=755 tmpfs "$NODE"
for place in /run /var/log /var/lib/cni; do
  [ -d "$place" ] && mount -t tmpfs -o mode=755 tmpfs "$place"
done
mkdir -p "$NODE"/{log,sysctl}

ip link set lo up
ip address add "$NODE_ADDRESS/32" dev lo
ip route add 10.96.0.0/16 dev lo src "$NODE_ADDRESS" # Services: kube-proxy's rules lead on from here
sysctl -q -w net.ipv4.ip_forward=1

# kubelet sets these for the whole machine; here it writes into files of ours that lie above them.
for name in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
  [ -e "/proc/sys/$name" ] || continue
  copy=$NODE/sysctl/${name//\//.}
  cat "/proc/sys/$name" >"$copy"
  mount --bind "$copy" "/proc/sys/$name"
done

for hierarchy in /sys/fs/cgroup/*/; do
  [ -e "$hierarchy/cgroup.procs" ] && mkdir -p "$hierarchy/$CGROUP"
done
cpus=/sys/fs/cgroup/cpuset
[ ! -d "$cpus/$CGROUP" ] || for what in cpuset.cpus cpuset.mems; do cat "$cpus/$what" >"$cpus/$CGROUP/$what"; done
