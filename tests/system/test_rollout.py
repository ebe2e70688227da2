"""A pod that is replaced costs its clients nothing: connections are ended between two requests, and the model ends last."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from time import sleep

from tests.relay.running import ROOT, SECONDS, Sidecar
from tests.system.load import Service, customers, load

CLIENTS = 64
SOME = 2000
THINK_SECONDS = 0.02
DRAIN = 3.0
"""Seconds; the clients of a pod hear that it goes when a third of them are over."""
CUSTOMERS, PAUSE_SECONDS = 24, 0.1
PODS = 3


def test_busy_clients_are_sent_away_without_a_failure(sidecar: Sidecar) -> None:
    """Sixty-four clients that never rest see the end of their connection behind an answer, and the relay ends with code 0."""
    with load(sidecar.traffic, CLIENTS, THINK_SECONDS) as clients:
        clients.goes_on(SOME)
        sidecar.signal(signal.SIGTERM)
        assert sidecar.wait() == 0
    assert clients.failures == []


class Pod:
    """A model that SIGTERM ends at once, and its sidecar."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.system.load"]
        self.model = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.model.stdout is not None
        try:
            self.sidecar = Sidecar(self.model.stdout.readline().strip(), {"DRIFT_DRAIN": str(DRAIN)})
        except BaseException:
            self.model.kill()
            raise

    def delete(self) -> None:
        """End both containers as kubelet does: their hooks in parallel, and SIGTERM for each when its hook has come back."""
        ends = [self.model.terminate, lambda: self.sidecar.signal(signal.SIGTERM)]
        hooks = [threading.Thread(target=self._hook_then, args=(end,)) for end in ends]
        for hook in hooks:
            hook.start()
        for hook in hooks:
            hook.join()

    def _hook_then(self, end: Callable[[], None]) -> None:
        hook = HTTPConnection(*self.sidecar.health, timeout=SECONDS)
        hook.request("GET", "/healthz/drain")
        assert hook.getresponse().status == 200
        end()
        hook.close()

    def reap(self) -> None:
        """Leave nothing behind."""
        self.sidecar.reap()
        self.model.kill()
        self.model.wait(SECONDS)
        if self.model.stdout is not None:
            self.model.stdout.close()


@contextmanager
def pods(count: int) -> Iterator[list[Pod]]:
    """Run pods while the block lasts."""
    with ExitStack() as running:
        made = []
        for _ in range(count):
            made.append(Pod())
            running.callback(made[-1].reap)
        yield made


def test_pods_are_replaced_under_load_without_a_failure() -> None:
    """At 200 requests/s pod after pod goes, its model the moment the drain is over, and every request is answered."""
    with pods(PODS) as running:
        service = Service(*(pod.sidecar.traffic for pod in running))
        with customers(service, CUSTOMERS, PAUSE_SECONDS) as clients:
            clients.goes_on(SOME // 4)
            for pod in running[:-1]:
                deleted = threading.Thread(target=pod.delete)
                deleted.start()
                pod.sidecar.event("drain_asked")
                sleep(DRAIN / 3)  # until the service has heard of it
                service.pods.remove(pod.sidecar.traffic)
                deleted.join(2 * SECONDS)
                assert (pod.model.wait(SECONDS), pod.sidecar.wait()) == (-signal.SIGTERM, 0)
            clients.goes_on(SOME // 4)
    assert clients.failures == []
