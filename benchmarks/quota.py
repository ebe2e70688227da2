"""A share of a core, as a container's CPU limit grants it.

A limit of half a core is not half the speed: the kernel lets a process run at full speed for 50 ms of every 100 ms and
then stops it. So nothing but the kernel's own quota shows what start-up costs under it. Where no control group can be
made (not root, or read-only in a container), nothing is measured, rather than something else.
"""

import contextlib
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

_PERIOD = 100_000
_GROUPS = Path("/sys/fs/cgroup")


@contextlib.contextmanager
def cpu_share(share: float) -> Iterator[Path | None]:
    """Make a control group with a CPU quota for the block; yield the file that takes members, or None where that cannot be."""
    for parent, write in ((_GROUPS, _limit_v2), (_GROUPS / "cpu", _limit_v1)):
        group = parent / f"drift-benchmark-{os.getpid()}"
        try:
            group.mkdir()
        except OSError:
            continue
        try:
            if write(group, round(share * _PERIOD)):
                yield group / "cgroup.procs"
                return
        finally:
            _remove(group)
    yield None


def _limit_v2(group: Path, quota: int) -> bool:
    limit = group / "cpu.max"
    if limit.exists():
        limit.write_text(f"{quota} {_PERIOD}")
    return limit.exists()


def _limit_v1(group: Path, quota: int) -> bool:
    limit = group / "cpu.cfs_quota_us"
    if limit.exists():
        (group / "cpu.cfs_period_us").write_text(str(_PERIOD))
        limit.write_text(str(quota))
    return limit.exists()


def _remove(group: Path) -> None:
    for _ in range(100):  # the last member leaves the group a moment after it has been waited for
        with contextlib.suppress(OSError):
            group.rmdir()
            return
        time.sleep(0.02)


def inside(members: Path | None, command: Sequence[str]) -> list[str]:
    """Return the command so that it joins the group before it becomes itself.

    >>> inside(None, ["true"])
    ['true']
    """
    if members is None:
        return list(command)
    return ["sh", "-c", 'echo $$ > "$0" && exec "$@"', str(members), *command]
