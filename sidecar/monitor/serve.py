"""Run the application on a socket that somebody else has bound."""

import socket

from aiohttp import web

from sidecar.monitor.app import build_app
from sidecar.monitor.state import MonitorState
from sidecar.web import make_runner as make_runner_of


async def serve(state: MonitorState, sock: socket.socket) -> web.AppRunner:
    """Serve `state` on a listening socket until the runner that is returned is cleaned up."""
    runner = make_runner(state)
    await runner.setup()
    await web.SockSite(runner, sock).start()
    return runner


def make_runner(state: MonitorState) -> web.AppRunner:
    """Return a runner of the application over `state`."""
    return make_runner_of(build_app(state))
