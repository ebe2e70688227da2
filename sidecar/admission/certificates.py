"""The pair that the webhook shows, and its renewal while connections stay up.

Kubernetes replaces a mounted secret by swapping a symbolic link. A new pair is loaded into a context of its own, and only when
that has succeeded do new connections get it; a pair that is broken, or half of which is still the old one, changes nothing. A
connection that is there keeps what it was opened with.
"""

import os
import ssl
from typing import NamedTuple

from sidecar import logs
from sidecar.settings.inject import Certificates

_log = logs.get_logger("admission")
_Stamp = tuple[int, int, int]


class CertificateError(Exception):
    """The pair cannot be used; the message says why."""


class _Stamps(NamedTuple):
    cert: _Stamp
    key: _Stamp


class Pair:
    """The pair in force.

    Parameters
    ----------
    files
        Where certificate and key are.

    Raises
    ------
    CertificateError
        The pair cannot be used.
    """

    def __init__(self, files: Certificates) -> None:
        self._files = files
        self._seen = self._stamps()
        self._current = self._load()
        self.context = _new_context()
        """For the listening socket: it hands each connection over to the context of the pair in force."""
        self.context.load_cert_chain(files.cert, files.key)
        self.context.sni_callback = self._show

    def _show(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        connection.context = self._current

    def renew(self) -> bool:
        """Take up the files if they have changed; return whether a new pair is in force now."""
        stamps = self._stamps()
        if stamps == self._seen:
            return False
        self._seen = stamps
        try:
            self._current = self._load()
        except CertificateError as error:
            _log.error("certificate_refused", why=str(error))
            return False
        _log.info("certificate_renewed")
        return True

    def _load(self) -> ssl.SSLContext:
        context = _new_context()
        try:
            context.load_cert_chain(self._files.cert, self._files.key)
        except (OSError, ValueError) as error:
            why = getattr(error, "reason", None) or getattr(error, "strerror", None) or type(error).__name__
            raise CertificateError(f"{self._files.cert} and {self._files.key} cannot be used: {why}") from None
        return context

    def _stamps(self) -> _Stamps | None:
        """Return what tells these files from others, None while one of them is missing."""
        try:
            return _Stamps(_stamp(self._files.cert), _stamp(self._files.key))
        except OSError:
            return None


def _stamp(path: str) -> _Stamp:
    status = os.stat(path)  # noqa: PTH116 - one system call, no object
    return (status.st_ino, status.st_mtime_ns, status.st_size)


def _new_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.options |= ssl.OP_NO_TICKET  # a session that is resumed would outlive the certificate that it began with
    context.num_tickets = 0
    return context
