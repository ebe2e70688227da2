"""Loaded by every interpreter that has this folder on its path: makes an engine hang when it is told to.

It waits for a file to appear, and then matches a pattern that takes longer than the universe has existed, which neither
yields the interpreter nor the CPU, as a poisonous payload in a native library would do it.
"""

import os
import re
import sys
import threading
import time
from pathlib import Path

TRIGGER = "HANG_WHEN_THERE_IS"


def _hang(trigger: Path) -> None:
    while not trigger.exists():
        time.sleep(0.01)
    trigger.unlink()
    re.match(r"(?:a+)+$", "a" * 64 + "b")


if "sidecar.engine" in sys.orig_argv and TRIGGER in os.environ:
    threading.Thread(target=_hang, args=[Path(os.environ[TRIGGER])], daemon=True).start()
