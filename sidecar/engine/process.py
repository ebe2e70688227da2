"""The engine's life: read the baseline, serve the monitor, read the tap, tell those concerned, end when the relay says so.

A baseline that is missing or broken does not end the engine: the traffic is none the worse for it, and a health page that
says ``no_baseline`` helps more than a container that restarts for ever.
"""

import asyncio
import gc
import os
import signal
import socket
import time
from functools import partial

import uvloop

from sidecar.alerts import Dispatcher
from sidecar.baseline import BaselineError, Profile, read_baseline, shipped_sample
from sidecar.columns import batches
from sidecar.decode import reading
from sidecar.engine.budget import Budget
from sidecar.engine.detector import detector_of
from sidecar.engine.inbox import Inbox
from sidecar.engine.pipeline import ROWS_AT_ONCE, Counters, Pipeline
from sidecar.engine.reload import SettingsFile, merged, needs_restart
from sidecar.exchange import ConnectionReader, watch
from sidecar.logs import get_logger, on_loop_exception
from sidecar.metrics import ModelFigures, TapFigures
from sidecar.monitor import MonitorState, serve
from sidecar.settings import Settings, SettingsError

TICK_SECONDS = 1.0
RELOAD_SECONDS = 5.0
NO_BASELINE = "no baseline is set: nothing to compare the traffic with"


def run(settings: Settings, *, monitor_fd: int, tap_fd: int, config: str | None) -> None:
    """Run until the relay asks for the end, or is gone."""
    uvloop.run(_Engine(settings, config).run(socket.socket(fileno=monitor_fd), socket.socket(fileno=tap_fd)))


def find_baseline(settings: Settings) -> tuple[Profile | None, str | None]:
    """Return the baseline, or why there is none.

    Without a model beside it the sidecar is being tried out, so the shipped sample stands in.
    """
    path = settings.baseline
    if path is None and settings.upstream is None:
        path = str(shipped_sample())
    if path is None:
        return None, NO_BASELINE
    if path.startswith("redis:"):
        return None, f"{path}: this version reads no baseline from Redis; name a file"
    try:
        return read_baseline(path), None
    except BaselineError as error:
        return None, str(error)


class _Engine:
    """One run of the engine: what it is made of."""

    def __init__(self, settings: Settings, config: str | None) -> None:
        self._settings = settings
        self._file = SettingsFile(config, os.environ)
        self._log = get_logger("engine")
        self._stop = asyncio.Event()
        profile, fault = find_baseline(settings)
        self._names = profile.names if profile is not None else ()
        if profile is not None:
            self._log.info("baseline", fingerprint=profile.fingerprint, rows=profile.rows, features=len(profile.names))
        else:
            self._log.warning("no_baseline", why=fault)
        for key in settings.not_acted_on():
            self._log.warning("setting_not_acted_on", key=key)
        self._state = MonitorState(
            settings=settings,
            detector=detector_of(settings, profile),
            dispatcher=Dispatcher(settings),
            baseline_error=fault,
            model=ModelFigures(),
            tap=TapFigures(),
            clock=time.time,
        )
        self._tell_misfits()

    async def run(self, monitor: socket.socket, tap: socket.socket) -> None:
        """Serve and read until told to stop, then flush."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(on_loop_exception)
        loop.add_signal_handler(signal.SIGTERM, self._stop.set)
        tap.setblocking(False)
        runner = await serve(self._state, monitor)
        self._read_tap(tap)
        self._tick()
        self._watch_settings()
        gc.collect()
        gc.freeze()  # what was imported stays for good, so no collection need look at it again
        await self._stop.wait()
        await runner.cleanup()
        await self._state.dispatcher.close()
        tap.close()

    def _read_tap(self, tap: socket.socket) -> None:
        settings, state, names = self._settings, self._state, self._names
        inbox = Inbox(
            tap,
            Budget(settings.tap.cpu, time.monotonic()),
            hear_relay=state.hear_relay,
            stopped=self._stop.set,
        )
        inbox.start(
            Pipeline(
                new_reader=partial(ConnectionReader, watches=watch(settings.tap.paths), max_body=settings.tap.max_body),
                decode=reading(settings.tap, names),
                columns=partial(batches, names=frozenset(names), size=ROWS_AT_ONCE),
                deliver=lambda columns, *, model_version: state.observe(
                    columns, source="tap", at=time.time(), model_version=model_version
                ),
                unread=inbox.unread,
                counters=Counters(state.tap, state.model),
            )
        )

    def _tick(self) -> None:
        self._state.tick(time.time())
        asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick)

    def _watch_settings(self) -> None:
        try:
            new = self._file.changed()
        except SettingsError as error:
            self._state.settings_error = str(error)
            self._log.error("settings_rejected", error=str(error))
        else:
            if new is not None:
                self._apply(new)
        asyncio.get_running_loop().call_later(RELOAD_SECONDS, self._watch_settings)

    def _apply(self, new: Settings) -> None:
        running = self._settings = self._state.settings = merged(self._settings, new)
        self._state.settings_error = None
        self._state.detector.configure(thresholds=running.thresholds, alpha=running.evidence.alpha)
        self._state.dispatcher.reconfigure(running)
        self._log.info("settings_reloaded", needs_restart=needs_restart(running, new))
        self._tell_misfits()

    def _tell_misfits(self) -> None:
        """Name the features whose method has no value for them, so that nobody waits for an alarm on the wrong scale."""
        for feature in self._state.detector.misfits:
            self._log.warning("method_without_value", feature=feature)
