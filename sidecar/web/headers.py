"""What every answer of ours carries."""

from collections.abc import Mapping

COMMON_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",  # an answer is the state of a moment
    "X-Content-Type-Options": "nosniff",
    "Server": "drift-sidecar",  # instead of the names and versions of our libraries
}
