"""Ports: the wished ones where free, others where taken, all different, and said."""

import socket

from sidecar.demo.ports import ANY, HOST, Ports, choose


def test_any_ports_are_four_different_ones_and_nothing_is_said() -> None:
    """Who wishes for any ports gets some, without a remark."""
    ports, notes = choose(ANY)
    assert len({ports.traffic, ports.monitor, ports.health, ports.model}) == 4
    assert notes == []


def test_a_free_port_is_taken_as_wished() -> None:
    """A port that was free a moment ago is chosen again."""
    wish, _ = choose(ANY)
    assert choose(wish) == (wish, [])


def test_a_taken_port_is_replaced_and_named() -> None:
    """Something else listens: another port is used, and a sentence says which."""
    with socket.create_server((HOST, 0)) as other:
        taken = other.getsockname()[1]
        ports, notes = choose(Ports(0, taken, 0, 0))
    assert ports.monitor != taken
    assert notes == [f"port {taken} is taken, so monitor uses {ports.monitor}"]
