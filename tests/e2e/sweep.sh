#!/usr/bin/env bash
# sweep.sh: removes the control groups of a run, the one thing that does not end with its namespaces; at best there are none.
. "$(dirname "$0")/lib.sh"
for root in /sys/fs/cgroup/*/"$CGROUP" /sys/fs/cgroup/"$CGROUP"; do
  [ -d "$root" ] || continue
  # what was killed a moment ago may still be leaving
  until_true 20 find "$root" -depth -type d -exec rmdir {} + || say "left behind: $root"
done
