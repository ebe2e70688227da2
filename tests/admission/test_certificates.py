"""Renewal: new connections are shown the new certificate, those that are there stay, and nobody is turned away."""

import contextlib
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Self

import pytest

from sidecar.admission.certificates import CertificateError, Pair
from sidecar.settings.inject import Certificates
from tests.admission.webhook import Secret, Webhook, asked, review, running, shown_on
from tests.relay.running import until


class Traffic:
    """Requests without a pause, half of them on one connection and half on new ones, until told to stop.

    Parameters
    ----------
    webhook
        Who is asked.
    """

    def __init__(self, webhook: Webhook) -> None:
        self._webhook = webhook
        self._stop = threading.Event()
        self.answered = 0
        self.failures: list[str] = []
        self._threads = [threading.Thread(target=run) for run in (self._on_one, self._on_new_ones)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _on_one(self) -> None:
        with contextlib.closing(self._webhook.connect()) as connection:
            connection.auto_open = 0  # a connection that was lost is not quietly replaced
            connection.connect()
            while not self._stop.is_set():
                self._count(lambda: asked(connection, review()))

    def _on_new_ones(self) -> None:
        while not self._stop.is_set():
            self._count(lambda: self._webhook.ask(review()))

    def _count(self, ask: Callable[[], tuple[int, dict[str, Any]]]) -> None:
        try:
            status, answer = ask()
            assert (status, answer["response"]["allowed"]) == (200, True)
            self.answered += 1
        except Exception as error:  # noqa: BLE001 - whatever fails is what the test is about
            self.failures.append(repr(error))


def shows(webhook: Webhook, number: int) -> bool:
    """Return whether new connections are shown the certificate with that serial number."""
    return webhook.shown() == number


def has_refused(webhook: Webhook, pairs: int) -> bool:
    """Return whether so many pairs were refused."""
    return len(webhook.events("certificate_refused")) >= pairs


def test_a_renewed_certificate_is_shown_while_requests_run(tmp_path: Path) -> None:
    """Three renewals, as the kubelet does them, under traffic: each is shown to new connections, and no request fails."""
    with running(tmp_path) as webhook, contextlib.closing(webhook.connect()) as kept:
        assert asked(kept, review())[0] == 200
        first = shown_on(kept)
        assert first == webhook.shown()
        with Traffic(webhook) as traffic:
            for _ in range(3):
                new = webhook.secret.renew()
                until(partial(shows, webhook, new), "the new certificate")
            seen = traffic.answered
            until(lambda: traffic.answered > seen + 4, "traffic after the last renewal")
        assert traffic.failures == []
        kept.auto_open = 0
        assert asked(kept, review())[0] == 200
        assert shown_on(kept) == first
        assert len(webhook.events("certificate_renewed")) == 3


def test_a_broken_pair_changes_nothing_and_is_logged(tmp_path: Path) -> None:
    """A key that does not fit, and rubbish, leave the old pair in force; the next good one is taken."""
    with running(tmp_path) as webhook:
        first = webhook.shown()
        chain = (tmp_path / "tls.crt").read_bytes()
        for broken in (webhook.secret.authority.issue_cert("localhost").private_key_pem.bytes(), b"rubbish", b""):
            refused = len(webhook.events("certificate_refused")) + 1
            webhook.secret.put(chain, broken)
            until(partial(has_refused, webhook, refused), "a line in the log")
            assert webhook.shown() == first
            assert webhook.ask(review())[0] == 200
        new = webhook.secret.renew()
        until(lambda: webhook.shown() == new, "the good certificate")


def test_a_pair_is_loaded_once_for_each_change(tmp_path: Path) -> None:
    """Files that are the same, or have gone, change nothing; they are taken when they are back."""
    secret = Secret(tmp_path)
    pair = Pair(Certificates(cert=str(tmp_path / "tls.crt"), key=str(tmp_path / "tls.key")))
    assert not pair.renew()
    (tmp_path / "tls.crt").rename(tmp_path / "away")
    assert not pair.renew()
    (tmp_path / "away").rename(tmp_path / "tls.crt")
    assert pair.renew()
    secret.renew()
    assert pair.renew()
    assert not pair.renew()


@pytest.mark.parametrize("cert", [b"", b"rubbish"])
def test_there_must_be_a_pair_to_begin_with(tmp_path: Path, cert: bytes) -> None:
    """A server without a certificate would answer nobody, so it does not start."""
    (tmp_path / "c").write_bytes(cert)
    with pytest.raises(CertificateError, match="cannot be used"):
        Pair(Certificates(cert=str(tmp_path / "c"), key=str(tmp_path / "c")))
