"""Accept headers, as browsers, Prometheus and curl send them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.monitor.negotiate import quality

PROMETHEUS = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)


@pytest.mark.parametrize(
    ("header", "names", "expected"),
    [
        (PROMETHEUS, ["application/openmetrics-text"], 0.6),
        (PROMETHEUS, ["text/plain", "text/*", "*/*"], 0.4),
        (PROMETHEUS, ["text/html", "text/*", "*/*"], 0.2),
        ("text/html,application/xhtml+xml,*/*;q=0.8", ["application/openmetrics-text"], 0),
        ("gzip, deflate, br", ["gzip", "*"], 1),
        ("GZIP ; Q=0.5", ["gzip", "*"], 0.5),
        ("gzip;q=nonsense", ["gzip"], 0),
        ("gzip;q=7", ["gzip"], 1),
        ("gzip;q=-1", ["gzip"], 0),
        ("", ["gzip", "*"], 0),
    ],
)
def test_most_specific_entry_decides(header: str, names: list[str], expected: float) -> None:
    """An exact name counts before a wildcard, and nonsense counts for nothing."""
    assert quality(header, *names) == expected


@given(st.text(max_size=100))
def test_any_header_has_an_answer(header: str) -> None:
    """Whatever is sent, the result is a weight."""
    assert 0 <= quality(header, "gzip", "*") <= 1
