"""A profile to its file."""

import json
import os
import tempfile
from pathlib import Path

from sidecar.baseline.profile import Profile


def profile_text(profile: Profile) -> str:
    """Return the text of a profile's file: JSON with one feature a line, so that two files can be compared by eye."""
    document = profile.to_json()
    features = [_line(feature.to_json()) for feature in profile.features]
    head = [f"{_line(key)}: {_line(value)}" for key, value in document.items() if key != "features"]
    return "{\n" + ",\n".join(head) + ',\n"features": [\n' + ",\n".join(features) + "\n]\n}\n"


def write_profile(profile: Profile, path: str | Path) -> int:
    """Write a profile so that a reader sees the old file or the new one, never a part; return the size in bytes."""
    target = Path(path)
    data = profile_text(profile).encode()
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            # A temporary file is for its owner alone; a baseline is read by whoever the sidecar runs as.
            os.fchmod(file.fileno(), 0o644)
            Path(file.name).replace(target)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    return len(data)


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(", ", ": "))
