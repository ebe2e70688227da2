"""A receiver for the sidecar's alerts, so that the demo also shows what a team's own webhook would get."""

from collections.abc import Callable

from aiohttp import web

from sidecar.demo.ports import HOST


class AlertReceiver:
    """An HTTP server whose only job is to hand each alert's JSON to `on_alert`."""

    def __init__(self, on_alert: Callable[[dict[str, object]], None]) -> None:
        self._on_alert = on_alert
        self._runner: web.AppRunner | None = None

    async def start(self) -> str:
        """Listen on a free port; return the URL to post alerts to."""
        app = web.Application()
        app.router.add_post("/alerts", self._receive)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, 0)
        await site.start()
        port = self._runner.addresses[0][1]
        return f"http://{HOST}:{port}/alerts"

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _receive(self, request: web.Request) -> web.Response:
        self._on_alert(await request.json())
        return web.Response(status=204)


def describe(alert: dict[str, object]) -> str:
    """Return an alert in one line.

    >>> describe({"status": "firing", "severity": "warning", "previous": "ok", "features": ["age"], "drift_score": 0.2123})
    'alert: firing, ok -> warning, features age, drift_score 0.212'
    """
    names = alert.get("features")
    features = ", ".join(map(str, names)) if isinstance(names, list) and names else "none"
    score = alert.get("drift_score")
    shown = f"{score:.3f}" if isinstance(score, int | float) else "none"
    change = f"{alert.get('previous')} -> {alert.get('severity')}"
    return f"alert: {alert.get('status')}, {change}, features {features}, drift_score {shown}"
