"""Progress is drawn on a terminal, and only there."""

import io
import os
import pty

from sidecar.cli.meter import Meter


def test_a_terminal_sees_both_readings_and_then_nothing() -> None:
    """The second reading begins where progress falls back; at the end the line is empty again."""
    ours, theirs = pty.openpty()
    with open(theirs, "w", encoding="utf-8") as terminal:  # noqa: PTH123 - a descriptor, not a path
        with Meter("table.csv", terminal) as meter:
            meter(50, 100)
            meter._drawn = 0.0
            meter(25, 100)
        shown = ""
        while shown.count("\x1b[K") < 3:  # a terminal hands over in pieces
            shown += os.read(ours, 1000).decode()
    os.close(ours)
    assert "table.csv, reading 1: [###############               ]  50%" in shown
    assert "reading 2: [########                      ]  25%" in shown
    assert shown.endswith("\r\x1b[K")


def test_a_log_sees_nothing() -> None:
    """What is no terminal gets not a byte, and no size at all is no fault."""
    stream = io.StringIO()
    with Meter("table.csv", stream) as meter:
        meter(50, 100)
        meter(1, 0)
    assert stream.getvalue() == ""
