"""Mode ``redirect``: nftables of a pod that lead the model's traffic to the sidecar.

It runs once, as an init container with the capability NET_ADMIN, and ends (``python -m sidecar inject redirect``). The image
has no nft program and needs none: pyroute2 speaks netlink itself.

Glossary
--------
model, sidecar
    the ports on which the two listen.
probes
    a port on which nobody listens: what arrives there goes straight to the model, so that the kubelet's probes do not depend on
    the sidecar.
user
    the sidecar's user id; what it sends to the model is let through.
"""

from sidecar.redirect.apply import RedirectError, redirect
from sidecar.redirect.rules import Ports, Rule, rules

__all__ = ["Ports", "RedirectError", "Rule", "redirect", "rules"]
