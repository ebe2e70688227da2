"""The rules, as values.

Three of them, for TCP alone. What comes into the pod for the model's port goes to the sidecar; what comes in for the port of
the probes goes to the model; what goes from the pod to itself for the model's port goes to the sidecar too, unless the sidecar
sent it: a proxy of a mesh hands its traffic on over loopback.

The chains come behind those of the meshes (whose priority is that of destination NAT, -100): the first NAT rule that matches a
connection wins, and traffic that a mesh has encrypted has to reach the mesh first.
"""

import sys
from typing import Any, NamedTuple

PREROUTING, OUTPUT = "prerouting", "output"
PRIORITY = -90
_LOOPBACK = 1
"""Index of the loopback interface: in every network namespace it is the first."""

_TCP = 6
_REGISTER = 1
_EQUAL, _DIFFERENT = 0, 1
_IIF, _OIF, _SKUID, _L4PROTO = 4, 5, 10, 16
_TRANSPORT_HEADER = 2
Expression = dict[str, Any]


class Ports(NamedTuple):
    """The ports that rules are about."""

    model: int
    sidecar: int
    probes: int


class Rule(NamedTuple):
    """One rule: the chain that it is in, and what it is made of."""

    chain: str
    expressions: tuple[Expression, ...]


def rules(ports: Ports, user: int) -> tuple[Rule, ...]:
    """Return the rules, in order."""
    from_outside = _meta(_IIF, _DIFFERENT, _host(_LOOPBACK))
    to_itself = (*_meta(_OIF, _EQUAL, _host(_LOOPBACK)), *_meta(_SKUID, _DIFFERENT, _host(user)))
    return (
        Rule(PREROUTING, (*from_outside, *_to(ports.probes), *_redirected(ports.model))),
        Rule(PREROUTING, (*from_outside, *_to(ports.model), *_redirected(ports.sidecar))),
        Rule(OUTPUT, (*to_itself, *_to(ports.model), *_redirected(ports.sidecar))),
    )


def _to(port: int) -> tuple[Expression, ...]:
    """Match TCP to a port: the second and third byte of its header."""
    load = _expression("payload", dreg=_REGISTER, base=_TRANSPORT_HEADER, offset=2, len=2)
    return (*_meta(_L4PROTO, _EQUAL, bytes([_TCP])), load, _compare(_EQUAL, port.to_bytes(2, "big")))


def _redirected(port: int) -> tuple[Expression, ...]:
    value = {"attrs": [("NFTA_DATA_VALUE", port.to_bytes(2, "big"))]}
    return _expression("immediate", dreg=_REGISTER, data=value), _expression("redir", reg_proto_min=_REGISTER)


def _meta(key: int, how: int, value: bytes) -> tuple[Expression, ...]:
    return _expression("meta", key=key, dreg=_REGISTER), _compare(how, value)


def _compare(how: int, value: bytes) -> Expression:
    return _expression("cmp", sreg=_REGISTER, op=how, data={"attrs": [("NFTA_DATA_VALUE", value)]})


def _host(number: int) -> bytes:
    """Return a number in the machine's own order, in which the kernel keeps what is not from the wire."""
    return number.to_bytes(4, sys.byteorder)


def _expression(name: str, **values: Any) -> Expression:
    """Return an expression in the form of netlink attributes."""
    data = [(f"NFTA_{name}_{key}".upper(), value) for key, value in values.items()]
    return {"attrs": [("NFTA_EXPR_NAME", name), ("NFTA_EXPR_DATA", {"attrs": data})]}
