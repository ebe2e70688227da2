"""The plan: the few settings that the relay needs, as it is given them.

The settings model takes pydantic to read, fifteen mebibytes that the relay would hold for as long as it runs and never use
again. So whoever reads the settings (``run``) hands over this much of them as text and makes room: the relay takes the place
of that process by exec, under the same process id.
"""

import json
from dataclasses import asdict, dataclass, fields
from typing import Self

from sidecar.address import Address


@dataclass(frozen=True, slots=True)
class Plan:
    """What to relay, from where to where, and how much of it to copy.

    Attributes
    ----------
    upstream
        The model; None: nothing is relayed.
    copying
        Whether the engine is given a copy at all.
    buffer, max_body
        ``tap.buffer`` and ``tap.max_body`` in bytes.
    drain
        Seconds that accepting goes on after SIGTERM.
    config
        The settings file, for the engine, which reads all of it.

    Examples
    --------
    >>> here = Address.parse("127.0.0.1:8000")
    >>> plan = Plan(listen=here, upstream=None, monitor=here, health=here, copying=True, buffer=1, max_body=1, drain=5.0)
    >>> Plan.read(plan.text()) == plan
    True
    """

    listen: Address
    upstream: Address | None
    monitor: Address
    health: Address
    copying: bool
    buffer: int
    max_body: int
    drain: float
    config: str | None = None

    def text(self) -> str:
        """Return the plan as one argument of a command line."""
        addresses = {name: str(value) for name in _ADDRESSES if (value := getattr(self, name)) is not None}
        return json.dumps(asdict(self) | {"upstream": None} | addresses)

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the plan that `text` holds."""
        values = json.loads(text)
        for name in _ADDRESSES:
            if values[name] is not None:
                values[name] = Address.parse(values[name])
        return cls(**values)


_ADDRESSES = tuple(field.name for field in fields(Plan) if field.name in ("listen", "upstream", "monitor", "health"))
