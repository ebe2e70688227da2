"""Loaded by every interpreter that has this folder on its path: makes an engine hang when it is told to.

It waits for a file to appear, and then matches a pattern that takes longer than the universe has existed, which neither
yields the interpreter nor the CPU, as a poisonous payload in a native library would do it. It leaves beside the file which
thread that is, so that what this thread uses can be told from what the rest of the engine does until then.
"""

import os
import re
import sys
import threading
import time
from pathlib import Path

TRIGGER = "HANG_WHEN_THERE_IS"


def _hang(trigger: Path) -> None:
    endless = re.compile(r"(?:a+)+$")
    while not trigger.exists():
        time.sleep(0.01)
    trigger.with_suffix(".thread").write_text(str(threading.get_native_id()), encoding="ascii")
    trigger.unlink()
    endless.match("a" * 64 + "b")


if "sidecar.engine" in sys.orig_argv and TRIGGER in os.environ:
    threading.Thread(target=_hang, args=[Path(os.environ[TRIGGER])], daemon=True).start()
