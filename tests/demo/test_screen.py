"""The table: redrawn in place on a terminal, one line a change elsewhere."""

import io

from sidecar.demo.phases import Phase
from sidecar.demo.screen import Screen
from sidecar.demo.traffic import Sent
from sidecar.demo.view import View, view_of

HEALTH = {
    "relay": {"connections": 8, "connections_total": 9, "bytes_up_total": 2_500_000},
    "tap": {"sampled_share": 0.5, "dropped": {"empty": 3, "overflow": 0}},
}
PHASE = Phase("shifting", "rows drift", 100, "trained", "drifted")


def view(status: str, age: float | None = 0.31) -> View:
    """Return a view of two features."""
    report = {
        "status": status,
        "drift_score": age,
        "reason": "too_few_rows" if status == "insufficient_data" else None,
        "window": {"rows": 1000, "target_rows": 1000},
        "features": {
            "income": {"method": "psi", "score": 0.01, "status": "ok"},
            "age": {"method": "psi", "score": age, "status": status},
        },
    }
    return view_of(report, HEALTH)


def sent(rows: int = 1234) -> Sent:
    """Return the state of the traffic."""
    return Sent(PHASE, rows=rows, requests=500)


def test_in_a_pipe_a_view_is_one_line_and_only_if_something_changed() -> None:
    """Rows alone change nothing; a status does."""
    out = io.StringIO()
    screen = Screen(out)
    for status, rows in (("ok", 1), ("ok", 2), ("warning", 3), ("warning", 4)):
        screen.show(sent(rows), view(status))
    lines = out.getvalue().splitlines()
    assert len(lines) == 2
    assert "sent=1 " in lines[0]
    assert "status=warning drift_score=0.310 [age 0.310 warning, income 0.010 ok]" in lines[1]
    assert "\x1b" not in out.getvalue()


def test_in_a_pipe_what_was_announced_is_not_said_twice() -> None:
    """A view that an event has just described needs no line of its own."""
    out = io.StringIO()
    screen = Screen(out)
    screen.announce("verdict: ok", sent(), view("ok"))
    screen.show(sent(), view("ok"))
    assert out.getvalue() == "verdict: ok\n"


def test_on_a_terminal_the_table_is_redrawn_in_place() -> None:
    """Before it is drawn again, exactly the lines of the last table are taken back."""
    out = io.StringIO()
    screen = Screen(out, live=True)
    screen.show(sent(), view("ok"))
    height = out.getvalue().count("\n")
    screen.show(sent(), view("ok"))
    assert out.getvalue().count(f"\x1b[{height}A\x1b[J") == 1


def test_on_a_terminal_events_stay_above_the_table() -> None:
    """An event takes the table away and leaves its own line; the table comes back below it with the next look."""
    out = io.StringIO()
    screen = Screen(out, live=True)
    screen.show(sent(), view("ok"))
    screen.say("an event")
    after = out.getvalue().split("\x1b[J")[-1]
    screen.show(sent(), view("ok"))
    assert after == "an event\n"
    assert out.getvalue().count("\x1b[J") == 1


def test_the_table_shows_what_a_person_needs() -> None:
    """Phase, rows, verdict, scores with status, and the relay's figures are there; the highest score is first."""
    out = io.StringIO()
    Screen(out, live=True).show(sent(), view("warning"))
    text = out.getvalue()
    for part in (
        "shifting: rows drift",
        "1,234 rows in 500 requests",
        "1,000 of 1,000 rows",
        "8 connections of 9",
        "reads 50% of the exchanges, dropped empty 3",
    ):
        assert part in text
    assert text.index("age ") < text.index("income ")


def test_too_few_rows_are_explained() -> None:
    """Without a score there is a dash and the reason."""
    out = io.StringIO()
    Screen(out, live=True).show(sent(), view("insufficient_data", age=None))
    assert "(too_few_rows)   drift_score -" in out.getvalue()
