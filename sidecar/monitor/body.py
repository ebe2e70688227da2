"""The monitor reads bodies as every server of ours does (`sidecar.web.body`)."""

from sidecar.web.body import PATIENCE_SECONDS, Room, Share, read_body, refuse_announced_size, too_large

__all__ = ["PATIENCE_SECONDS", "Room", "Share", "read_body", "refuse_announced_size", "too_large"]
