"""Put the rules into the kernel, a table for each version of IP: one for both takes a newer kernel.

A kernel that refuses a whole batch of changes, for want of the capability or of nftables itself, answers in a way that pyroute2
waits beyond for ever. So the capability is looked for first, and the rest has to be done in time.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sidecar.redirect.rules import OUTPUT, PREROUTING, PRIORITY, Ports, rules

TABLE = "drift-sidecar"
SECONDS = 20
_IPV4, _IPV6 = 2, 10
_NET_ADMIN = 12


class RedirectError(Exception):
    """The kernel does not take the rules; the message says why."""


def redirect(ports: Ports, user: int, *, ipv6: bool) -> None:
    """Lead the traffic of this network namespace as `rules` say; whatever an earlier run left is replaced.

    Parameters
    ----------
    ports, user
        What the rules are about.
    ipv6
        Whether the sidecar listens for IPv6 as well; if not, such traffic stays the model's.

    Raises
    ------
    RedirectError
        The kernel refuses.
    """
    if not _may_administer():
        raise RedirectError("the capability NET_ADMIN is needed to set up nftables")
    with _in_time(SECONDS):
        for family in (_IPV4, _IPV6) if ipv6 else (_IPV4,):
            _for_family(family, ports, user)


def _for_family(family: int, ports: Ports, user: int) -> None:
    from pyroute2.netlink.exceptions import NetlinkError
    from pyroute2.nftables.main import NFTables

    try:
        with NFTables(nfgen_family=family) as tables:
            with suppress(NetlinkError):  # there is none in a new pod
                tables.table("del", name=TABLE)
            _fill(tables, ports, user)
    except (NetlinkError, OSError) as error:
        raise RedirectError(f"nftables: {error}") from error


def _fill(tables: Any, ports: Ports, user: int) -> None:
    tables.table("add", name=TABLE)
    for hook in (PREROUTING, OUTPUT):
        tables.chain("add", table=TABLE, name=hook, hook=hook, type="nat", priority=PRIORITY)
    for rule in rules(ports, user):
        tables.rule("add", table=TABLE, chain=rule.chain, expressions=(rule.expressions,))


def _may_administer() -> bool:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    effective = next(line.split()[1] for line in lines if line.startswith("CapEff:"))
    return bool(int(effective, 16) >> _NET_ADMIN & 1)


@contextmanager
def _in_time(seconds: int) -> Iterator[None]:
    def late(_number: int, _frame: object) -> None:
        raise RedirectError(f"nftables: no answer from the kernel within {seconds} s; does it have them?")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
