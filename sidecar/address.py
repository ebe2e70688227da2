"""Addresses as people write them: ``host:port``, ``[v6]:port``, ``:port`` and ``unix:PATH``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """A place to listen on or connect to: either a host and port, or the path of a unix socket.

    >>> Address.parse("[::1]:8000")
    Address(host='::1', port=8000, path=None)
    >>> str(Address.parse("unix:/run/model.sock"))
    'unix:/run/model.sock'
    """

    host: str = ""
    port: int = 0
    path: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read an address; raise `ValueError` that says what is wrong with it."""
        if text.startswith("unix:"):
            return cls._unix(text.removeprefix("unix:"))
        host, colon, port = text.rpartition(":")
        if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535:
            raise ValueError(f"{text!r} is neither host:port nor unix:PATH")
        return cls(host=_bare_host(host), port=int(port))

    @classmethod
    def _unix(cls, path: str) -> "Address":
        if not path:
            raise ValueError("unix: needs a path behind it")
        return cls(path=path)

    @property
    def is_local(self) -> bool:
        """Whether it is this machine's own: a path, a loopback address, or every interface."""
        return self.path is not None or self.host in _LOCAL or self.host.startswith("127.")

    def reaches(self, listener: "Address") -> bool:
        """Return whether connecting to this address on the same machine surely meets a socket that listens at `listener`.

        >>> Address.parse("localhost:80").reaches(Address.parse(":80"))
        True
        """
        if self.path is not None or listener.path is not None:
            return self.path == listener.path
        here = self.host == listener.host or (self.is_local and listener.is_local)
        return here and self.port == listener.port != 0

    def __str__(self) -> str:
        if self.path is not None:
            return f"unix:{self.path}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


_LOCAL = ("localhost", "0.0.0.0", "::", "::1")  # noqa: S104 - compared, not bound


def _bare_host(host: str) -> str:
    """Take the brackets off an IPv6 address; an empty host means every interface."""
    if host.startswith("[") and host.endswith("]"):
        return host[1:-1]
    if ":" in host:
        raise ValueError(f"an IPv6 address needs brackets: [{host}]")
    return host or "0.0.0.0"  # noqa: S104 - the user wrote :port, which means every interface
