"""Which exchanges are worth decoding, by method and path.

The question is asked for every request and its answer hardly ever changes, so it is remembered; how many paths are remembered,
and how long they may be, is bounded, because clients choose them. Matching walks along the segments of the path once and
carries the set of places in the glob where it could be, so no glob and no path make it slow.
"""

import re
from collections.abc import Callable, Iterable
from fnmatch import translate
from functools import lru_cache
from typing import Final

METHODS: Final = frozenset({b"POST", b"PUT", b"PATCH", b"GET"})
"""Methods that carry rows: in their bodies, or in the query."""
LONGEST: Final = 512
"""Characters of a path that is looked at; no model server's path comes near."""

_REMEMBERED = 1024
_WILD = re.compile(r"[*?\[]")

Watch = Callable[[bytes, str], bool]
_Segment = Callable[[str], object] | None


def watch(globs: Iterable[str], methods: frozenset[bytes] = METHODS) -> Watch:
    """Return a function that says of a method and a path whether such an exchange is to be decoded.

    Examples
    --------
    >>> watches = watch(["/v1/models/*:predict"])
    >>> watches(b"POST", "/v1/models/sk:predict"), watches(b"OPTIONS", "/v1/models/sk:predict")
    (True, False)
    """
    known = tuple(_Glob(text) for text in dict.fromkeys(globs))

    @lru_cache(_REMEMBERED)
    def watched(method: bytes, path: str) -> bool:
        return method in methods and any(glob.matches(path) for glob in known)

    def watches(method: bytes, path: str) -> bool:
        return len(path) <= LONGEST and watched(method, path)

    return watches


def matches(glob: str, path: str) -> bool:
    """Whether a path fits a glob.

    ``*`` stands for any characters within a segment, ``?`` for one, ``[ab]`` for one of these; ``**`` as a whole segment stands
    for any number of segments, but for at least one where it is the last.

    Examples
    --------
    >>> [
    ...     matches("/v2/models/**/infer", path)
    ...     for path in ("/v2/models/a/infer", "/v2/models/a/versions/1/infer", "/v2/models/a")
    ... ]
    [True, True, False]
    >>> matches("/predictions/*", "/predictions/a/1.0"), matches("/predictions/**", "/predictions/a/1.0")
    (False, True)
    """
    return _Glob(glob).matches(path)


class _Glob:
    """A glob, cut into segments; None stands for ``**``."""

    __slots__ = ("_prefix", "_segments")

    def __init__(self, text: str) -> None:
        wild = _WILD.search(text)
        self._prefix = text[: wild.start()] if wild else text
        whole = f"{text}/*" if text.endswith("/**") else text
        self._segments = tuple(_segment(part) for part in whole.split("/"))

    def matches(self, path: str) -> bool:
        """Whether a path fits; most are ruled out by the part of the glob before its first wildcard."""
        if not path.startswith(self._prefix):
            return False
        places = self._reach({0})
        for part in path.split("/"):
            places = self._reach(self._step(places, part))
        return len(self._segments) in places

    def _step(self, places: set[int], part: str) -> set[int]:
        """Return where one segment of a path leads to from any of `places`."""
        there = set()
        for place in places:
            segment = self._segments[place] if place < len(self._segments) else _never
            if segment is None:
                there.add(place)
            elif segment(part):
                there.add(place + 1)
        return there

    def _reach(self, places: set[int]) -> set[int]:
        """Add where `places` lead to without a segment, over each ``**``."""
        for start in tuple(places):
            place = start
            while place < len(self._segments) and self._segments[place] is None:
                place += 1
                places.add(place)
        return places


def _segment(text: str) -> _Segment:
    if text == "**":
        return None
    return re.compile(translate(text)).match if _WILD.search(text) else text.__eq__


def _never(_part: str) -> bool:
    return False
