"""Results that are kept, so that a run of an hour may be stopped and taken up."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

PLACE: Final = Path(".cache") / "calibrate"


class Kept:
    """A file of results by key.

    Parameters
    ----------
    name
        Of the file; runs of another effort have another one.
    fresh
        Whether to begin anew.
    """

    def __init__(self, name: str, *, fresh: bool = False, place: Path = PLACE) -> None:
        place.mkdir(parents=True, exist_ok=True)
        self._file = place / f"{name}.json"
        if fresh:
            self._file.unlink(missing_ok=True)
        self._known: dict[str, Any] = json.loads(self._file.read_text()) if self._file.exists() else {}

    def get(self, key: str, make: Callable[[], Any]) -> Any:
        """Return the result of a key, made now if it is not there yet."""
        if key not in self._known:
            self._known[key] = make()
            part = self._file.with_suffix(".part")
            part.write_text(json.dumps(self._known, indent=1))
            part.replace(self._file)
        return self._known[key]
