"""Run a server's own clients, in that server's environment, and print what they sent, as JSON.

    python -m tests.servers.client models.kserve_model http 127.0.0.1:9001 [CALL TO LEAVE OUT ...]

Each module has `CALLS`: for each door of its server the calls, in order. A call takes an address and returns the rows that it
sent and that the model took; a request that the model refused adds none.
"""

import json
import sys
from importlib import import_module


def main() -> None:
    """Make the calls."""
    module, door, address, *without = sys.argv[1:]
    sent = {}
    for call in import_module(f"tests.servers.{module}").CALLS.get(door, []):
        if call.__name__ not in without:
            sent[call.__name__] = call(address)
    print(json.dumps(sent))  # noqa: T201 -- the driver reads it


if __name__ == "__main__":
    main()
