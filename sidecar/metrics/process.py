"""What the two processes use, read from the kernel when somebody asks.

The engine is the relay's child, so the relay is found without being told its process id.
"""

import os
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")


def resident_bytes(pid: int) -> int | None:
    """Return the memory that a process occupies, or None where that cannot be read.

    >>> resident_bytes(os.getpid()) > 0, resident_bytes(-1)
    (True, None)
    """
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE
    except (OSError, IndexError, ValueError):
        return None


def cpu_seconds() -> float:
    """Return the CPU time that this process has used, in user and kernel together.

    >>> cpu_seconds() > 0
    True
    """
    times = os.times()
    return times.user + times.system
