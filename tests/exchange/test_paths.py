"""Globs choose the paths that carry predictions: no more, no fewer, and at no cost that a client could drive up."""

import re
import time
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.exchange import matches, watch
from sidecar.exchange.heads import path_of
from sidecar.exchange.paths import LONGEST
from sidecar.paths import DEFAULT_PATHS
from tests.exchange.captures import captures

segments = st.text("ab.:", min_size=0, max_size=3)
paths = st.lists(segments, min_size=1, max_size=5).map(lambda parts: "/" + "/".join(parts))
globs = st.lists(st.one_of(segments, st.sampled_from(["*", "**", "a*", "*:a", "?", "a?b*"])), min_size=1, max_size=5).map(
    lambda parts: "/" + "/".join(parts)
)


@pytest.mark.parametrize(
    ("glob", "path", "fits"),
    [
        ("/predict", "/predict", True),
        ("/predict", "/predict/", False),
        ("/predict", "/Predict", False),
        ("/predict", "/predicts", False),
        ("/v1/models/*:predict", "/v1/models/a.b-c:predict", True),
        ("/v1/models/*:predict", "/v1/models/:predict", True),
        ("/v1/models/*:predict", "/v1/models/a/b:predict", False),
        ("/v1/models/*:predict", "/v1/models/a:predict/b", False),
        ("/v2/models/**/infer", "/v2/models/a/versions/1/infer", True),
        ("/v2/models/**/infer", "/v2/models/infer", True),
        ("/v2/models/**/infer", "/v2/models/a/infer/b", False),
        ("/predictions/**", "/predictions/a/1.0", True),
        ("/predictions/**", "/predictions/", True),
        ("/predictions/**", "/predictions", False),
        ("/**", "/anything/at/all", True),
        ("**", "/anything", True),
        ("/a**b", "/axxb", True),
        ("/a**b", "/a/b", False),
        ("/a?c", "/abc", True),
        ("/a?c", "/a/c", False),
        ("/[ab]", "/b", True),
        ("/[ab]", "/c", False),
        ("/a.c", "/abc", False),
        ("/a\nb", "/a\nb", True),
        ("/*", "/a\nb", True),
        ("", "", True),
        ("/**/a/**/b", "/a/x/b", True),
        ("/**/a/**/b", "/x/b/a", False),
    ],
)
def test_what_fits_a_glob(glob: str, path: str, fits: bool) -> None:
    """One star stays within a segment, two as a segment stand for any number of them."""
    assert matches(glob, path) is fits


def as_regex(glob: str) -> str:
    """Translate a glob in another way, to compare with."""
    segment = {"*": "[^/]*", "?": "[^/]"}
    parts = [
        "(?:[^/]*/)*" if part == "**" else "".join(segment.get(c, re.escape(c)) for c in part) + "/" for part in glob.split("/")
    ]
    return "".join(parts)


@given(globs, paths)
def test_globs_mean_what_a_regular_expression_means(glob: str, path: str) -> None:
    """Where ``**`` at the end wants something to stand for."""
    whole = f"{glob}/*" if glob.endswith("/**") else glob
    assert matches(glob, path) is (re.fullmatch(as_regex(whole), path + "/") is not None)


@given(st.text("ab*?", max_size=6), st.text("ab", max_size=6))
def test_a_segment_matches_as_in_a_shell(glob: str, text: str) -> None:
    """The standard library is asked."""
    if glob != "**":
        assert matches(glob, text) is fnmatchcase(text, glob)


def test_methods_without_rows_are_not_watched() -> None:
    """A preflight of the predict path carries none; the query of a GET may."""
    watches = watch(["/predict"])
    assert [
        method for method in (b"GET", b"HEAD", b"OPTIONS", b"POST", b"PUT", b"DELETE", b"PATCH") if watches(method, "/predict")
    ] == [
        b"GET",
        b"POST",
        b"PUT",
        b"PATCH",
    ]


@pytest.mark.parametrize(("length", "watched"), [(LONGEST - 1, True), (LONGEST, True), (LONGEST + 1, False)])
def test_endless_paths_are_not_watched(length: int, watched: bool) -> None:
    """They would be remembered."""
    assert watch(["/**"])(b"POST", "/" + "a" * (length - 1)) is watched


def test_no_path_makes_a_glob_slow() -> None:
    """A thousand different paths that nearly fit a nasty glob take no more than milliseconds each."""
    watches = watch(["/**/a/**/a/**/a/**/b", "/*a*a*a*a*a*b"])
    started = time.perf_counter()
    for number in range(100):
        assert not watches(b"POST", "/a" * 240 + str(number))
        assert not watches(b"POST", "/" + "a" * 480 + str(number))
    assert time.perf_counter() - started < 5


def test_the_default_covers_every_prediction_that_was_recorded() -> None:
    """What is left are probes, descriptions and a WebSocket; ``*`` is the target of HTTP/2's preface."""
    watches = watch(DEFAULT_PATHS)
    recorded = {(method, path_of(target.encode())) for one in captures() for method, target, _ in one.targets}
    assert {path for method, path in recorded if not watches(method.encode(), path)} - {"*"} == {
        "/readyz",
        "/schema.json",
        "/ws",
    }


@pytest.mark.parametrize(
    "path",
    [
        "/v1/models/sk",
        "/v1/models/sk/metadata",
        "/v2/health/ready",
        "/v2/models/sk/ready",
        "/v2/models/sk",
        "/v2/repository/index",
        "/ping",
        "/metrics",
        "/health",
        "/docs",
        "/openapi.json",
        "/api/v1.0/feedback",
        "/version",
        "/",
    ],
)
def test_what_is_no_prediction_is_not_watched_by_default(path: str) -> None:
    """Probes, metadata, metrics and pages."""
    assert not watch(DEFAULT_PATHS)(b"POST", path)


@pytest.mark.parametrize(
    "path",
    [
        "/predict",
        "/invocations",
        "/models/a/invoke",
        "/v1/models/a:predict",
        "/v1/models/a/versions/7:predict",
        "/v1/models/a/labels/stable:classify",
        "/v2/models/a/infer",
        "/v2/models/a/versions/1/infer",
        "/v2/models/a/infer_stream",
        "/api/v1.0/predictions",
        "/seldon/ns/model/api/v1.0/predictions",
        "/predictions/a/1.0",
        "/score",
    ],
)
def test_what_is_a_prediction_is_watched_by_default(path: str) -> None:
    """One path of each kind of server."""
    assert watch(DEFAULT_PATHS)(b"POST", path)
